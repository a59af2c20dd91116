"""What is done now and then, by one replica or by each."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

from chatops.engine.upkeep import PURGE_EVERY, Upkeep
from chatops.testing.clock import ManualClock
from chatops.testing.replicas import Replicas, ReplicaStore


class Watched:
    """The part of a store that upkeep uses, telling what it is asked for."""

    def __init__(self, store: ReplicaStore, name: str, done: list[str]) -> None:
        self._store = store
        self._name = name
        self._done = done

    async def hold(self, name: str, *, lease: timedelta) -> bool:
        return await self._store.hold(name, lease=lease)

    async def anchor(self) -> None:
        self._done.append(f"{self._name} anchors")

    async def purge(self, **_before: datetime) -> int:
        self._done.append(f"{self._name} purges")
        return 0


async def test_one_replica_purges_and_each_anchors() -> None:
    """Forgetting the same rows twice at the same time helps nobody; a witness is each one's own."""
    clock, done = ManualClock(), list[str]()
    replicas = Replicas(clock)
    month = timedelta(days=30)
    stores: list[Any] = [Watched(replicas.store(), name, done) for name in ("one", "two")]
    upkeeps = [Upkeep(store, clock, anchor_every=60.0, keep=month, keep_keys=month) for store in stores]
    works = [asyncio.ensure_future(upkeep.run()) for upkeep in upkeeps]
    await settled()
    clock.advance(timedelta(seconds=60))
    await settled()
    assert sorted(done) == ["one anchors", "one purges", "two anchors"]

    done.clear()
    clock.advance(timedelta(seconds=PURGE_EVERY))
    await settled()
    assert sorted(done)[0] == "one anchors"
    assert len([what for what in done if what.endswith("purges")]) == 1
    for work in works:
        work.cancel()
    await asyncio.gather(*works, return_exceptions=True)


async def settled() -> None:
    """Let everything that can go on go on."""
    for _turn in range(20):
        await asyncio.sleep(0)
