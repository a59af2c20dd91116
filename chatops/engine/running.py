"""One command that leads to others, each run as the same person, as if they had called it themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Protocol

from chatops.core.clock import Clock
from chatops.core.effects import Effect
from chatops.core.message import CommandCall
from chatops.engine.reply import Reply
from chatops.errors import Unreachable
from chatops.hookspecs import EffectPerformer, Performed
from chatops.ports.store import Settlement

PATIENCE = 20.0
"""Seconds that a command's end is waited for at a time."""


class RunCommand(Effect, frozen=True, kw_only=True):
    """Run a command as a person, with their permission check and an audit record of its own.

    Result: `ok`, or `no`; behind a line end, what was answered, in the person's language.
    """

    kind: ClassVar[str] = "command.run"

    owner: str
    """What the command is a step of: `case.macro:12`."""
    person: str
    text: str
    room: str | None = None
    via: str = "macro"
    dry_run: bool = False

    @property
    def target(self) -> str:
        """What it is a step of, so that steps keep their order."""
        return f"run:{self.owner}"


class Caller(Protocol):
    """The engine, as far as a command can be called."""

    async def call(self, call: CommandCall, key: str) -> object:
        """Accept a command. Harmless when the key was accepted before."""
        ...

    async def settled(self, key: str, at_most: float) -> Settlement | None:
        """Return what it led to, once all of it has happened."""
        ...

    def replies(self, settlement: Settlement, person: str) -> Sequence[Reply]:
        """Return the answers."""
        ...


def run_performer(caller: Callable[[], Caller], clock: Clock) -> EffectPerformer:
    """Return the performer. `caller` is asked when a command is run."""

    async def perform(effect: RunCommand, key: str) -> Performed:
        engine = caller()
        call = CommandCall(
            person=effect.person,
            text=effect.text,
            at=clock.now(),
            room=effect.room,
            via=effect.via,
            dry_run=effect.dry_run,
        )
        await engine.call(call, f"run:{key}")
        settlement = await engine.settled(f"run:{key}", PATIENCE)
        if settlement is None:
            message = "the command has not ended yet"
            raise Unreachable(message)
        replies = engine.replies(settlement, effect.person)
        refused = next((reply for reply in replies if reply.error is not None), None)
        if refused is not None:
            return Performed(result=f"no\n{refused.message or refused.text}")
        return Performed(result="ok\n" + (replies[-1].text if replies else ""))

    return EffectPerformer(of=RunCommand, perform=perform)
