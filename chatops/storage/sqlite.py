"""The embedded store: one SQLite file, one process, one writing thread. Implements `chatops.ports.store.Store`."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import ParamSpec, TypeVar

from chatops.core.clock import Clock
from chatops.core.codec import Codec
from chatops.core.commit import Commit, InboxRow, Stored
from chatops.core.events import TimerFired
from chatops.core.journal import Anchor, Seal
from chatops.errors import StoreError, StoreUnavailable
from chatops.ports.alone import LocalAllowances, LocalSignals
from chatops.ports.store import (
    Checkpoint,
    ClaimedEvent,
    ClaimedPost,
    Grant,
    Mark,
    Settlement,
)
from chatops.storage import (
    reads,
    sqlite_commit,
    sqlite_file,
    sqlite_journal,
    sqlite_outbox,
    sqlite_timers,
    sqlite_upkeep,
)
from chatops.storage.bell import Bell, Watched
from chatops.storage.lanes import Lanes
from chatops.storage.names import storable
from chatops.storage.reading import ReadingStore
from chatops.storage.reads import Reads
from chatops.storage.recent import FreshEvents, RecentAggregates
from chatops.storage.schema import migrate
from chatops.storage.sqlite_rows import News, PostTag
from chatops.storage.sqlite_upkeep import Present
from chatops.storage.sqlite_writer import Writer
from chatops.storage.witness import Witness

T = TypeVar("T")
Given = ParamSpec("Given")


class SqliteStore(ReadingStore):
    """Durable when a method returns. Keep other processes away with `chatops.storage.folder.DataFolder`.

    Should a second process open the file all the same, this one's writes are refused from then on: fences are safe.
    """

    shared = False

    def __init__(
        self, path: Path, codec: Codec, seal: Seal, clock: Clock, *, busy: float = 5.0, witness: Path | None = None
    ) -> None:
        """`busy`: seconds to wait for somebody else's lock (a backup's) before a write fails.

        `witness`: the file that keeps the newest anchor outside the database; without one, an older copy put back whole
        is not found.
        """
        codec.register(TimerFired)
        self._path = path
        self._codec = codec
        self._seal = seal
        self._clock = clock
        self._events: Lanes[None] = Lanes()
        self._targets: Lanes[PostTag] = Lanes()
        self._event_bell = Bell(clock)
        self._post_bell = Bell(clock)
        self._watched = Watched(clock)
        self._recent = RecentAggregates()
        self._fresh = FreshEvents()
        self._epoch: int | None = None
        self.signals = LocalSignals()
        self._announced: set[str] = set()
        self._allowances = LocalAllowances(clock)
        self._witness = None if witness is None else Witness(witness, seal)
        self._grown = False
        """Whether anything may have been appended to the journals since the last anchor."""
        self.reads = Reads(sqlite_file.settings(path, query_only=1), faults=sqlite_file.ERRORS)
        """The reading connection, for the other parts of `chatops.storage`."""
        self.writer: Writer[Present] = Writer(
            path, greet=self._greet, check=self._check, greeted=self._greeted, busy=busy
        )
        """The writing connection, for the other parts of `chatops.storage`."""

    # life

    async def open(self) -> None:
        """Migrate, connect, take up work."""
        await migrate(sqlite_file.url(self._path))
        self._epoch = None
        await self.writer.open()
        self.reads = Reads(sqlite_file.settings(self._path, query_only=1), faults=sqlite_file.ERRORS)
        try:
            self._grown = await self.writer.run(sqlite_journal.grown)
            await self.reads.open()
        except StoreError:
            await self.close()
            raise

    async def close(self) -> None:
        """Finish what was asked for, anchor what is not, release all leases, disconnect."""
        if self._witness is not None and self._grown:
            with suppress(StoreError):  # what could not be anchored now is with the next start
                await self.anchor()
        await self.writer.close()
        await self.reads.close()
        self._events, self._targets = Lanes(), Lanes()

    async def ping(self) -> None:
        """Prove that a durable write works."""
        at = self._clock.now()
        await self.writer.run(lambda db: sqlite_upkeep.proof_of_life(db, at=at))

    # in

    async def accept_many(self, rows: Sequence[InboxRow], checkpoint: Checkpoint | None = None) -> tuple[bool, ...]:
        """Store events and checkpoint together."""
        at = self._clock.now()

        def work(db: sqlite3.Connection) -> tuple[tuple[bool, ...], News]:
            news = News()
            if checkpoint is not None:
                sqlite_upkeep.keep_checkpoint(db, checkpoint)
            return tuple(news.accept(db, row, at) for row in rows), news

        accepted, _news = await self.writer.run(work, after=lambda done: self._learn(done[1]))
        return accepted

    async def claim_events(self, *, limit: int, now: datetime, lease: timedelta) -> Sequence[ClaimedEvent]:
        """Take the heads of up to `limit` lanes that nobody works on."""
        taken = self._events.take(limit=limit, now=now, lease=lease)
        fresh = self._fresh.take(taken)
        unknown = [claim for claim in taken if claim.id not in fresh]
        if not unknown:
            return [fresh[claim.id] for claim in taken]
        try:
            read = {event.seq: event for event in await self.reads.ask(reads.events(unknown))}
        except (StoreError, asyncio.CancelledError):
            for claim in taken:
                self._events.again(claim.id, None)
            raise
        for gone in {claim.id for claim in unknown} - read.keys():
            self._events.done(gone)
        found = fresh | read
        return [found[claim.id] for claim in taken if claim.id in found]

    async def renew(self, seq: int, fence: int, *, until: datetime) -> bool:
        """Keep a claim."""
        return self._events.renew(seq, fence, until)

    async def commit(self, commit: Commit) -> None:
        """Write a unit of work, all or nothing, and end the claim."""
        at = self._clock.now()
        until = self._events.hold(commit.seq, commit.fence)
        self._grown = self._grown or bool(commit.entries)

        def after(news: News) -> None:
            self._recent.committed(commit)
            if commit.outcome.state == "retry":
                self._events.again(commit.seq, commit.outcome.not_before)
            else:
                self._events.done(commit.seq)
            self._event_bell.ring()
            self._learn(news)

        def failed() -> None:
            self._recent.doubt([*((put.kind, put.id) for put in commit.puts), *(read[:2] for read in commit.reads)])
            self._events.let_go(commit.seq, commit.fence, until)

        await self.writer.run(
            lambda db: sqlite_commit.write(db, commit, seal=self._seal, at=at), after=after, failed=failed
        )
        for put in (*commit.puts, *commit.ensures):
            if put.kind in self._announced:
                await self.signals.send(f"aggregate:{put.kind}", put.id)

    async def wait_events(self, at_most: float) -> None:
        """Return when new events may be claimable."""
        await self._event_bell.wait(self._patience(self._events, at_most))

    # facts

    async def get(self, kind: str, id: str) -> Stored | None:
        """Return one aggregate, or None: from memory, where it was put by the commit that wrote it."""
        key = (kind, id)
        if key in self._recent:
            return self._recent[key]
        if not storable(kind, id):
            return None
        self._recent.ask(key)
        found = await super().get(kind, id)
        self._recent.read(key, found)
        return found

    async def allocate(self, sequence: str) -> int:
        """Return the next number of a sequence."""
        return await self.writer.run(lambda db: sqlite_upkeep.allocate(db, sequence))

    # out

    async def claim_posts(
        self, *, limit: int, now: datetime, lease: timedelta, bulk: bool, kinds: Collection[str] | None = None
    ) -> Sequence[ClaimedPost]:
        """Take the heads of up to `limit` targets that nobody sends to; write `sending` before returning."""

        def wanted(tag: PostTag) -> bool:
            is_bulk, kind = tag
            return (bulk or not is_bulk) and (kinds is None or kind in kinds)

        taken = self._targets.take(limit=limit, now=now, lease=lease, wanted=wanted)
        if not taken:
            return ()

        def after(started: Sequence[ClaimedPost]) -> None:
            for gone in {claim.id for claim in taken} - {post.id for post in started}:
                self._targets.done(gone)

        def failed() -> None:
            for claim in taken:
                self._targets.again(claim.id, None)

        return await self.writer.run(lambda db: sqlite_outbox.start_sending(db, taken), after=after, failed=failed)

    async def plan(self, id: int, fence: int, plan: str) -> None:
        """Remember how a row is going to be sent."""
        await self.writer.run(lambda db: sqlite_outbox.plan(db, id, fence, plan))

    async def mark(self, mark: Mark) -> None:
        """Record the outcome of a send."""
        at = self._clock.now()
        until = self._targets.hold(mark.id, mark.fence)

        def after(news: News) -> None:
            if mark.state == "ready":
                self._targets.again(mark.id, mark.not_before)
            else:
                self._targets.done(mark.id)
            self._post_bell.ring()
            self._learn(news)

        await self.writer.run(
            lambda db: sqlite_outbox.mark(db, mark, at=at),
            after=after,
            failed=lambda: self._targets.let_go(mark.id, mark.fence, until),
        )

    async def wait_posts(self, at_most: float) -> None:
        """Return when new posts may be claimable."""
        await self._post_bell.wait(self._patience(self._targets, at_most))

    async def settlement(self, cause: str) -> Settlement:
        """Return what the root event `cause` has led to so far."""
        self._watched.of(cause).mute()  # a change after this look rings for the wait that follows it
        return await self.reads.ask(reads.settlement(cause))

    async def wait_settled(self, cause: str, at_most: float) -> None:
        """Return when something of `cause` may have changed since `settlement` was last asked."""
        await self._watched.of(cause).wait(at_most)

    # timers

    async def fire_due(self, now: datetime, *, limit: int = 100) -> int:
        """Turn due timers into inbox events."""
        _news, fired = await self.writer.run(
            lambda db: sqlite_timers.fire(db, self._codec, now=now, limit=limit),
            after=lambda result: self._learn(result[0]),
        )
        return fired

    # among replicas, of which there are none

    def announce(self, kind: str) -> None:
        """From now on, signal each aggregate of `kind` that is written."""
        self._announced.add(kind)

    async def take(self, bucket: str, *, wanted: int, rate: float, burst: float, reserve: float = 0.0) -> Grant:
        """Take up to `wanted` from an allowance."""
        return self._allowances.take(bucket, wanted=wanted, rate=rate, burst=burst, reserve=reserve)

    async def rest(self, bucket: str, seconds: float) -> None:
        """Grant nothing of an allowance for so long."""
        self._allowances.rest(bucket, seconds)

    async def hold(self, name: str, *, lease: timedelta) -> bool:
        """Have `name` alone: there is nobody else."""
        del name, lease
        return True

    async def let_go(self, name: str) -> None:
        """Give `name` back."""

    # operators

    async def replay(self, key: str) -> bool:
        """Put a dead letter back to ready."""

        def after(news: News | None) -> None:
            if news is not None:
                self._learn(news)

        return await self.writer.run(lambda db: sqlite_upkeep.replay(db, key), after=after) is not None

    async def drop(self, key: str) -> bool:
        """Give a dead letter up for good."""
        at = self._clock.now()
        return await self.writer.run(lambda db: sqlite_upkeep.drop(db, key, at=at))

    async def verify(self) -> Sequence[str]:
        """Check every journal."""
        try:
            return await asyncio.to_thread(sqlite_journal.verify, self._path, self._seal, self._witness)
        except (sqlite3.Error, OSError) as error:
            message = f"The journals cannot be read: {error}"
            raise StoreUnavailable(message) from error

    async def verify_witness(self) -> Sequence[str]:
        """Check the newest anchor only, against the file outside the database; nothing when there is no such file."""
        if self._witness is None:
            return ()
        try:
            return await asyncio.to_thread(sqlite_journal.verify_witness, self._path, self._witness)
        except (sqlite3.Error, OSError) as error:
            message = f"The journals cannot be read: {error}"
            raise StoreUnavailable(message) from error

    async def erase(self, chain: str, seq: int) -> None:
        """Delete an entry's payload and salt and append the record of it."""
        at = self._clock.now()
        self._grown = True
        await self.writer.run(lambda db: sqlite_journal.erase(db, chain, seq, seal=self._seal, at=at))

    async def anchor(self) -> None:
        """Seal the present heads into an anchor, and keep it outside the database too; nothing new needs none."""
        if not self._grown:
            return
        at = self._clock.now()
        kept = None if self._witness is None else await self._beside(self._witness.begin, sqlite_journal.WRITER, at)

        def work(db: sqlite3.Connection) -> tuple[Anchor, bool]:
            told = kept.anchor if kept is not None else None
            return sqlite_journal.anchor(db, seal=self._seal, at=at), told is not None and sqlite_journal.holds(
                db, told
            )

        self._grown = False
        anchor, follows = await self.writer.run(work, failed=self._grow)
        if self._witness is not None and follows:
            await self._beside(self._witness.keep, anchor)

    async def purge(
        self, *, events_before: datetime, posts_before: datetime, keys_before: datetime | None = None
    ) -> int:
        """Forget settled events and posts older than that, and aggregates that expired."""
        at = self._clock.now()
        gone, more = 0, True
        while more:
            count, more = await self.writer.run(
                lambda db: sqlite_upkeep.purge(
                    db, events_before=events_before, posts_before=posts_before, keys_before=keys_before, at=at
                )
            )
            gone += count
        self._recent.clear()
        return gone

    # inside: in the writer's thread

    def _greet(self, db: sqlite3.Connection) -> Present:
        if self._epoch is None:
            self._epoch = sqlite_upkeep.take_over(db)
        else:
            self._check(db)
        return sqlite_upkeep.present(db, self._epoch)

    def _check(self, db: sqlite3.Connection) -> None:
        if sqlite_upkeep.epoch(db) != self._epoch:
            message = "Another process has taken over this database."
            raise StoreUnavailable(message)

    # inside: on the loop

    async def _beside(self, work: Callable[Given, T], *given: Given.args, **named: Given.kwargs) -> T:
        """Do `work` on the witness's file, in a thread."""
        try:
            return await asyncio.to_thread(work, *given, **named)
        except OSError as error:
            message = f"The anchor cannot be kept outside the database: {error}"
            raise StoreUnavailable(message) from error

    def _grow(self) -> None:
        self._grown = True

    def _greeted(self, present: Present) -> None:
        """Start from what the database says; also after a fault, when a write may have happened unknown to us."""
        self._recent.clear()
        self._fresh.clear()
        self._events.start(present.epoch)
        self._targets.start(present.epoch)
        self._events.reconcile(present.events)
        self._targets.reconcile(present.posts)
        self._event_bell.ring()
        self._post_bell.ring()

    def _learn(self, news: News) -> None:
        self._fresh.accepted(news.accepted)
        for event in news.events:
            self._events.add(event)
        for post in news.posts:
            self._targets.add(post)
        if news.events:
            self._event_bell.ring()
        if news.posts:
            self._post_bell.ring()
        self._watched.ring(news.causes)

    def _patience(self, lanes: Lanes[None] | Lanes[PostTag], at_most: float) -> float:
        soon = lanes.next_time()
        return at_most if soon is None else max(0.0, min(at_most, (soon - self._clock.now()).total_seconds()))
