"""The whole store in memory, with every promise but durability. It survives `close` and `open` as a database would."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from chatops.core.clock import Clock, SystemClock
from chatops.core.codec import Codec
from chatops.core.commit import Commit, InboxRow, Put, Stored, TimerRow
from chatops.core.effects import Post
from chatops.core.events import TimerFired
from chatops.core.frozen import replace
from chatops.core.journal import Entry, Seal
from chatops.core.message import Message
from chatops.errors import StaleUnit, StoreUnavailable
from chatops.ports.alone import LocalAllowances, LocalSignals
from chatops.ports.signals import Signals
from chatops.ports.store import (
    Checkpoint,
    ClaimedEvent,
    ClaimedPost,
    DeadLetter,
    Depths,
    Grant,
    Mark,
    Placed,
    Sent,
    Settlement,
)
from chatops.testing.memory_journal import MemoryJournal
from chatops.testing.memory_queues import MemoryInbox, MemoryOutbox
from chatops.testing.memory_timers import fire

KEY = b"a journal key for tests, 32 bytes"


class Bell:
    """Wakes everybody who waits, or the next who comes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()

    async def wait(self, at_most: float) -> None:
        if not self._rung.is_set():
            ring = asyncio.ensure_future(self._rung.wait())
            nap = asyncio.ensure_future(self._clock.sleep(at_most))
            try:
                await asyncio.wait({ring, nap}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                ring.cancel()
                nap.cancel()
        self._rung.clear()


class MemoryStore:
    """Implements `chatops.ports.store.Store`. `broken = True` makes every call fail as a lost database would."""

    def __init__(self, seal: Seal | None = None, clock: Clock | None = None, *, writer: str = "memory") -> None:
        self.shared = False
        self._clock = clock or SystemClock()
        self._codec = Codec((TimerFired,))
        self.journal = MemoryJournal(seal or Seal(KEY), writer=writer)
        self.broken = False
        self._inbox = MemoryInbox()
        self._outbox = MemoryOutbox()
        self._placed: dict[tuple[str, str], Placed] = {}
        self._facts: dict[tuple[str, str], Stored] = {}
        self._kinds: dict[str, dict[str, None]] = {}
        self._expires: dict[tuple[str, str], datetime] = {}
        self._claims: dict[str, str] = {}
        self._timers: dict[str, TimerRow] = {}
        self._checkpoints: dict[str, str] = {}
        self._sequences: dict[str, int] = {}
        self._events = Bell(self._clock)
        self._posts = Bell(self._clock)
        self._settled = Bell(self._clock)
        self.signals: Signals = LocalSignals()
        self._announced: set[str] = set()
        self._allowances = LocalAllowances(self._clock)

    async def open(self) -> None:
        """Take up work, as after a restart."""
        self._up()
        self._inbox.release()
        self._outbox.resume()
        self._ring()

    async def close(self) -> None:
        """Release every claim."""
        self._inbox.release()

    async def ping(self) -> None:
        """Raise StoreUnavailable while the store is broken."""
        self._up()

    # in

    async def accept_many(self, rows: Sequence[InboxRow], checkpoint: Checkpoint | None = None) -> tuple[bool, ...]:
        """Store events and checkpoint."""
        self._up()
        now = self._clock.now()
        accepted = tuple(self._inbox.add(row, now) for row in rows)
        if checkpoint is not None:
            self._checkpoints[checkpoint.name] = checkpoint.value
        self._ring()
        return accepted

    async def checkpoint(self, name: str) -> str | None:
        """Return the value last stored under `name`."""
        self._up()
        return self._checkpoints.get(name)

    async def lane_used(self, lane: str) -> bool:
        """Whether any event was ever accepted in `lane`."""
        self._up()
        return lane in self._inbox.lanes_ever

    async def accepted(self, key: str) -> bool:
        """Whether an event of that key was ever accepted."""
        self._up()
        return key in self._inbox.keys

    async def claim_events(self, *, limit: int, now: datetime, lease: timedelta) -> Sequence[ClaimedEvent]:
        """Take heads of lanes."""
        self._up()
        return self._inbox.claim(limit=limit, now=now, until=now + lease)

    async def renew(self, seq: int, fence: int, *, until: datetime) -> bool:
        """Keep a claim."""
        self._up()
        event = self._inbox.held(seq, fence)
        if event is not None:
            event.lease = until
        return event is not None

    async def commit(self, commit: Commit) -> None:
        """Write a unit of work."""
        self._up()
        event = self._inbox.held(commit.seq, commit.fence)
        if event is None:
            raise StaleUnit("fence", str(commit.seq))  # noqa: EM101 - a code, not a sentence
        self._check(commit)
        now = self._clock.now()
        for put in commit.puts:
            self._write(put, put.expected + 1)
        for put in commit.ensures:
            if (put.kind, put.id) not in self._facts:
                self._write(put, 1)
        for name in commit.releases:
            self._claims.pop(name, None)
        self._claims.update(commit.claims)
        for row in commit.outbox:
            self._outbox.add(row, now)
        for series in commit.disarmed:
            self._timers.pop(series, None)
        for timer in commit.armed:
            self._timers[timer.series] = timer
        self.journal.append(commit.entries, at=now)
        for emitted in commit.emitted:
            self._inbox.add(emitted, now)
        if commit.rewritten is not None:
            event.row = replace(event.row, body=commit.rewritten)
        self._inbox.end(event, commit.outcome, now)
        self._ring()
        for put in (*commit.puts, *commit.ensures):
            if put.kind in self._announced:
                await self.signals.send(f"aggregate:{put.kind}", put.id)

    async def wait_events(self, at_most: float) -> None:
        """Wait until something happened."""
        await self._events.wait(at_most)

    # facts

    async def get(self, kind: str, id: str) -> Stored | None:
        """Return one aggregate, or None."""
        self._up()
        return self._facts.get((kind, id))

    async def find(self, kind: str, keys: Mapping[str, str], *, limit: int = 200) -> Sequence[Stored]:
        """Return those that have all of `keys`, oldest first."""
        self._up()
        wanted = set(keys.items())
        stored = (self._facts[kind, id_] for id_ in self._kinds.get(kind, ()))
        return [one for one in stored if wanted <= one.keys][:limit]

    async def allocate(self, sequence: str) -> int:
        """Return the next number of a sequence."""
        self._up()
        self._sequences[sequence] = self._sequences.get(sequence, 0) + 1
        return self._sequences[sequence]

    async def entries(self, chain: str, *, after: int = 0, limit: int = 200, newest: bool = False) -> Sequence[Entry]:
        """Return journal entries, oldest first."""
        self._up()
        return self.journal.entries(chain, after=after, limit=limit, newest=newest)

    async def messages(self, room: str, *, limit: int = 50) -> Sequence[ClaimedEvent]:
        """Return the newest stored events of a remote room, oldest first."""
        self._up()
        return [event.seen() for event in self._inbox.rows.values() if event.row.room == room][-limit:]

    # out

    async def claim_posts(
        self, *, limit: int, now: datetime, lease: timedelta, bulk: bool, kinds: Collection[str] | None = None
    ) -> Sequence[ClaimedPost]:
        """Take heads of targets."""
        self._up()
        return self._outbox.claim(limit=limit, now=now, until=now + lease, bulk=bulk, kinds=kinds)

    async def plan(self, id: int, fence: int, plan: str) -> None:
        """Remember how a row is going to be sent."""
        self._up()
        self._outbox.held(id, fence).plan = plan

    async def mark(self, mark: Mark) -> None:
        """Record the outcome of a send."""
        self._up()
        now = self._clock.now()
        self._outbox.mark(mark, now)
        if mark.forget is not None:
            self._placed.pop(mark.forget, None)
        if mark.placed is not None:
            self._placed[mark.placed.target, mark.placed.slot] = mark.placed
        for row in mark.follow_up:
            self._outbox.add(row, now)
        if mark.receipt is not None:
            self._inbox.add(mark.receipt, now)
        self._ring()

    async def placed(self, target: str, slot: str) -> Placed | None:
        """Return where a slot's newest post stands."""
        self._up()
        return self._placed.get((target, slot))

    async def scrolled(self, placed: Placed) -> int:
        """Count what was said and posted since."""
        self._up()
        said = sum(
            event.seq > placed.inbox_seq and event.row.room == placed.room and event.row.kind == Message.kind
            for event in self._inbox.rows.values()
        )
        posted = {
            post.remote
            for post in self._outbox.rows.values()
            if post.id > placed.outbox_id and post.row.target == placed.target and post.row.kind == Post.kind
        }
        return said + len(posted - {None, placed.remote})

    async def wait_posts(self, at_most: float) -> None:
        """Wait until something happened."""
        await self._posts.wait(at_most)

    async def settlement(self, cause: str) -> Settlement:
        """Return what a root event has led to so far."""
        self._up()
        posts = [post for post in self._outbox.rows.values() if post.row.cause == cause]
        return Settlement(
            known=cause in self._inbox.keys,
            open_events=sum(e.state == "ready" and e.row.cause == cause for e in self._inbox.rows.values()),
            open_effects=sum(post.waiting for post in posts),
            sent=tuple(post.sent() for post in posts),
        )

    async def wait_settled(self, cause: str, at_most: float) -> None:
        """Wait until something happened."""
        await self._settled.wait(at_most)

    # timers

    async def fire_due(self, now: datetime, *, limit: int = 100) -> int:
        """Turn due timers into events."""
        self._up()
        fired = fire(self._timers, self._inbox, self._codec, now=now, limit=limit)
        self._ring()
        return fired

    async def next_due(self) -> datetime | None:
        """Return when the earliest timer is due."""
        self._up()
        return min((timer.due for timer in self._timers.values()), default=None)

    # operators

    def announce(self, kind: str) -> None:
        """From now on, signal each aggregate of `kind` that is written."""
        self._announced.add(kind)

    async def take(self, bucket: str, *, wanted: int, rate: float, burst: float, reserve: float = 0.0) -> Grant:
        """Take up to `wanted` from an allowance."""
        self._up()
        return self._allowances.take(bucket, wanted=wanted, rate=rate, burst=burst, reserve=reserve)

    async def rest(self, bucket: str, seconds: float) -> None:
        """Grant nothing of an allowance for so long."""
        self._up()
        self._allowances.rest(bucket, seconds)

    async def hold(self, name: str, *, lease: timedelta) -> bool:
        """Have `name` alone: there is nobody else."""
        del name, lease
        self._up()
        return True

    async def let_go(self, name: str) -> None:
        """Give `name` back."""

    async def depths(self) -> Depths:
        """Count what waits."""
        self._up()
        waiting = [event for event in self._inbox.rows.values() if event.state == "ready"]
        queued = [post for post in self._outbox.rows.values() if post.waiting]
        return Depths(
            inbox=len(waiting),
            outbox=len(queued),
            sending=sum(post.state == "sending" for post in queued),
            dead=len(await self.dead_letters(limit=1_000_000)),
            timers=len(self._timers),
            oldest=min((event.accepted_at for event in waiting), default=None),
            oldest_post=min((post.created_at for post in queued), default=None),
        )

    async def dead_letters(self, *, limit: int = 100) -> Sequence[DeadLetter]:
        """Return what was given up, newest first."""
        self._up()
        letters = [
            DeadLetter(
                kind="event",
                key=e.row.key,
                lane=e.row.lane,
                body_kind=e.row.kind,
                error=e.error,
                tries=e.attempts + 1,
                since=e.accepted_at,
                at=e.ended_at,
            )
            for e in self._inbox.rows.values()
            if e.state == "dead" and e.ended_at is not None
        ]
        letters += [
            DeadLetter(
                kind="effect",
                key=p.row.key,
                lane=p.row.lane,
                target=p.row.target,
                body_kind=p.row.kind,
                error=p.reason or p.state,
                uncertain=p.state == "unknown",
                tries=p.attempts,
                since=p.created_at,
                at=p.ended_at,
            )
            for p in self._outbox.rows.values()
            if p.state in {"dead", "failed", "unknown"} and p.ended_at is not None
        ]
        return sorted(letters, key=lambda letter: letter.at, reverse=True)[:limit]

    async def replay(self, key: str) -> bool:
        """Put a dead letter back to ready."""
        self._up()
        found = self._inbox.replay(key) or self._outbox.replay(key)
        self._ring()
        return found

    async def drop(self, key: str) -> bool:
        """Give a dead letter up for good."""
        self._up()
        now = self._clock.now()
        return self._inbox.drop(key, now) or self._outbox.drop(key, now)

    async def sent(self, *, after: int = 0, limit: int = 1000) -> Sequence[Sent]:
        """Return outbox rows of any state in order of id."""
        self._up()
        return [post.sent() for post in self._outbox.rows.values() if post.id > after][:limit]

    async def verify(self) -> Sequence[str]:
        """Check every journal."""
        self._up()
        return self.journal.verify()

    async def erase(self, chain: str, seq: int) -> None:
        """Delete an entry's payload and record that."""
        self._up()
        self.journal.erase(chain, seq, at=self._clock.now())

    async def anchor(self) -> None:
        """Seal the present heads into an anchor."""
        self._up()
        self.journal.anchor()

    async def purge(
        self, *, events_before: datetime, posts_before: datetime, keys_before: datetime | None = None
    ) -> int:
        """Forget settled events and posts older than that, and aggregates that expired."""
        self._up()
        now = self._clock.now()
        expired = [one for one, expires in self._expires.items() if expires <= now]
        for kind, id_ in expired:
            del self._facts[kind, id_], self._kinds[kind][id_], self._expires[kind, id_]
        gone = len(expired) + self._inbox.purge(events_before, now) + self._outbox.purge(posts_before, now)
        if keys_before is not None:
            gone += self._inbox.forget_keys(keys_before) + self._outbox.forget_keys(keys_before)
        return gone

    # inside

    def _up(self) -> None:
        if self.broken:
            message = "the test has switched the store off"
            raise StoreUnavailable(message)

    def _ring(self) -> None:
        self._events.ring()
        self._posts.ring()
        self._settled.ring()

    def _check(self, commit: Commit) -> None:
        expected = [*commit.reads, *((put.kind, put.id, put.expected) for put in commit.puts)]
        for kind, id_, version in expected:
            stored = self._facts.get((kind, id_))
            if (0 if stored is None else stored.version) != version:
                raise StaleUnit("version", f"{kind}:{id_}")  # noqa: EM101 - a code, not a sentence
        for name, holder in commit.claims:
            if name not in commit.releases and self._claims.get(name, holder) != holder:
                raise StaleUnit("claim", name)  # noqa: EM101 - a code, not a sentence

    def _write(self, put: Put, version: int) -> None:
        self._facts[put.kind, put.id] = Stored(kind=put.kind, id=put.id, version=version, body=put.body, keys=put.keys)
        self._kinds.setdefault(put.kind, {})[put.id] = None
        self._expires.pop((put.kind, put.id), None)
        if put.expires is not None:
            self._expires[put.kind, put.id] = put.expires
