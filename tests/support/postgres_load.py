"""Work for stores to do while PostgreSQL is treated badly, and the judgement of what became of it."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import TypeVar

from chatops.core.clock import SystemClock
from chatops.errors import StaleUnit, StoreUnavailable
from chatops.ports.store import ClaimedEvent, Store
from chatops.testing.conformance.store_base import entry, event, post, put, unit

T = TypeVar("T")

LEASE = timedelta(seconds=1)
PAUSE = 0.05


class Load:
    """Events accepted into lanes and handled by all stores at once, over and over until the database has taken each."""

    def __init__(self, *stores: Store, lanes: int = 6, each: int = 40) -> None:
        self._stores = stores
        self._clock = SystemClock()
        self._lanes = [f"lane {n}" for n in range(lanes)]
        self._each = each
        self._accepted: dict[str, list[str]] = defaultdict(list)
        self._handled = 0
        self._progress = asyncio.Event()
        self.refused = 0
        """How often a store said that the database does not answer."""

    async def run(self, trouble: Callable[[], Awaitable[object]]) -> None:
        """Do all the work, with the trouble somewhere in the midst of it."""
        async with asyncio.TaskGroup() as tasks:
            for n, lane in enumerate(self._lanes):
                tasks.create_task(self._feed(self._stores[n % len(self._stores)], lane))
            for store in self._stores:
                tasks.create_task(self._work(store))
            while self._handled < self._total // 3:
                await self._progress.wait()
                self._progress.clear()
            await trouble()

    async def judge(self) -> None:
        """Everything acknowledged is there, once, whole and in order."""
        store = self._stores[0]
        for lane in self._lanes:
            assert len(self._accepted[lane]) == self._each
            written = [json.loads(found.payload or "") for found in await store.entries(lane, limit=1000)]
            assert written == self._accepted[lane], "lost, doubled or out of order"
        every = sorted(key for keys in self._accepted.values() for key in keys)
        assert sorted(found.id for found in await store.find("swarm", {}, limit=10_000)) == every
        assert sorted(row.key for row in await store.sent(limit=10_000)) == every
        assert not await store.verify()

    @property
    def _total(self) -> int:
        return len(self._lanes) * self._each

    async def _feed(self, store: Store, lane: str) -> None:
        for n in range(self._each):
            key = f"{lane}/{n}"
            (new,), refused = await self._insist(lambda key=key: store.accept_many([event(key, lane)]))  # type: ignore[misc]
            assert new or refused, "an event that was never accepted is said to be known"
            self._accepted[lane].append(key)

    async def _work(self, store: Store) -> None:
        while True:
            found, _refused = await self._insist(
                lambda: store.claim_events(limit=4, now=self._clock.now(), lease=LEASE)
            )
            await asyncio.gather(*(self._handle(store, one) for one in found))
            if not found:
                # A commit that nobody heard of may be done: only the database knows what is left.
                depths, _refused = await self._insist(store.depths)
                if depths.inbox == 0 and sum(map(len, self._accepted.values())) == self._total:
                    return
                await store.wait_events(PAUSE)

    async def _handle(self, store: Store, found: ClaimedEvent) -> None:
        work = unit(
            found,
            puts=(put(found.key),),
            entries=(entry(found.lane, json.dumps(found.key)),),
            outbox=(post(found.key, found.lane, cause=found.key),),
        )
        try:
            await store.commit(work)
        except StoreUnavailable:
            self.refused += 1
            return  # done or not: whoever claims it next will see
        except StaleUnit:
            assert self.refused, "a unit was stale though nothing went wrong"
            return
        self._handled += 1
        self._progress.set()

    async def _insist(self, ask: Callable[[], Awaitable[T]]) -> tuple[T, int]:
        """Ask until there is an answer; return it, and how often there was none."""
        refused = 0
        while True:
            try:
                return await ask(), refused
            except StoreUnavailable:
                refused += 1
                self.refused += 1
                await asyncio.sleep(PAUSE)


async def recovered(*stores: Store, within: float = 15) -> None:
    """Return once each store writes again, by itself."""
    async with asyncio.timeout(within):
        for store in stores:
            while not await _writes(store):  # noqa: ASYNC110 - a server
                await asyncio.sleep(PAUSE)


async def _writes(store: Store) -> bool:
    try:
        await store.ping()
    except StoreUnavailable:
        return False
    return True


Trouble = tuple[Callable[[], object], Callable[[], object]]
"""How it begins and how it ends; both block."""


async def suffer(
    trouble: Trouble, *, seconds: float = 0.3, during: Sequence[Callable[[], Awaitable[object]]] = ()
) -> None:
    """Let trouble begin, last, and end."""
    begin, end = trouble
    await asyncio.to_thread(begin)
    try:
        for one in during:
            await one()
        await asyncio.sleep(seconds)
    finally:
        await asyncio.to_thread(end)
