"""What is settled is forgotten after some time, and its key after some more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from chatops.engine.upkeep import PURGE_EVERY, Upkeep
from chatops.testing.clock import ManualClock
from chatops.testing.conformance.store_base import do, event
from chatops.testing.memory_store import MemoryStore

DAY = timedelta(days=1)


@asynccontextmanager
async def kept_up(store: MemoryStore, clock: ManualClock) -> AsyncIterator[None]:
    """Upkeep at work."""
    upkeep = Upkeep(store, clock, anchor_every=60, keep=30 * DAY, keep_keys=400 * DAY)
    running = asyncio.create_task(upkeep.run())
    await turns()
    yield
    running.cancel()
    await asyncio.wait([running])


async def turns() -> None:
    """Let everybody go on who can."""
    for _turn in range(20):
        await asyncio.sleep(0)


async def passed(clock: ManualClock, time: timedelta) -> None:
    """Some time, and then a look for what can be forgotten."""
    for step in (time, timedelta(seconds=PURGE_EVERY), timedelta(seconds=60)):
        clock.advance(step)
        await turns()


async def test_an_event_and_later_its_key_are_forgotten() -> None:
    """What comes again within the second time is known; after it, it is new."""
    clock = ManualClock()
    store = MemoryStore(clock=clock)
    await store.open()
    await do(store, clock, "e")
    async with kept_up(store, clock):
        await passed(clock, 29 * DAY)
        assert (await store.settlement("e")).known

        await passed(clock, 2 * DAY)
        assert not (await store.settlement("e")).known
        assert await store.accept_many([event("e")]) == (False,)

        await passed(clock, 399 * DAY)
        assert await store.accept_many([event("e")]) == (False,)
        await passed(clock, 2 * DAY)
        assert await store.accept_many([event("e")]) == (True,)
