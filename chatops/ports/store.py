"""The database, as the engine sees it. One conformance suite proves every implementation (`chatops.testing.conformance`).

Everything is durable when a method returns. Reads see only what is committed. Times are aware and in UTC.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal, Protocol

from chatops.core.commit import Commit, InboxRow, OutboxRow, Stored
from chatops.core.frozen import Frozen, Instant
from chatops.core.journal import Entry
from chatops.ports.signals import Signals

OutboxState = Literal["ready", "sending", "sent", "failed", "unknown", "dead", "dropped"]


class Checkpoint(Frozen, frozen=True, kw_only=True):
    """How far a network has been read; stored in the same transaction as the events before it."""

    name: str
    value: str
    holding: str | None = None
    """Only as long as this store holds that name; else StaleUnit is raised and nothing is stored."""


class ClaimedEvent(Frozen, frozen=True, kw_only=True):
    """An inbox row that this worker owns until its lease ends."""

    seq: int
    key: str
    lane: str
    kind: str
    body: str
    cause: str
    room: str | None
    accepted_at: Instant
    attempts: int
    fence: int


class ClaimedPost(Frozen, frozen=True, kw_only=True):
    """An outbox row that this worker owns until its lease ends. Its state is `sending` already."""

    id: int
    key: str
    target: str
    kind: str
    body: str
    cause: str
    lane: str
    slot: str | None
    bulk: bool
    attempts: int
    """Tries before this one. More than 0 after a crash means: an earlier send may have happened."""
    resumed: bool
    """True when an earlier attempt was cut off (lease ran out, process died) between `sending` and its mark."""
    plan: str | None
    fence: int
    created_at: Instant


class Placed(Frozen, frozen=True, kw_only=True):
    """Where a slot's newest post stands."""

    target: str
    slot: str
    remote: str
    """The network's id of the message."""
    room: str
    """`network:id` of the room it stands in."""
    outbox_id: int
    inbox_seq: int
    """The newest inbox event when it was placed: counts what has been said since."""


class Mark(Frozen, frozen=True, kw_only=True):
    """What became of a claimed outbox row, with what follows from it, in one transaction."""

    id: int
    fence: int
    state: Literal["ready", "sent", "failed", "unknown", "dead"]
    """`ready` puts it back for another try at `not_before`."""
    remote: str | None = None
    reason: str | None = None
    not_before: Instant | None = None
    receipt: InboxRow | None = None
    placed: Placed | None = None
    forget: tuple[str, str] | None = None
    """(target, slot) whose message is gone."""
    follow_up: tuple[OutboxRow, ...] = ()
    """Further rows to send: the line that stays where a card was."""
    rewritten: str | None = None
    """The row's body from now on, what was secret in it left out; None: as it was queued."""


class Sent(Frozen, frozen=True, kw_only=True):
    """An outbox row as it stands, for settling, ledgers and `do --json`."""

    id: int
    key: str
    target: str
    kind: str
    body: str
    cause: str
    reply: bool
    state: OutboxState
    remote: str | None
    reason: str | None


class Settlement(Frozen, frozen=True, kw_only=True):
    """Everything one root event has led to."""

    known: bool
    """False when no event of that key was ever accepted."""
    open_events: int
    open_effects: int
    """Outbox rows still ready or sending."""
    sent: tuple[Sent, ...] = ()


class DeadLetter(Frozen, frozen=True, kw_only=True):
    """An event or an effect that was given up."""

    kind: Literal["event", "effect"]
    key: str
    lane: str
    """The conversation it belongs to."""
    target: str = ""
    """Where an effect goes."""
    body_kind: str
    error: str
    tries: int
    since: Instant
    """When it was accepted or queued."""
    at: Instant
    """When it was given up."""
    uncertain: bool = False
    """It may have happened: tried again, it may happen twice."""


class Depths(Frozen, frozen=True, kw_only=True):
    """How much waits, for health and metrics."""

    inbox: int
    outbox: int
    """Posts and effects still to be sent, or being sent."""
    sending: int
    """Those of them that are being sent, or were when their sender was cut off."""
    dead: int
    timers: int
    oldest: Instant | None
    """When the oldest waiting event was accepted."""
    oldest_post: Instant | None
    """When the oldest post or effect still to be sent was queued."""


class Grant(Frozen, frozen=True, kw_only=True):
    """What was given of a shared allowance."""

    granted: int
    after: float
    """Seconds until more can be had; 0 when all that was wanted was granted."""


class Store(Protocol):
    """Durable inbox, outbox, timers, aggregates and journals of one server (or of all its replicas)."""

    @property
    def shared(self) -> bool:
        """Whether other processes may work on the same database at the same time."""
        ...

    @property
    def signals(self) -> Signals:
        """Word to and from those processes."""
        ...

    async def open(self) -> None:
        """Connect and take up work. Rows left `sending` by a dead process become claimable, marked `resumed`.

        Raise FolderInUse, SchemaMismatch or StoreUnavailable.
        """
        ...

    async def close(self) -> None:
        """Finish what was asked for, release all leases, disconnect. Calling twice is harmless."""
        ...

    async def ping(self) -> None:
        """Prove that a durable write works. Raise StoreUnavailable when it does not."""
        ...

    # in

    async def accept_many(self, rows: Sequence[InboxRow], checkpoint: Checkpoint | None = None) -> tuple[bool, ...]:
        """Store events and checkpoint together; tell for each whether it is new. A key seen before changes nothing.

        Raise StaleUnit when the checkpoint asks for a name that another store holds by now.
        """
        ...

    async def checkpoint(self, name: str) -> str | None:
        """Return the value last stored under `name`."""
        ...

    async def lane_used(self, lane: str) -> bool:
        """Whether any event was ever accepted in `lane` (and not purged)."""
        ...

    async def accepted(self, key: str) -> bool:
        """Whether an event of that key was ever accepted (and not purged)."""
        ...

    async def claim_events(self, *, limit: int, now: datetime, lease: timedelta) -> Sequence[ClaimedEvent]:
        """Take the heads of up to `limit` lanes that nobody works on.

        The head is the lane's oldest ready event; while it is claimed, or waits for its `not_before`, its lane rests.
        """
        ...

    async def renew(self, seq: int, fence: int, *, until: datetime) -> bool:
        """Keep a claim. False when it is no longer ours."""
        ...

    async def commit(self, commit: Commit) -> None:
        """Write a unit of work, all or nothing, and end the claim.

        Raise StaleUnit when the fence is old, a version read has changed, or a claim is held by another.
        """
        ...

    async def wait_events(self, at_most: float) -> None:
        """Return when new events may be claimable, at the latest after `at_most` seconds."""
        ...

    # facts (what a `chatops.core.unit.Unit` reads through)

    async def get(self, kind: str, id: str) -> Stored | None:
        """Return one aggregate, or None."""
        ...

    async def find(self, kind: str, keys: Mapping[str, str], *, limit: int = 200) -> Sequence[Stored]:
        """Return those that have all of `keys`, oldest first."""
        ...

    async def allocate(self, sequence: str) -> int:
        """Return the next number of a sequence, starting at 1, never given out before."""
        ...

    async def entries(self, chain: str, *, after: int = 0, limit: int = 200, newest: bool = False) -> Sequence[Entry]:
        """Return journal entries with a higher number than `after`, oldest first.

        Of more than `limit` the oldest, or with `newest` the newest.
        """
        ...

    async def messages(self, room: str, *, limit: int = 50) -> Sequence[ClaimedEvent]:
        """Return the newest stored events of a remote room (`network:id`), oldest first."""
        ...

    # out

    async def claim_posts(
        self, *, limit: int, now: datetime, lease: timedelta, bulk: bool, kinds: Collection[str] | None = None
    ) -> Sequence[ClaimedPost]:
        """Take the heads of up to `limit` targets that nobody sends to; write `sending` before returning.

        The head is the target's oldest row neither sent nor given up. `bulk=False` yields only heads that are not bulk.
        """
        ...

    async def plan(self, id: int, fence: int, plan: str) -> None:
        """Remember how a row is going to be sent, so that a repeated attempt sends the same."""
        ...

    async def mark(self, mark: Mark) -> None:
        """Record the outcome of a send. Raise StaleUnit when the claim is no longer ours."""
        ...

    async def placed(self, target: str, slot: str) -> Placed | None:
        """Return where a slot's newest post stands."""
        ...

    async def scrolled(self, placed: Placed) -> int:
        """Return how many messages and posts came into the room after `placed`."""
        ...

    async def wait_posts(self, at_most: float) -> None:
        """Return when new posts may be claimable, at the latest after `at_most` seconds."""
        ...

    async def settlement(self, cause: str) -> Settlement:
        """Return what the root event `cause` has led to so far."""
        ...

    async def wait_settled(self, cause: str, at_most: float) -> None:
        """Return when something of `cause` may have changed, at the latest after `at_most` seconds."""
        ...

    # timers

    async def fire_due(self, now: datetime, *, limit: int = 100) -> int:
        """Turn due timers into inbox events (kind `timer`), each occurrence exactly once in the cluster; return how many.

        The event's key is `timer:SERIES:OCCURRENCE`; recurring timers advance by `chatops.core.recurrence.next_due`.
        """
        ...

    async def next_due(self) -> datetime | None:
        """Return when the earliest timer is due."""
        ...

    # among replicas

    def announce(self, kind: str) -> None:
        """From now on, signal `aggregate:KIND` with the id of each aggregate of `kind` that is written.

        The signal goes out with the commit: unlike others it is lost only together with the listener's connection.
        """
        ...

    async def take(self, bucket: str, *, wanted: int, rate: float, burst: float, reserve: float = 0.0) -> Grant:
        """Take up to `wanted` from an allowance of all replicas: `burst` at once, then `rate` per second.

        As much as `reserve` is left in it for others.
        """
        ...

    async def rest(self, bucket: str, seconds: float) -> None:
        """Grant nothing of an allowance for so long, to anybody."""
        ...

    async def hold(self, name: str, *, lease: timedelta) -> bool:
        """Have `name` alone among all open stores, or keep it, for the time of the lease. False while another has it."""
        ...

    async def let_go(self, name: str) -> None:
        """Give `name` back, if it is ours. Closing the store gives back all."""
        ...

    # operators

    async def depths(self) -> Depths:
        """Count what waits."""
        ...

    async def dead_letters(self, *, limit: int = 100) -> Sequence[DeadLetter]:
        """Return what was given up, newest first."""
        ...

    async def replay(self, key: str) -> bool:
        """Put a dead letter back to ready. False when there is none of that key."""
        ...

    async def drop(self, key: str) -> bool:
        """Give a dead letter up for good; its key stays taken. False when there is none of that key."""
        ...

    async def sent(self, *, after: int = 0, limit: int = 1000) -> Sequence[Sent]:
        """Return outbox rows of any state in order of id, for ledgers."""
        ...

    async def verify(self) -> Sequence[str]:
        """Check every journal; return findings in plain English, none when all is well."""
        ...

    async def erase(self, chain: str, seq: int) -> None:
        """Delete an entry's payload and salt and append the record of it. The chain still verifies."""
        ...

    async def anchor(self) -> None:
        """Seal the present heads into an anchor, so that later going back to an older copy is found.

        Needs to do nothing when nothing was appended since the last one.
        """
        ...

    async def purge(
        self, *, events_before: datetime, posts_before: datetime, keys_before: datetime | None = None
    ) -> int:
        """Forget settled events and posts older than that, and aggregates that expired; return how many rows went.

        Their keys stay taken: what comes again is not handled again. Keys of what was forgotten before `keys_before` are
        given free as well. Journals and dead letters stay.
        """
        ...
