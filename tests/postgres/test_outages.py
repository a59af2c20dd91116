"""A database that is away, hangs, refuses or loses its disk: the server says so, loses nothing, and goes on by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from structlog.testing import capture_logs

from chatops.core.clock import SystemClock
from chatops.errors import StoreUnavailable
from chatops.storage.postgres import PostgresStore
from chatops.testing.clock import ManualClock
from chatops.testing.conformance.store_base import claim, event
from chatops.testing.stage import Stage
from postgres_fixtures import OwnPostgres
from postgres_load import Load, Trouble, recovered, suffer
from postgres_server import Postgres
from postgres_stores import postgres_store
from theatre import said, theatre_of

IMPATIENT = {"connect_timeout": 0.5, "statement_timeout": 0.5, "idle_timeout": 0.5}

Open = Callable[..., Any]

TROUBLES: dict[str, Callable[[Postgres, str], Trouble]] = {
    "stopped": lambda server, _url: (server.stop, server.start),
    "crashed": lambda server, _url: (lambda: server.stop("immediate"), server.start),
    "killed": lambda server, _url: (server.kill, server.start),
    "hangs": lambda server, _url: (server.pause, server.resume),
    "read-only": lambda server, _url: (lambda: server.read_only(on=True), lambda: server.read_only(on=False)),
}

MOMENTS: dict[str, Callable[[Postgres, str], Trouble]] = {
    "sessions ended": lambda server, url: (lambda: server.end_sessions(url), lambda: None),
    "restarted": lambda server, _url: (server.restart, lambda: None),
}
"""Troubles that are over as soon as they have begun."""


ALSO_QUICKLY = ("crashed",)
"""What `make test` tries in the midst of work, too."""

QUICKLY = [
    pytest.param(trouble, marks=() if trouble in ALSO_QUICKLY else pytest.mark.faults)
    for trouble in (*TROUBLES, *MOMENTS)
]


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """A server to treat badly; every test leaves it well."""
    server = Postgres()
    server.start()
    yield server
    server.remove()


@pytest.fixture
def url(server: Postgres) -> Iterator[str]:
    """A database on it."""
    url = server.database()
    yield url
    server.drop(url)


@pytest.fixture
async def opened(url: str) -> AsyncIterator[Open]:
    """Open stores that are closed after the test."""
    made: list[PostgresStore] = []

    async def open_(clock: Any = None, **settings: Any) -> PostgresStore:
        name = f"replica {len(made)}"
        store = postgres_store(
            settings.pop("url", url), clock or SystemClock(), **{"name": name, **IMPATIENT, **settings}
        )
        made.append(store)
        await store.open()
        return store

    yield open_
    for store in made:
        await store.close()


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_what_is_not_stored_is_not_acknowledged(server: Postgres, url: str, opened: Open, trouble: str) -> None:
    """Accepting says StoreUnavailable, and so does the proof of life; afterwards the same store works again."""
    clock = ManualClock()
    store = await opened(clock)
    await store.accept_many([event("before", "a")])

    async def refused() -> None:
        async with asyncio.timeout(10):
            with pytest.raises(StoreUnavailable):
                await store.accept_many([event("during", "b")])
            with pytest.raises(StoreUnavailable):
                await store.ping()

    await suffer(TROUBLES[trouble](server, url), seconds=0, during=[refused])
    await recovered(store)

    await store.accept_many([event("during", "b"), event("after", "c")])
    assert [found.key for found in await claim(store, clock)] == ["before", "during", "after"]


@pytest.mark.parametrize("trouble", QUICKLY)
async def test_trouble_in_the_midst_of_work(server: Postgres, url: str, opened: Open, trouble: str) -> None:
    """Two stores accept and commit all the while: nothing acknowledged is lost, nothing is done twice or out of order."""
    stores = [await opened(), await opened()]
    load = Load(*stores)

    async with asyncio.timeout(18):
        await load.run(
            lambda: suffer({**TROUBLES, **MOMENTS}[trouble](server, url), seconds=1.5 if trouble == "hangs" else 0.3)
        )
        await recovered(*stores)

    await load.judge()
    assert load.refused


@pytest.mark.parametrize("trouble", ["stopped", "read-only"])
async def test_the_server_says_so(
    server: Postgres, url: str, opened: Open, tmp_path: Path, trouble: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Its health names the store while it lasts; one line is logged when it begins and one when it ends; nothing fails."""
    begin, end = TROUBLES[trouble](server, url)
    clock = ManualClock()
    store = postgres_store(url, clock, **IMPATIENT)
    async with theatre_of("postgres", tmp_path) as theatre:
        stage = await theatre.stage(clock=clock, store=store, patience=0.1)
        theatre.tallies.gate.clear()
        await stage.network.say(stage.identity("anna"), "tally raise a", "general")
        await stage.settle()

        with capture_logs() as logs:
            await asyncio.to_thread(begin)
            theatre.tallies.gate.set()
            await until(stage, lambda: not stage.engine.health()["store"].ok)
            await stage.wait(10)
            during = said(stage.network.posted)
            await asyncio.to_thread(end)
            await until(stage, lambda: bool(stage.network.posted) and stage.engine.health()["store"].ok)

    assert during == []
    assert said(stage.network.posted) == ["a is 1"]
    assert [entry["event"] for entry in logs if entry["log_level"] in {"warning", "error"}] == [
        "the database does not answer; waiting for it",
        "the database answers again",
    ]
    assert not caplog.records


async def until(stage: Stage, true: Callable[[], bool]) -> None:
    """Let seconds pass on the stage until something is so."""
    for _second in range(100):
        if true():
            return
        await stage.wait(1)
    pytest.fail("it never came to pass")


@pytest.mark.timeout(60)  # two servers are made first; what is promised has its own bound
async def test_a_standby_takes_over(own_postgres: OwnPostgres, opened: Open) -> None:
    """The address names both hosts: killed in the midst of work, the first is replaced, and no acknowledged word is lost."""
    first = own_postgres()
    second = first.standby(synchronous=True)
    url = first.database().replace(f":{first.port}", f":{first.port},127.0.0.1:{second.port}")
    stores = [await opened(url=url), await opened(url=url)]
    load = Load(*stores)

    async with asyncio.timeout(18):
        await load.run(lambda: suffer((first.kill, second.promote)))
        await recovered(*stores)

    await load.judge()
    assert load.refused


async def test_a_statement_that_waits_too_long(server: Postgres, url: str, opened: Open) -> None:
    """Somebody's lock is waited for no longer than the settings say; that is trouble with the database, no failure."""
    store = await opened()
    other = await asyncpg.connect(url)
    async with other.transaction():
        await other.execute("LOCK TABLE inbox IN EXCLUSIVE MODE")
        async with asyncio.timeout(5):
            with pytest.raises(StoreUnavailable):
                await store.accept_many([event("e")])
    await other.close()

    assert await store.accept_many([event("e")]) == (True,)


async def test_a_replica_that_stops_inside_a_transaction(opened: Open) -> None:
    """The database ends it after a while, so that its locks hold up nobody; it is told when it goes on."""
    stuck, other = await opened(), await opened(statement_timeout=5)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def hang(db: asyncpg.Connection) -> None:
        await db.execute("LOCK TABLE inbox IN EXCLUSIVE MODE")
        begun.set()
        await go_on.wait()
        await db.execute("SELECT 1")

    hanging = asyncio.create_task(stuck.writer.run(hang))
    await begun.wait()
    async with asyncio.timeout(5):
        assert await other.accept_many([event("e")]) == (True,)
    go_on.set()

    with pytest.raises(StoreUnavailable):
        await hanging
    assert await stuck.accept_many([event("f")]) == (True,)


async def test_a_caller_who_gave_up_waiting(server: Postgres, url: str, opened: Open) -> None:
    """Cancelled in the midst of a statement it leaves nothing behind, and the store works on."""
    clock = ManualClock()
    store = await opened(clock, statement_timeout=5)
    other = await asyncpg.connect(url)
    async with other.transaction():
        await other.execute("LOCK TABLE inbox IN EXCLUSIVE MODE")
        asking = [asyncio.create_task(store.accept_many([event(f"e{n}", f"l{n}")])) for n in range(8)]
        while await other.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted") == 0:  # noqa: ASYNC110 - a server
            await asyncio.sleep(0.01)
        for task in asking:
            task.cancel()
        await asyncio.wait(asking)
    await other.close()

    assert all(task.cancelled() for task in asking)
    assert not await claim(store, clock)
    assert await store.accept_many([event("e0", "l0")]) == (True,)


async def test_a_closed_store_says_so(opened: Open) -> None:
    """Reads and writes after `close` raise StoreUnavailable; they do not quietly connect again."""
    store = await opened()
    await store.close()
    for asking in (store.accept_many([event("a")]), store.get("swarm", "1"), store.ping()):
        with pytest.raises(StoreUnavailable):
            await asking


@pytest.mark.parametrize("where", ["127.0.0.1:9/chatops", "{server}/nowhere"])
async def test_a_database_that_is_not_there(server: Postgres, opened: Open, where: str) -> None:
    """Opening says StoreUnavailable, soon."""
    wrong = f"postgresql://postgres@{where.format(server=f'127.0.0.1:{server.port}')}"
    async with asyncio.timeout(5):
        with pytest.raises(StoreUnavailable):
            await opened(url=wrong)
