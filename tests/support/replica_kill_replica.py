"""One replica at work on the store: it accepts, handles and sends, as the engine does, and notes what it was told."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import replica_kill_work as work
from chatops.core.clock import SystemClock
from chatops.core.commit import InboxRow
from chatops.errors import StaleUnit, StoreUnavailable
from chatops.ports.store import ClaimedEvent, ClaimedPost, Mark
from chatops.storage.postgres import PostgresStore
from replica_kill_death import ACCEPT, Death, doing

T = TypeVar("T")

FEEDERS = 4
"""Accept at the same time, each into lanes of its own."""

AT_ONCE = 32
"""Events, and posts, in hand at a time."""

BEAT = 0.02
"""Seconds: replicas accept on the beat of the wall clock, so the same keys come to all at the same time."""

PAUSE = 0.05
ANCHOR_EVERY = 0.4


class Replica:
    """`told`: lanes, rounds, lease (seconds), folder. The folder's files are what replicas tell each other outside."""

    def __init__(self, store: PostgresStore, death: Death, told: dict[str, Any], life: str) -> None:
        self._store = store
        self._death = death
        self._clock = SystemClock()
        self._lanes: int = told["lanes"]
        self._rounds: int = told["rounds"]
        self._lease = timedelta(seconds=told["lease"])
        self._life = life
        self._open = Numbers(Path(told["folder"], "open"))
        self._done = Numbers(Path(told["folder"], "done"))
        self._hands: dict[int, ClaimedEvent] = {}

    async def live(self) -> None:
        """Work until every round is over and nothing is left to do."""
        forever = (self._handle(), self._send(), self._renew(), self._anchor())
        tasks = [asyncio.create_task(one) for one in forever]
        ending = asyncio.create_task(self._feed())
        done, _going = await asyncio.wait((*tasks, ending), return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

    # in

    async def _feed(self) -> None:
        await asyncio.gather(*map(self._accept, range(FEEDERS)))
        while True:
            depths = await self._insist(self._store.depths)
            if not (depths.inbox or depths.outbox or self._hands or self._death.comes):
                return
            await asyncio.sleep(PAUSE)

    async def _accept(self, feeder: int) -> None:
        """Offer one round after another, once all before it are acknowledged; to every replica at the same time."""
        numbers = [n for n in range(self._lanes) if n % FEEDERS == feeder]
        turn = max(0, self._done.get(feeder) - 1)
        while turn < self._rounds:
            if turn >= self._open.get(0):
                await asyncio.sleep(BEAT)
                turn = max(turn, self._done.get(feeder) - 1)
                continue
            await asyncio.sleep(BEAT - time.time() % BEAT)
            # Mixed and divided in this life's own way, so that batches of several replicas cross.
            rows = sorted((work.step(number, turn) for number in numbers), key=lambda row: hash((row.key, self._life)))
            await asyncio.gather(self._offer(rows[::2]), self._offer(rows[1::2]))
            self._done.put(feeder, max(turn + 1, self._done.get(feeder)))
            turn = self._done.get(feeder)

    async def _offer(self, rows: Sequence[InboxRow]) -> None:
        answers = await self._insist(lambda: self._store.accept_many(rows))
        self._death.probe(ACCEPT)
        told = list(zip((row.key for row in rows), answers, strict=True))
        new, known = ([key for key, fresh in told if fresh is wanted] for wanted in (True, False))
        self._death.note("accepted", new=new, known=known)

    # events

    async def _handle(self) -> None:
        while True:
            found = await self._insist(
                lambda: self._store.claim_events(limit=AT_ONCE, now=self._clock.now(), lease=self._lease)
            )
            for event in found:
                self._hands[event.seq] = event
            await _each(map(self._one, found))
            if not found:
                await self._store.wait_events(PAUSE * 4)

    async def _one(self, event: ClaimedEvent) -> None:
        doing.set({"what": "event", "id": event.seq, "fence": event.fence, "key": event.key})
        self._death.probe("claim")
        try:
            while await self._stale(event):
                pass
        finally:
            del self._hands[event.seq]

    async def _stale(self, event: ClaimedEvent) -> bool:
        """Handle an event; True when it has to be done again, on fresh facts."""
        self._death.probe("handler")
        commit = await self._insist(lambda: work.unit(self._store, event, self._life))
        self._death.probe("before-commit")
        try:
            await self._insist(lambda: self._store.commit(commit))
        except StaleUnit as stale:
            if stale.what != "fence":
                return True
            self._death.refused()
            return False
        self._death.probe("after-commit")
        return False

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(self._lease.total_seconds() / 3)
            for event in tuple(self._hands.values()):
                with suppress(StoreUnavailable):
                    await self._store.renew(event.seq, event.fence, until=self._clock.now() + self._lease)

    # out

    async def _send(self) -> None:
        while True:
            found = await self._insist(
                lambda: self._store.claim_posts(limit=AT_ONCE, now=self._clock.now(), lease=self._lease, bulk=False)
            )
            await _each(map(self._post, found))
            if not found:
                await self._store.wait_posts(PAUSE * 4)

    async def _post(self, post: ClaimedPost) -> None:
        doing.set({"what": "post", "id": post.id, "fence": post.fence, "key": post.key})
        self._death.probe("before-send")
        self._death.note("outside", key=post.key, target=post.target, body=post.body)
        self._death.probe("after-send")
        mark = Mark(id=post.id, fence=post.fence, state="sent", remote=post.key)
        self._death.probe("before-mark")
        try:
            await self._insist(lambda: self._store.mark(mark))
        except StaleUnit:
            self._death.refused()

    # the rest

    async def _anchor(self) -> None:
        while True:
            await asyncio.sleep(ANCHOR_EVERY)
            with suppress(StoreUnavailable):
                await self._store.anchor()

    async def _insist(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask until the database answers."""
        while True:
            try:
                return await ask()
            except StoreUnavailable:
                await asyncio.sleep(PAUSE)


class Numbers:
    """A file of numbers that several processes know."""

    WIDTH = 8

    def __init__(self, path: Path) -> None:
        self._place = os.open(path, os.O_RDWR | os.O_CREAT)

    def get(self, index: int) -> int:
        """Return a number, 0 when it was never put."""
        return int(os.pread(self._place, self.WIDTH, index * self.WIDTH).strip(b"\0 ") or 0)

    def put(self, index: int, value: int) -> None:
        """Write a number down."""
        os.pwrite(self._place, str(value).rjust(self.WIDTH).encode(), index * self.WIDTH)


async def _each(work: Iterable[Awaitable[None]]) -> None:
    await asyncio.gather(*work)
