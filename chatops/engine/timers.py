"""Timers: something rings now and then, and what is due becomes an event. Who rings is not important; when is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from typing import Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from chatops.core.clock import Clock
from chatops.engine.bell import Bell
from chatops.engine.outage import Outage
from chatops.errors import StoreUnavailable
from chatops.ports.store import Store

BATCH = 100
"""Timers fired at a time."""


class Wake(Protocol):
    """Rings, at least whenever a timer may be due."""

    def start(self, ring: Callable[[], None]) -> None:
        """Begin to ring."""
        ...

    def stop(self) -> None:
        """Ring no more. Calling twice is harmless."""
        ...


class SchedulerWake:
    """Rings every so often. The timers themselves are rows in the store; nothing is lost with the scheduler."""

    def __init__(self, every: float) -> None:
        self._every = every
        self._scheduler: AsyncIOScheduler | None = None

    def start(self, ring: Callable[[], None]) -> None:
        """Begin to ring, in the running event loop."""

        async def tick() -> None:
            ring()

        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._scheduler.add_job(
            tick, "interval", seconds=self._every, coalesce=True, max_instances=1, misfire_grace_time=None
        )
        self._scheduler.start()

    def stop(self) -> None:
        """Ring no more."""
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
            self._scheduler = None


class Timers:
    """Fires what is due: at start, and whenever somebody rings."""

    def __init__(self, *, store: Store, clock: Clock, wake: Wake, outage: Outage, fired: Callable[[], None]) -> None:
        self._fired = fired
        self._store = store
        self._clock = clock
        self._wake = wake
        self._outage = outage
        self.bell = Bell()
        self.beat = clock.monotonic()
        """Monotonic seconds of the last look."""

    async def run(self) -> None:
        """Fire until cancelled."""
        self._wake.start(self.bell.ring)
        try:
            while True:
                await self._fire()
                await self.bell.wait()
        finally:
            self._wake.stop()

    async def _fire(self) -> None:
        while True:
            self.beat = self._clock.monotonic()
            try:
                fired = await self._store.fire_due(self._clock.now(), limit=BATCH)
            except StoreUnavailable:
                await self._outage.over()
                continue
            if fired:
                self._fired()
            if fired < BATCH:
                return
