"""What the outbox asks of whoever performs an effect."""

from __future__ import annotations

from typing import Protocol

from chatops.core.commit import OutboxRow
from chatops.core.effects import Effect
from chatops.core.frozen import Frozen
from chatops.errors import Unreachable
from chatops.ports.store import ClaimedPost, Placed


class Performance(Frozen, frozen=True, kw_only=True):
    """An effect that happened."""

    remote: str | None = None
    """What the foreign system calls it."""
    placed: Placed | None = None
    follow_up: tuple[OutboxRow, ...] = ()


class NotYet(Exception):
    """It cannot be done now, and nothing is wrong with it: try again in `after` seconds."""

    def __init__(self, after: float, why: str) -> None:
        super().__init__(why)
        self.after = after


class Silent(Unreachable):
    """A chat network does not answer. It is looked at again in `after` seconds, whatever that means for a single post."""

    def __init__(self, after: float, why: str, *, code: str | None = None) -> None:
        super().__init__(why, code=code)
        self.after = after


class Hopeless(Exception):
    """It can never be done; the message says why, without any text of people."""


class Performer(Protocol):
    """Performs one type of effect. Raises NotYet, Hopeless or a PortError."""

    async def __call__(self, row: ClaimedPost, effect: Effect) -> Performance:
        """Do it, at least once per key."""
        ...
