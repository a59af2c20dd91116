"""What was said to be durable is there after closing, and after a kill."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from chatops.core.commit import Outcome
from chatops.ports.store import Checkpoint, Placed
from chatops.storage.sqlite import SqliteStore
from chatops.testing.clock import ManualClock
from chatops.testing.conformance.store_base import (
    claim,
    claim_posts,
    do,
    entry,
    event,
    mark,
    post,
    put,
    timer,
    unit,
)
from killing import kill_a_writer
from sqlite_stores import sqlite_store


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def store(database: Path, clock: ManualClock) -> AsyncIterator[SqliteStore]:
    store = sqlite_store(database, clock)
    await store.open()
    yield store
    await store.close()


async def test_everything_survives(store: SqliteStore, clock: ManualClock) -> None:
    """Facts, waiting rows and their order, timers, places, sequences, claims, keys: after reopening as before."""
    placed = Placed(target="room:1", slot="card", remote="$1", room="net:!a", outbox_id=1, inbox_seq=1)
    await do(
        store,
        clock,
        "root",
        puts=(put("1", case="c"),),
        claims=(("name", "me"),),
        outbox=(post("a"), post("b"), post("later", "room:2")),
        armed=(timer("t", clock),),
        entries=(entry("chain"),),
    )
    first, later = await claim_posts(store, clock)
    await store.mark(mark(first, placed=placed))
    await store.mark(mark(later, "ready", not_before=clock.now() + timedelta(minutes=1)))
    await store.accept_many([event("x1", "x"), event("x2", "x")], Checkpoint(name="net", value="s1"))
    (head,) = await claim(store, clock)
    await store.commit(
        unit(head, outcome=Outcome(state="retry", not_before=clock.now() + timedelta(minutes=1), error="x"))
    )
    assert await store.allocate("n") == 1
    await store.close()
    await store.open()

    stored = await store.get("swarm", "1")
    assert stored is not None
    assert (stored.version, stored.keys) == (1, frozenset({("case", "c")}))
    assert await store.placed("room:1", "card") == placed
    assert await store.checkpoint("net") == "s1"
    assert await store.allocate("n") == 2
    assert await store.next_due() == clock.now() + timedelta(minutes=1)
    assert await store.accept_many([event("root"), event("x2")]) == (False, False)
    assert [found.key for found in await claim_posts(store, clock)] == ["b"]
    assert not await claim(store, clock)
    clock.advance(timedelta(minutes=1))
    assert [(found.key, found.attempts) for found in await claim(store, clock)] == [("x1", 1)]
    assert "later" in {found.key for found in await claim_posts(store, clock)}
    assert not await store.verify()


async def test_fences_grow_over_restarts(store: SqliteStore, clock: ManualClock) -> None:
    """A claim of an earlier life is always older."""
    await store.accept_many([event("a")])
    fences = []
    for _ in range(3):
        (found,) = await claim(store, clock)
        fences.append(found.fence)
        await store.close()
        await store.open()
    assert fences == sorted(set(fences))


async def test_keys_outlive_their_rows(store: SqliteStore, clock: ManualClock) -> None:
    """After a purge an event's key and an effect's key are still taken: nothing is done a second time."""
    await do(store, clock, "root", outbox=(post("open room 1"),))
    (found,) = await claim_posts(store, clock)
    await store.mark(mark(found))
    clock.advance(timedelta(days=400))
    assert await store.purge(events_before=clock.now(), posts_before=clock.now()) == 2

    assert await store.accept_many([event("root")]) == (False,)
    await do(store, clock, "again", outbox=(post("open room 1"),))
    assert not await store.sent()


async def test_purging_in_batches(store: SqliteStore, clock: ManualClock) -> None:
    """More rows than fit one transaction all go."""
    await store.accept_many([event(f"e{n}", f"l{n}") for n in range(1100)])
    await asyncio.gather(*(store.commit(unit(found)) for found in await claim(store, clock, limit=2000)))
    clock.advance(timedelta(days=1))
    assert await store.purge(events_before=clock.now(), posts_before=clock.now()) == 1100


async def test_an_erased_payload_leaves_the_file(store: SqliteStore, clock: ManualClock, database: Path) -> None:
    """After `erase` and `close` the words are nowhere in the file."""
    await do(store, clock, "a", entries=(entry("chain", '"the secret of Agnes"'),))
    await store.erase("chain", 1)
    await store.close()

    assert b"Agnes" not in await asyncio.to_thread(database.read_bytes)


async def test_killed_while_writing(database: Path) -> None:
    """SIGKILL twice in a row: what was acknowledged is there, units are whole, journals verify."""
    for life in range(2):
        await kill_a_writer(sys.executable, database, life)
