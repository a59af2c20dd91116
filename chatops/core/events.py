"""What the inbox holds: one event per row, in a lane, with a key that makes it unique and a cause that groups it."""

from __future__ import annotations

from typing import ClassVar, Literal

from chatops.core.frozen import Body, Frozen, Instant

MAX_KEY = 255
"""Longest key of an event, effect, timer, claim or aggregate, in characters."""


class NewEvent(Frozen, frozen=True, kw_only=True):
    """Something to be handled once.

    `key` is unique for ever (a second one is dropped); events of one `lane` are handled in order, one at a time in the
    cluster. `cause` is the key of the root event this one follows from; None means it is a root itself.
    """

    key: str
    lane: str
    body: Body
    cause: str | None = None
    room: str | None = None
    """`network:id` of the room it happened in, for reading a room's messages later."""
    not_before: Instant | None = None


class Event(Frozen, frozen=True, kw_only=True):
    """An accepted event as its handler sees it."""

    seq: int
    key: str
    lane: str
    body: Body
    cause: str
    accepted_at: Instant
    attempts: int = 0
    """Tries before this one."""
    room: str | None = None
    fence: int = 0
    """The store's token for this claim; a commit with an older one is refused."""


class TimerFired(Body, frozen=True, kw_only=True):
    """A timer came due. Handled by whoever handles the type of `body`."""

    kind: ClassVar[str] = "timer"

    series: str
    due: Instant
    fired_at: Instant
    body_kind: str
    body: str
    """The armed body, as the codec wrote it."""
    missed: int = 0
    """Earlier occurrences merged into this one, because the server was away."""

    @property
    def late(self) -> float:
        """Seconds after `due`."""
        return (self.fired_at - self.due).total_seconds()


class EffectSettled(Body, frozen=True, kw_only=True):
    """An effect was performed, failed for good, or may have happened. Comes back into the lane that asked for it."""

    kind: ClassVar[str] = "effect.settled"

    key: str
    effect_kind: str
    effect: str
    """The effect, as the codec wrote it."""
    state: Literal["done", "failed", "unknown"]
    result: str | None = None
    """What the performer returned: the remote room, the note's id."""
    reason: str | None = None


class PostFailed(Body, frozen=True, kw_only=True):
    """A post could not be delivered, or may have been (`unknown`). Successful posts send no event."""

    kind: ClassVar[str] = "post.failed"

    key: str
    target: str
    state: Literal["failed", "unknown"]
    reason: str
    slot: str = ""
    """What it was to stand as, if it was a card that changes."""
