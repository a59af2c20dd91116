"""What foreign systems say, however strange or long, stops nothing: PostgreSQL refuses text that SQLite takes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from chatops.ports.store import Placed
from chatops.storage.postgres import PostgresStore
from chatops.storage.postgres_signals import MOST_BYTES
from chatops.testing.clock import ManualClock
from chatops.testing.conformance.store_base import claim_posts, do, event, mark, post, put, sending
from postgres_stores import postgres_store

STRANGE = pytest.mark.parametrize("word", ["nul\0", "half\ud800", "x" * 600], ids=["NUL", "surrogate", "long"])


@pytest.fixture
def clock() -> ManualClock:
    """All stores' clock."""
    return ManualClock()


@pytest.fixture
async def store(postgres_url: str, clock: ManualClock) -> AsyncIterator[PostgresStore]:
    """One replica, open."""
    store = postgres_store(postgres_url, clock)
    await store.open()
    yield store
    await store.close()


@pytest.fixture
async def other(postgres_url: str, clock: ManualClock) -> AsyncIterator[PostgresStore]:
    """Another."""
    store = postgres_store(postgres_url, clock, name="other")
    await store.open()
    yield store
    await store.close()


@STRANGE
@pytest.mark.parametrize("alone", [True, False])
async def test_a_post_with_a_strange_id_is_sent(
    store: PostgresStore, clock: ManualClock, word: str, *, alone: bool
) -> None:
    """Once: a mark that could not be written would have it sent again for ever."""
    found = await sending(store, clock, post("p", slot="card"))
    placed = Placed(target=found.target, slot="card", remote=word, room="net:room", outbox_id=found.id, inbox_seq=1)
    await store.mark(mark(found, remote=word, placed=placed, receipt=None if alone else event("settled")))

    assert (await store.sent())[0].state == "sent"
    assert await store.placed(found.target, "card") is not None
    assert not await claim_posts(store, clock)


@STRANGE
async def test_a_strange_reason_is_kept(store: PostgresStore, clock: ManualClock, word: str) -> None:
    """As far as it can be, and the post is given up."""
    found = await sending(store, clock, post("p"))
    await store.mark(mark(found, "failed", reason=word))

    (letter,) = await store.dead_letters()
    assert letter.error[:3] == word[:3]


async def test_many_announced_at_once(store: PostgresStore, other: PostgresStore, clock: ManualClock) -> None:
    """More than one notification takes are told in several, and the unit is written."""
    store.announce("swarm")
    heard: list[str] = []
    all_of_them = asyncio.Event()

    def hear(text: str) -> None:
        heard.append(text)
        if len(heard) == len(wanted):
            all_of_them.set()

    wanted = [f"{number} {'ü' * 100}" for number in range(200)]
    other.signals.listen("aggregate:swarm", hear, missed=lambda: None)
    assert sum(map(len, wanted)) > MOST_BYTES

    await do(store, clock, "root", puts=tuple(put(id=one) for one in wanted))

    async with asyncio.timeout(10):
        await all_of_them.wait()
    assert heard == wanted


async def test_long_roots(store: PostgresStore, other: PostgresStore, clock: ManualClock) -> None:
    """Word of roots with long names in any script goes out, and the word after it."""
    causes = [f"{number}{'😀' * 250}" for number in range(12)]
    heard = asyncio.Event()
    other.signals.listen("later", lambda _text: heard.set(), missed=lambda: None)

    await store.accept_many([event(cause, f"lane {cause[:2]}") for cause in causes])
    await store.signals.send("later", "")

    async with asyncio.timeout(10):
        await heard.wait()
    assert await store.settlement(causes[0])


async def test_the_last_word_is_said(store: PostgresStore, other: PostgresStore) -> None:
    """What was sent just before closing is heard: others need not wait for a lease to end."""
    heard: list[str] = []
    over = asyncio.Event()
    other.signals.listen("word", heard.append, missed=lambda: None)
    other.signals.listen("last", lambda _text: over.set(), missed=lambda: None)

    await store.signals.send("word", "1")
    await asyncio.sleep(0)
    await store.signals.send("word", "2")
    await store.signals.send("last", "")
    await store.close()

    async with asyncio.timeout(10):
        await over.wait()
    assert heard == ["1", "2"]
