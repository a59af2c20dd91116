"""The page that Prometheus reads. Reading it often asks the database no more often than every few seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

import chatops
from chatops.core.clock import Clock
from chatops.engine.engine import Engine
from chatops.errors import StoreUnavailable
from chatops.metrics.standing import Queues, Standing, StandingCollector

FRESH = 5.0
"""Seconds for which what the database told is told again."""

PATIENCE = 3.0
"""Seconds the database has to tell; Prometheus waits 10 for all of the page."""


class MetricsPage:
    """Puts together what `/metrics` tells."""

    def __init__(self, registry: CollectorRegistry, engine: Engine, *, database: str, clock: Clock) -> None:
        self._registry = registry
        self._engine = engine
        self._database = database
        self._clock = clock
        self._collector = StandingCollector()
        registry.register(self._collector)
        ProcessCollector(registry=registry)
        self._queues: Queues | None = None
        self._asked = float("-inf")
        self._one_at_a_time = asyncio.Lock()

    async def text(self) -> bytes:
        """Return the page, in Prometheus' text format 0.0.4. While the database is away its figures are left out."""
        async with self._one_at_a_time:
            if self._clock.monotonic() - self._asked >= FRESH:
                self._queues = await self._told()
                self._asked = self._clock.monotonic()
            self._collector.newest = self._standing()
        # In a thread: the process's own figures are read from files.
        return await asyncio.to_thread(generate_latest, _Plain(self._registry))

    async def _told(self) -> Queues | None:
        if self._engine.outage.since is not None:
            return None
        try:
            async with asyncio.timeout(PATIENCE):
                depths = await self._engine.store.depths()
                due = await self._engine.store.next_due()
        except (StoreUnavailable, TimeoutError):
            return None
        now = self._clock.now()
        ages = [
            0.0 if since is None else max((now - since).total_seconds(), 0.0)
            for since in (depths.oldest, depths.oldest_post, due)
        ]
        return Queues(
            inbox=depths.inbox,
            inbox_oldest=ages[0],
            ready=depths.outbox - depths.sending,
            sending=depths.sending,
            outbox_oldest=ages[1],
            dead=depths.dead,
            timers=depths.timers,
            overdue=ages[2],
        )

    def _standing(self) -> Standing:
        engine = self._engine
        return Standing(
            version=chatops.__version__,
            database=self._database,
            parts={name: part.ok for name, part in engine.health().items()},
            reading={
                name: name not in engine.networks.ailing and name not in engine.networks.standing_by
                for name in engine.networks.names
            },
            lanes=engine.inbox.in_hand,
            lanes_most=engine.settings.lanes,
            sends=engine.outbox.in_hand,
            outage=engine.outage.seconds,
            queues=self._queues,
        )


class _Plain(Collector):
    """A registry without the times at which each series began, which nobody uses and which double the page."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        for metric in self._registry.collect():
            metric.samples = [sample for sample in metric.samples if not sample.name.endswith("_created")]
            yield metric
