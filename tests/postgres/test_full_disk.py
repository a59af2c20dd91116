"""A database whose disk is full: nothing is acknowledged that is not stored, and all goes on when there is room again."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from chatops.core.clock import SystemClock
from chatops.errors import StoreUnavailable
from chatops.storage.postgres import PostgresStore
from chatops.testing.clock import ManualClock
from chatops.testing.conformance.store_base import claimed, entry, event, post, put, unit
from postgres_load import Load, recovered, suffer
from postgres_server import Postgres
from postgres_stores import postgres_store
from small_disk import SmallDisk, small_disk

IMPATIENT = {"connect_timeout": 1, "statement_timeout": 5}


@pytest.fixture
def disk() -> Iterator[SmallDisk]:
    """A small one, outside pytest's folders, which only root may enter."""
    with tempfile.TemporaryDirectory(prefix="chatops-disk-") as place:
        Path(place).chmod(0o711)
        with small_disk(Path(place) / "disk", megabytes=120) as disk:
            yield disk


@pytest.fixture
def server(disk: SmallDisk) -> Iterator[Postgres]:
    """A server that has everything on that disk."""
    server = Postgres(disk.path / "postgres", settings={"max_wal_size": "32MB", "min_wal_size": "32MB"})
    server.start()
    yield server
    server.remove()


@pytest.fixture
async def stores(server: Postgres) -> AsyncIterator[tuple[PostgresStore, PostgresStore]]:
    """Two stores on it: one with a clock of the test's, one with the real one."""
    url = server.database()
    made = postgres_store(url, ManualClock(), **IMPATIENT), postgres_store(url, SystemClock(), name="two", **IMPATIENT)
    for store in made:
        await store.open()
    yield made
    for store in made:
        await store.close()


def big(seed: int) -> str:
    """Two megabytes that do not become less by compression."""
    return random.Random(seed).randbytes(1_000_000).hex()


def clear(server: Postgres, disk: SmallDisk) -> None:
    """Make room; who does so looks after the server, too, should it have given up."""
    disk.clear()
    if not server.answers():
        server.restart()


async def test_nothing_is_acknowledged_and_no_part_is_written(
    server: Postgres, disk: SmallDisk, stores: tuple[PostgresStore, PostgresStore]
) -> None:
    """Events and units that find no room are refused whole; afterwards the same ones go through."""
    store, clock = stores[0], ManualClock()
    found = await claimed(store, clock, "root")
    work = unit(found, puts=(put("1"),), entries=(entry("chain"),), outbox=(post("root/0", body=big(0)),))
    acknowledged = []

    async def refused() -> None:
        for n in range(40):
            try:
                await store.accept_many([event(f"big{n}", body=big(n))])
            except StoreUnavailable:
                break
            acknowledged.append(f"big{n}")
        with pytest.raises(StoreUnavailable):
            await store.commit(work)

    await suffer((disk.fill, lambda: clear(server, disk)), seconds=0, during=[refused])
    await recovered(store)

    assert len(acknowledged) < 40
    assert await store.get("swarm", "1") is None
    assert await store.accept_many([event(key) for key in acknowledged]) == (False,) * len(acknowledged)
    assert await store.accept_many([event(f"big{len(acknowledged)}")]) in {(True,), (False,)}
    await store.commit(work)
    assert len(await store.sent()) == 1
    assert not await store.verify()


@pytest.mark.faults
async def test_it_fills_up_in_the_midst_of_work(
    server: Postgres, disk: SmallDisk, stores: tuple[PostgresStore, PostgresStore]
) -> None:
    """Nothing acknowledged is lost, nothing is done twice or out of order, and work goes on by itself."""
    load = Load(stores[1], each=80)

    async with asyncio.timeout(120):
        await load.run(lambda: suffer((disk.fill, lambda: clear(server, disk)), seconds=2))
        await recovered(stores[1])

    await load.judge()
    assert load.refused
