"""What the parts of the store suite share: the store under test, and short ways to fill it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chatops.core.commit import Commit, InboxRow, OutboxRow, Put, TimerRow
from chatops.core.journal import NewEntry
from chatops.ports.store import ClaimedEvent, ClaimedPost, Mark, Store
from chatops.testing.clock import ManualClock

LEASE = timedelta(seconds=30)


class StoreTests:
    """Gives each test a fresh, open store and the clock it lives by."""

    async def make(self, folder: Path, clock: ManualClock) -> Store:
        """Return a new, empty store that is not open yet. `folder` is empty and the store's own."""
        raise NotImplementedError

    @pytest.fixture
    def clock(self) -> ManualClock:
        """The clock of the store under test."""
        return ManualClock()

    @pytest.fixture
    async def store(self, tmp_path: Path, clock: ManualClock) -> AsyncIterator[Store]:
        """The store under test, open."""
        store = await self.make(tmp_path, clock)
        await store.open()
        yield store
        await store.close()


def event(key: str, lane: str = "lane", **fields: Any) -> InboxRow:
    """An event to accept; a root unless it has a `cause`."""
    return InboxRow(**{"key": key, "lane": lane, "kind": "message", "body": "{}", "cause": key, **fields})


def post(key: str, target: str = "room:1", **fields: Any) -> OutboxRow:
    """A post to send, caused by the event `root`."""
    return OutboxRow(
        **{"key": key, "target": target, "kind": "post", "body": "{}", "cause": "root", "lane": "lane", **fields}
    )


def put(id: str = "1", expected: int = 0, body: str = "{}", **keys: str) -> Put:
    """A swarm to write, found by `keys`."""
    return Put(kind="swarm", id=id, expected=expected, body=body, keys=frozenset(keys.items()))


def timer(series: str, clock: ManualClock, *, due: timedelta = timedelta(minutes=1), **fields: Any) -> TimerRow:
    """A one-shot timer."""
    return TimerRow(
        **{
            "series": series,
            "lane": "lane",
            "kind": "wake",
            "body": "{}",
            "due": clock.now() + due,
            "zone": "UTC",
            "rule": None,
            "missed": "latest",
            "cause": "root",
            **fields,
        }
    )


def entry(chain: str, payload: str = "{}") -> NewEntry:
    """A timeline entry."""
    return NewEntry(chain=chain, kind="note", payload=payload, salt="5a17" * 8)


async def claim(store: Store, clock: ManualClock, limit: int = 100) -> Sequence[ClaimedEvent]:
    """Claim events."""
    return await store.claim_events(limit=limit, now=clock.now(), lease=LEASE)


async def claim_posts(store: Store, clock: ManualClock, limit: int = 100, **wanted: Any) -> Sequence[ClaimedPost]:
    """Claim posts, interactive ones unless `bulk`."""
    return await store.claim_posts(limit=limit, now=clock.now(), lease=LEASE, **{"bulk": False, **wanted})


async def claimed(store: Store, clock: ManualClock, key: str, lane: str | None = None) -> ClaimedEvent:
    """Accept an event, in a lane of its own unless one is named, and claim it. Other events keep as they are."""
    await store.accept_many([event(key, lane or f"lane of {key}")])
    heads = await claim(store, clock)
    for other in heads:
        if other.key != key:
            await store.renew(other.seq, other.fence, until=clock.now())
    (found,) = [one for one in heads if one.key == key]
    return found


def unit(found: ClaimedEvent, **content: Any) -> Commit:
    """A unit of work that ends a claim."""
    return Commit(seq=found.seq, lane=found.lane, fence=found.fence, **content)


async def do(store: Store, clock: ManualClock, key: str, **content: Any) -> None:
    """Accept an event, claim it and commit a unit with `content`."""
    await store.commit(unit(await claimed(store, clock, key), **content))


async def sending(store: Store, clock: ManualClock, *rows: OutboxRow) -> ClaimedPost:
    """Commit outbox rows and claim the first of them."""
    await do(store, clock, "root", outbox=rows)
    return (await claim_posts(store, clock, bulk=True))[0]


def mark(found: ClaimedPost, state: Any = "sent", **fields: Any) -> Mark:
    """An outcome."""
    return Mark(id=found.id, fence=found.fence, state=state, **fields)


async def soon(waiting: asyncio.Task[None]) -> None:
    """Fail unless `waiting` returns without the clock moving."""
    async with asyncio.timeout(5):
        await waiting
