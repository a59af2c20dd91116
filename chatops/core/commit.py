"""Everything one event makes true, to be written in one transaction or not at all."""

from __future__ import annotations

from typing import Literal

from chatops.core.frozen import Frozen, Instant
from chatops.core.journal import NewEntry


class Stored(Frozen, frozen=True, kw_only=True):
    """An aggregate as the store holds it."""

    kind: str
    id: str
    version: int
    body: str
    keys: frozenset[tuple[str, str]] = frozenset()


class Put(Frozen, frozen=True, kw_only=True):
    """Write an aggregate whose stored version must still be `expected` (0: it must not exist)."""

    kind: str
    id: str
    expected: int
    body: str
    keys: frozenset[tuple[str, str]] = frozenset()
    """All of its keys; the store replaces the old ones."""
    expires: Instant | None = None
    """From when on the store may forget it; None: never. Replaces what was said before."""


class OutboxRow(Frozen, frozen=True, kw_only=True):
    """Something to send. `key` is unique for ever: a second row with it is dropped, which makes effects nameable."""

    key: str
    target: str
    kind: str
    body: str
    cause: str
    lane: str
    """Where the receipt goes."""
    bulk: bool = False
    reply: bool = False
    slot: str | None = None


class TimerRow(Frozen, frozen=True, kw_only=True):
    """A timer to arm, its due time already worked out."""

    series: str
    lane: str
    kind: str
    body: str
    due: Instant
    zone: str
    rule: str | None
    missed: Literal["all", "latest", "skip"]
    cause: str


class InboxRow(Frozen, frozen=True, kw_only=True):
    """An event to accept, encoded."""

    key: str
    lane: str
    kind: str
    body: str
    cause: str
    room: str | None = None
    not_before: Instant | None = None


class Outcome(Frozen, frozen=True, kw_only=True):
    """What becomes of the event itself."""

    state: Literal["done", "retry", "dead"] = "done"
    not_before: Instant | None = None
    """For `retry`."""
    error: str | None = None
    """For `retry` and `dead`: a reference and the exception's type, never a message's text."""


class Commit(Frozen, frozen=True, kw_only=True):
    """One unit of work, ready to be written."""

    seq: int
    lane: str
    fence: int
    outcome: Outcome = Outcome()
    rewritten: str | None = None
    """The event's body from now on, what was secret in it left out; None: as it was accepted."""
    reads: tuple[tuple[str, str, int], ...] = ()
    """(kind, id, version) of what was read and must not have changed; 0 means it did not exist."""
    puts: tuple[Put, ...] = ()
    ensures: tuple[Put, ...] = ()
    """Written unless they exist already; existing ones are kept as they are."""
    claims: tuple[tuple[str, str], ...] = ()
    """(claim, holder): taken; refused while another holder has it."""
    releases: tuple[str, ...] = ()
    outbox: tuple[OutboxRow, ...] = ()
    armed: tuple[TimerRow, ...] = ()
    disarmed: tuple[str, ...] = ()
    entries: tuple[NewEntry, ...] = ()
    emitted: tuple[InboxRow, ...] = ()
