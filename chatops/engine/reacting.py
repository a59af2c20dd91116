"""Reactions that mean a command: run as whoever reacted, under the usual check, once per message and emoji.

What cannot be done is told to that person alone: the message stands among others, and theirs was only a small sign.
"""

from __future__ import annotations

import hashlib
from typing import ClassVar

from chatops.core.command import Call, Command
from chatops.core.commit import InboxRow
from chatops.core.events import Event
from chatops.core.frozen import Aggregate
from chatops.core.message import MessageRef, Reaction
from chatops.core.unit import Unit
from chatops.engine.asking import Asker, about
from chatops.engine.commands import CommandWork, Parts


class Marked(Aggregate, frozen=True, kw_only=True):
    """A message that a reaction has already done something with."""

    kind: ClassVar[str] = "reaction.marked"

    by: str
    """Id of the person whose reaction it was."""


class ReactionWork(CommandWork):
    """A reaction on anyone's message, and the command it means."""

    def __init__(
        self, event: Event, asker: Asker, also: tuple[InboxRow, ...], parts: Parts, *, command: Command
    ) -> None:
        super().__init__(event, asker, also, parts)
        self._meant = command
        self.private = True
        self.silent = True

    async def attempt(self) -> Unit:
        """Do what the reaction means, unless that has been done."""
        body = self.event.body
        if not isinstance(body, Reaction) or await self._marked(body):
            return self.unit()
        self.asker = await about(self.asker, body.ref, self.parts.quoting)
        return await self.run(await self.call())

    async def call(self) -> Call:
        """Return the command, with nothing but the room and the message to go by."""
        return self.parts.table.read(self._meant.words, self.context())

    async def handle(self, unit: Unit, call: Call, arguments: dict[str, object]) -> None:
        """Run the command; note in the same unit that it was done, so that it counts only if the command does."""
        body = self.event.body
        await super().handle(unit, call, arguments)
        if isinstance(body, Reaction) and unit.written:
            id_ = marked(body.ref, body.emoji)
            await unit.get(Marked, id_)
            unit.put(Marked(id=id_, by=unit.actor.id))

    async def _marked(self, reaction: Reaction) -> bool:
        return await self.parts.store.get(Marked.kind, marked(reaction.ref, reaction.emoji)) is not None


def marked(message: MessageRef, emoji: str) -> str:
    """Return the id under which it is noted that an emoji on a message has done its work."""
    name = "\0".join((str(message.room), message.id, emoji.replace("\ufe0f", "")))
    return hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:40]
