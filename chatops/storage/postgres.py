"""The shared store: one PostgreSQL database, any number of processes. Implements `chatops.ports.store.Store`.

Claims, leases, fences and allowances are rows, so every process sees the same; nothing of it is remembered here but what
saves looks. Bells ring for what this process did at once, for others' doings by NOTIFY, and for all that was missed within
the engine's next look.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import ParamSpec, TypeVar

import structlog

from chatops.core.clock import Clock
from chatops.core.codec import Codec
from chatops.core.commit import Commit, InboxRow
from chatops.core.events import TimerFired
from chatops.core.journal import Anchor, Seal
from chatops.errors import ChatopsError, StartError, StoreError, StoreUnavailable
from chatops.ports.store import (
    Checkpoint,
    ClaimedEvent,
    ClaimedPost,
    Grant,
    Mark,
    Settlement,
)
from chatops.storage import (
    postgres_commit,
    postgres_journal,
    postgres_outbox,
    postgres_sharing,
    postgres_timers,
    postgres_upkeep,
    reads,
)
from chatops.storage.asyncpg_client import settings
from chatops.storage.journal import same
from chatops.storage.postgres_claims import INCARNATION_BITS, Turns
from chatops.storage.postgres_locks import Locks
from chatops.storage.postgres_pool import FAULTS, Connection, Pool
from chatops.storage.postgres_rows import News
from chatops.storage.postgres_schema import migrate
from chatops.storage.postgres_server import PostgresServer
from chatops.storage.postgres_signals import PostgresSignals, Word, notify, parts
from chatops.storage.postgres_verify import verify, verify_witness
from chatops.storage.postgres_waking import Waking
from chatops.storage.reading import ReadingStore
from chatops.storage.reads import Reads
from chatops.storage.witness import Witness

T = TypeVar("T")
Given = ParamSpec("Given")

log = structlog.get_logger("chatops.storage")

OTHER_KEY = (
    "{file} in the data folder is not the one this database was set up with, so buttons, journals or secrets of the other "
    "servers would not be understood. Copy journal.key, action.key and secrets.key from the data folder of a server that "
    "uses this database, or from where you keep copies of them. (A first start makes new ones: put the others in their "
    "place.)"
)


class PostgresStore(ReadingStore):
    """Durable when a method returns. Every statement that can collide with another process's is tried again by itself."""

    shared = True

    def __init__(
        self,
        server: PostgresServer,
        codec: Codec,
        seal: Seal,
        clock: Clock,
        *,
        witness: Path | None = None,
        keys: Mapping[str, str] | None = None,
        own_time: bool = False,
    ) -> None:
        """`witness`: the file that keeps the newest anchor outside the database.

        `keys`: fingerprints of the keys all servers on this database must have, by the names of their files.

        `own_time`: leases and allowances are measured by `clock`, as tests with a clock of their own need it. Otherwise the
        database's clock measures them, because replicas' clocks differ.
        """
        codec.register(TimerFired)
        self.server = server
        self._codec = codec
        self._seal = seal
        self._clock = clock
        self._own_time = own_time
        self._keys = dict(keys or {})
        self._witness = None if witness is None else Witness(witness, seal)
        self._incarnation = secrets.randbits(INCARNATION_BITS)
        self._holder = f"{server.name} {self._incarnation:x}"
        self._turns = Turns(self._incarnation, own_time=own_time)
        self._ledgers = [f"{server.name[:50]}/{number}" for number in range(server.writers)]
        self._announced: set[str] = set()
        self._waking = Waking(clock)
        self.signals = PostgresSignals(server, self._holder, heard=self._waking.hear, incarnation=self._incarnation)
        self.reads = self._reads()
        """The reading connections, for the other parts of `chatops.storage`."""
        self.writer = Pool(server, size=server.writers)
        """The writing connections, likewise."""
        self._hasty = Pool(server, size=2, synchronous_commit="off")
        """For what a crash of the database may forget: claims of events (their fences tell), renewals, allowances."""

    def _reads(self) -> Reads:
        # One snapshot per transaction: what an event has led to must be counted as of one moment.
        session = {"default_transaction_isolation": "repeatable read", "default_transaction_read_only": "on"}
        return Reads(settings(self.server, **session), faults=FAULTS)

    # life

    async def open(self) -> None:
        """Migrate, connect, end the claims this server left behind when it was killed.

        Raise StartError when this server's keys are not those of the others.
        """
        await migrate(self.server)
        self.reads = self._reads()
        try:
            await self.writer.open()
            await self._hasty.open()
            await self.reads.open()
            await self.signals.open()
            await self.writer.run(self._arrive)
        except ChatopsError:
            await self.close()
            raise

    async def close(self) -> None:
        """Release all claims and names, disconnect."""
        with suppress(StoreError):  # they run out by themselves
            await self.writer.run(self._leave)
        await self.signals.close()
        await self._hasty.close()
        await self.writer.close()
        await self.reads.close()

    async def ping(self) -> None:
        """Prove that a durable write works."""
        at = self._clock.now().isoformat()
        await self.writer.ask(lambda db: postgres_upkeep.keep_state(db, f"alive:{self.server.name}", at))

    async def _arrive(self, db: Connection) -> None:
        await Locks().own("server", [""]).take(db)
        for file, fingerprint in self._keys.items():
            known = await postgres_upkeep.state(db, f"key:{file}")
            if known is None:
                await postgres_upkeep.keep_state(db, f"key:{file}", fingerprint)
            elif known != fingerprint:
                raise StartError(OTHER_KEY.format(file=file))
        name = f"incarnation:{self.server.name}"
        before = await postgres_upkeep.state(db, name)
        if before is not None:
            if not await postgres_upkeep.outlived(db, int(before)):
                log.warning("another server has this name: give each its own, database.name", name=self.server.name)
                return
            await postgres_upkeep.release(db, int(before))
        await postgres_upkeep.keep_state(db, name, str(self._incarnation))

    async def _leave(self, db: Connection) -> None:
        await postgres_upkeep.release(db, self._incarnation)
        await postgres_sharing.let_go(db, self._holder)

    # in

    async def accept_many(self, rows: Sequence[InboxRow], checkpoint: Checkpoint | None = None) -> tuple[bool, ...]:
        """Store events and checkpoint together."""
        at = self._clock.now()

        async def work(db: Connection) -> tuple[tuple[bool, ...], News]:
            news = News()
            await Locks().lanes([row.lane for row in rows]).take(db)
            if checkpoint is not None:
                await postgres_sharing.check(db, checkpoint.holding, self._holder, now=self._time())
                await postgres_upkeep.keep_checkpoint(db, checkpoint)
            return await news.accept(db, rows, at), news

        accepted, news = await self.writer.run(work)
        self._learn(news)
        return accepted

    async def claim_events(self, *, limit: int, now: datetime, lease: timedelta) -> Sequence[ClaimedEvent]:
        """Take the heads of up to `limit` lanes that nobody works on, anywhere."""
        return await self._hasty.ask(partial(self._turns.events, limit=limit, now=now, lease=lease))

    async def renew(self, seq: int, fence: int, *, until: datetime) -> bool:
        """Keep a claim."""
        now = self._clock.now()

        async def work(db: Connection) -> bool:
            query = (
                "UPDATE inbox SET lease_until = COALESCE($3::timestamptz, clock_timestamp()) + $4::interval"
                " WHERE seq = $1 AND fence = $2 AND state = 'ready' AND lease_until IS NOT NULL RETURNING seq"
            )
            return await db.fetchval(query, seq, fence, now if self._own_time else None, until - now) is not None

        return await self._hasty.ask(work)

    async def commit(self, commit: Commit) -> None:
        """Write a unit of work, all or nothing, and end the claim."""
        at = self._clock.now()

        async def work(db: Connection) -> News:
            async with self._ledger() as writer:
                news = await postgres_commit.write(
                    db, commit, seal=self._seal, at=at, writer=writer, announced=self._announced
                )
            if news.announced:
                # To this process as well: should the COMMIT's answer be lost, this is how it learns that it happened.
                told = tuple((f"aggregate:{kind}", ident) for kind, ident in news.announced)
                for part in parts(Word(sender="", told=told)):
                    await notify(db, part)
            return news

        self._learn(await self.writer.run(work))

    async def wait_events(self, at_most: float) -> None:
        """Return when new events may be claimable."""
        await self._waking.events(at_most)

    # facts

    async def allocate(self, sequence: str) -> int:
        """Return the next number of a sequence."""
        return await self.writer.ask(lambda db: postgres_upkeep.allocate(db, sequence))

    # out

    async def claim_posts(
        self, *, limit: int, now: datetime, lease: timedelta, bulk: bool, kinds: Collection[str] | None = None
    ) -> Sequence[ClaimedPost]:
        """Take the heads of up to `limit` targets that nobody sends to; write `sending` before returning."""
        claim = partial(self._turns.posts, limit=limit, now=now, lease=lease, bulk=bulk, kinds=kinds)
        return await self.writer.ask(claim)

    async def plan(self, id: int, fence: int, plan: str) -> None:
        """Remember how a row is going to be sent."""
        await self.writer.ask(lambda db: postgres_outbox.plan(db, id, fence, plan))

    async def mark(self, mark: Mark) -> None:
        """Record the outcome of a send."""
        at = self._clock.now()
        write = self.writer.ask if postgres_outbox.is_alone(mark) else self.writer.run
        self._learn(await write(lambda db: postgres_outbox.mark(db, mark, at=at)))

    async def wait_posts(self, at_most: float) -> None:
        """Return when new posts may be claimable."""
        await self._waking.posts(at_most)

    async def settlement(self, cause: str) -> Settlement:
        """Return what the root event `cause` has led to so far."""
        self._waking.roots.of(cause).mute()  # a change after this look rings for the wait that follows it
        return await self.reads.ask(reads.settlement(cause))

    async def wait_settled(self, cause: str, at_most: float) -> None:
        """Return when something of `cause` may have changed since `settlement` was last asked."""
        await self._waking.roots.of(cause).wait(at_most)

    # timers

    async def fire_due(self, now: datetime, *, limit: int = 100) -> int:
        """Turn due timers into inbox events."""
        fire = partial(postgres_timers.fire, codec=self._codec, now=now, limit=limit, own_time=self._own_time)
        news, fired = await self.writer.run(fire)
        if fired:
            self._learn(news)
        return fired

    # among replicas

    def announce(self, kind: str) -> None:
        """From now on, signal each aggregate of `kind` that is written."""
        self._announced.add(kind)

    async def take(self, bucket: str, *, wanted: int, rate: float, burst: float, reserve: float = 0.0) -> Grant:
        """Take up to `wanted` from an allowance of all replicas."""
        take = partial(postgres_sharing.take, wanted=wanted, rate=rate, burst=burst, reserve=reserve, now=self._time())
        return await self._hasty.ask(lambda db: take(db, bucket))

    async def rest(self, bucket: str, seconds: float) -> None:
        """Grant nothing of an allowance for so long, to anybody."""
        await self._hasty.ask(lambda db: postgres_sharing.rest(db, bucket, seconds, now=self._time()))

    async def hold(self, name: str, *, lease: timedelta) -> bool:
        """Have `name` alone among all replicas."""
        return await self.writer.run(lambda db: postgres_sharing.hold(db, name, self._holder, lease, now=self._time()))

    async def let_go(self, name: str) -> None:
        """Give `name` back, if it is ours."""
        await self.writer.run(lambda db: postgres_sharing.let_go(db, self._holder, name))

    # operators

    async def replay(self, key: str) -> bool:
        """Put a dead letter back to ready."""
        news = await self.writer.run(lambda db: postgres_upkeep.replay(db, key, self._incarnation, now=self._time()))
        if news is not None:
            self._learn(news)
        return news is not None

    async def drop(self, key: str) -> bool:
        """Give a dead letter up for good."""
        at = self._clock.now()
        return await self.writer.run(lambda db: postgres_upkeep.drop(db, key, at=at))

    async def verify(self) -> Sequence[str]:
        """Check every journal."""
        return await self._in_thread(verify, self.server, self._seal, self._witness)

    async def verify_witness(self) -> Sequence[str]:
        """Check the newest anchor only, against the file outside the database; nothing when there is no such file."""
        if self._witness is None:
            return ()
        return await self._in_thread(verify_witness, self.server, self._witness)

    async def erase(self, chain: str, seq: int) -> None:
        """Delete an entry's payload and salt and append the record of it."""
        at = self._clock.now()

        async def work(db: Connection) -> None:
            async with self._ledger() as writer:
                await postgres_journal.erase(db, chain, seq, seal=self._seal, at=at, writer=writer)

        await self.writer.run(work)

    async def anchor(self) -> None:
        """Seal the present ledgers into anchors, and keep the newest outside the database too; nothing new needs none."""
        at = self._clock.now()
        kept = None if self._witness is None else await self._in_thread(self._witness.begin, self.server.name, at)

        async def work(db: Connection) -> tuple[list[Anchor], bool]:
            told = kept.anchor if kept is not None else None
            follows = told is not None and (
                told.number == 0 or same(await postgres_journal.holds(db, told.number), told.seal)
            )
            return await postgres_journal.anchor(db, seal=self._seal, at=at), follows

        anchors, follows = await self.writer.run(work)
        if self._witness is not None and follows and anchors:
            await self._in_thread(self._witness.keep, anchors[-1])

    async def purge(
        self, *, events_before: datetime, posts_before: datetime, keys_before: datetime | None = None
    ) -> int:
        """Forget settled events and posts older than that, and aggregates that expired."""
        at = self._clock.now()
        forget = partial(
            postgres_upkeep.purge,
            events_before=events_before,
            posts_before=posts_before,
            keys_before=keys_before,
            at=at,
        )
        gone, more = 0, True
        while more:
            count, more = await self.writer.run(forget)
            gone += count
        return gone

    # inside

    def _time(self) -> datetime | None:
        return self._clock.now() if self._own_time else None

    def _learn(self, news: News) -> None:
        """Ring here for what was committed, and tell the others."""
        self._waking.learn(news)
        self.signals.say(events=news.events, posts=news.posts, causes=news.causes)

    @asynccontextmanager
    async def _ledger(self) -> AsyncIterator[str]:
        """Lend one of our ledgers, so that our own transactions do not wait for each other in one."""
        writer = self._ledgers.pop(0)
        try:
            yield writer
        finally:
            self._ledgers.append(writer)

    async def _in_thread(self, work: Callable[Given, T], *given: Given.args, **named: Given.kwargs) -> T:
        try:
            return await asyncio.to_thread(work, *given, **named)
        except FAULTS as error:
            message = f"The journals cannot be checked: {error}"
            raise StoreUnavailable(message) from error
