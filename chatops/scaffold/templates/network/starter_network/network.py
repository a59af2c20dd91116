"""The adapter: translates between the service and the server. It decides nothing about commands, people or permissions.

What a method may raise stands in `chatops.ports.chat.ChatNetwork`; what the service raises becomes one of those here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from chatops import Body
from chatops.core.message import Identity, Message, MessageRef, Redaction, RoomRef
from chatops.errors import Missing, StoreUnavailable, Unsupported
from chatops.ports.chat import Accept, Capabilities, CheckResult, Outgoing, RoomSpec
from chatops.ports.store import Checkpoint
from starter_network.service import Happened, NoSuchRoom, Service

PREFIX = "!"
"""What speaks to the server in a room."""


class StarterNetworkChat:
    """Implements `chatops.ports.chat.ChatNetwork`. Say in `capabilities` what the network can do, as you teach it more."""

    capabilities = Capabilities(native_keys=True, one_reader=True)

    def __init__(self, service: Service, name: str) -> None:
        self._service = service
        self._name = name

    @property
    def name(self) -> str:
        """The connection's name in the settings."""
        return self._name

    async def run(self, accept: Accept) -> None:
        """Hand over what happens, from where the last run stopped: events and position are stored together."""
        read = int(await accept.checkpoint(self._name) or 0)
        while True:
            news = await self._service.after(read)
            events = [event for happened in news if (event := self._event(happened)) is not None]
            try:
                await accept(events, Checkpoint(name=self._name, value=str(news[-1].number)))
            except StoreUnavailable:
                continue  # nothing was taken: the same is read and handed over again
            read = news[-1].number

    async def post(self, room: RoomRef, body: Outgoing, *, key: str, thread: str | None = None) -> MessageRef:
        """Write a post as plain text: every network can show that."""
        self._ours(room)
        try:
            message = await self._service.write(room.id, Service.US, body.plain, key=key)
        except NoSuchRoom as error:
            raise Missing(room.id) from error
        return MessageRef(room=room, id=message)

    async def members(self, room: RoomRef) -> Sequence[Identity]:
        """Return who is in a room."""
        self._ours(room)
        return [self._identity(person) for person in sorted(self._service.rooms[room.id])]

    async def read(self, message: MessageRef) -> Message | None:
        """Return a message that is there."""
        found = self._service.find(message.room.id, message.id)
        return None if found is None else self._message(found)

    async def check(self) -> Sequence[CheckResult]:
        """Look at credentials, rights and reachability here; never raise."""
        return (CheckResult(name=self._name, ok=True, detail=f"{len(self._service.rooms)} rooms"),)

    async def close(self) -> None:
        """Let go of connections."""

    # what this network cannot do: the server offers it another way

    async def edit(self, message: MessageRef, body: Outgoing, *, key: str) -> None:
        """Not here."""
        _not_here("edits")

    async def react(self, message: MessageRef, emoji: str, *, key: str) -> None:
        """Not here."""
        _not_here("reactions")

    async def pin(self, message: MessageRef, *, key: str) -> None:
        """Not here."""
        _not_here("pins")

    async def unpin(self, message: MessageRef, *, key: str) -> None:
        """Not here."""
        _not_here("pins")

    async def open_room(self, spec: RoomSpec, *, key: str) -> RoomRef:
        """Not here."""
        _not_here("rooms of the server’s own")

    async def invite(self, room: RoomRef, identity: Identity, *, key: str) -> None:
        """Not here."""
        _not_here("invitations")

    async def remove(self, room: RoomRef, identity: Identity, *, key: str) -> None:
        """Not here."""
        _not_here("removing people")

    async def archive_room(self, room: RoomRef, *, key: str) -> None:
        """Not here."""
        _not_here("archives")

    async def direct_room(self, identity: Identity, *, key: str) -> RoomRef:
        """Not here."""
        _not_here("direct chats")

    # inside

    def _event(self, happened: Happened) -> tuple[str, Body] | None:
        key = f"{happened.room}/{happened.number}"
        if happened.deleted:
            return key, Redaction(ref=self._ref(happened), at=happened.at)
        if happened.author == Service.US:
            return None  # what we say ourselves never comes back as a command
        return key, self._message(happened)

    def _message(self, happened: Happened) -> Message:
        addressed = happened.text.startswith(PREFIX)
        return Message(
            ref=self._ref(happened),
            sender=self._identity(happened.author),
            text=happened.text.removeprefix(PREFIX),
            at=happened.at,
            addressed=addressed,
            automated=happened.author == Service.US,
        )

    def _identity(self, person: str) -> Identity:
        return Identity(network=self._name, id=person)

    def _ref(self, happened: Happened) -> MessageRef:
        return MessageRef(room=RoomRef(network=self._name, id=happened.room), id=happened.message)

    def _ours(self, room: RoomRef) -> None:
        if room.network != self._name or room.id not in self._service.rooms:
            raise Missing(str(room))


def _not_here(what: str) -> NoReturn:
    message = f"this network has no {what}"
    raise Unsupported(message)
