"""When the disk is full, the file locked or a commit fails, nobody is told a lie, and work goes on when that ends."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from chatops.errors import StaleUnit, StoreUnavailable
from chatops.storage.sqlite import SqliteStore
from chatops.testing.clock import ManualClock
from chatops.testing.conformance.store_base import (
    claim,
    claim_posts,
    claimed,
    do,
    entry,
    event,
    mark,
    post,
    put,
    sending,
    unit,
)
from sqlite_stores import sqlite_store

BIG = "x" * 200_000


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def store(database: Path, clock: ManualClock) -> AsyncIterator[SqliteStore]:
    store = sqlite_store(database, clock, busy=0.05)
    await store.open()
    yield store
    await store.close()


async def fill(store: SqliteStore) -> None:
    """Let the database not grow any more, until the writer connects anew."""

    def limit(db: sqlite3.Connection) -> None:
        pages = db.execute("PRAGMA page_count").fetchone()[0]
        db.execute(f"PRAGMA max_page_count = {pages + 2}").fetchone()

    await store.writer.run(limit)


@contextmanager
def no_room(path: Path) -> Iterator[None]:
    """Let no file of this process grow beyond the write-ahead log's present size."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = path.with_name(path.name + "-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_a_full_disk_acknowledges_nothing(store: SqliteStore) -> None:
    """An event that cannot be stored is refused; once there is room it is accepted as new."""
    await fill(store)
    with pytest.raises(StoreUnavailable):
        await store.accept_many([event("big", body=BIG)])

    assert await store.accept_many([event("big", body=BIG)]) == (True,)


async def test_a_full_disk_writes_no_part_of_a_unit(store: SqliteStore, clock: ManualClock) -> None:
    """The unit is gone as a whole, its claim is kept, and the same unit goes through later."""
    found = await claimed(store, clock, "root")
    work = unit(found, puts=(put("1"),), entries=(entry("chain"),), outbox=(post("root/0", body=BIG),))
    await fill(store)
    with pytest.raises(StoreUnavailable):
        await store.commit(work)

    assert await store.get("swarm", "1") is None
    assert not await store.entries("chain")
    await store.commit(work)
    assert len(await store.sent()) == 1
    assert not await store.verify()


async def test_a_full_disk_fails_everyone_who_waited_together(store: SqliteStore, clock: ManualClock) -> None:
    """All callers of the lost transaction are told; none of their events is there."""
    await fill(store)
    outcomes = await asyncio.gather(
        *(store.accept_many([event(f"e{n}", f"l{n}", body=BIG if n == 5 else "{}")]) for n in range(10)),
        return_exceptions=True,
    )

    lost = [n for n, outcome in enumerate(outcomes) if isinstance(outcome, StoreUnavailable)]
    assert 5 in lost
    assert {found.key for found in await claim(store, clock)} == {f"e{n}" for n in range(10) if n not in lost}


async def test_the_system_refuses_to_write(store: SqliteStore, database: Path) -> None:
    """An I/O error of the operating system is the same; when it ends, so does the trouble."""
    await store.ping()
    with no_room(database):
        for _ in range(3):
            with pytest.raises(StoreUnavailable):
                await store.accept_many([event("big", body=BIG)])
        assert await store.checkpoint("net") is None
    assert await store.accept_many([event("big", body=BIG)]) == (True,)


async def test_somebody_else_holds_the_lock(store: SqliteStore, database: Path, clock: ManualClock) -> None:
    """A lock held longer than we wait fails the write; reads go on; afterwards writes do too."""
    found = await sending(store, clock, post("a"))
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="locked"):
            await store.ping()
        with pytest.raises(StoreUnavailable):
            await store.mark(mark(found))
        assert [row.state for row in await store.sent()] == ["sending"]
        other.execute("ROLLBACK")

    await store.mark(mark(found))
    assert [row.state for row in await store.sent()] == ["sent"]


async def test_a_claim_that_could_not_be_written_is_free_again(
    store: SqliteStore, database: Path, clock: ManualClock
) -> None:
    """`claim_posts` that fails leaves the heads to the next claim, not resumed."""
    await do(store, clock, "root", outbox=(post("a"),))
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable):
            await claim_posts(store, clock)
        other.execute("ROLLBACK")

    assert [(found.key, found.resumed) for found in await claim_posts(store, clock)] == [("a", False)]


async def test_a_commit_that_fails(store: SqliteStore, clock: ManualClock) -> None:
    """When COMMIT itself is refused, nothing was written and nobody was told otherwise."""

    def deny(action: int, what: str | None, *_rest: str | None) -> int:
        refused = action == sqlite3.SQLITE_TRANSACTION and what == "COMMIT"
        return sqlite3.SQLITE_DENY if refused else sqlite3.SQLITE_OK

    with pytest.raises(StoreUnavailable):
        await store.writer.run(lambda db: db.set_authorizer(deny))
    await store.writer.run(lambda db: None)
    assert not await claim(store, clock)
    assert await store.accept_many([event("a")]) == (True,)


async def test_a_commit_that_was_lost_only_to_us(store: SqliteStore, clock: ManualClock) -> None:
    """Rows that became durable although their caller was told otherwise are handled all the same, once."""

    def commit_then_fail(db: sqlite3.Connection) -> None:
        db.execute("COMMIT")
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR
        raise error

    found = await claimed(store, clock, "done")
    outcomes = await asyncio.gather(
        store.accept_many([event("a", "x")]),
        store.commit(unit(found, outbox=(post("done/0"),))),
        store.writer.run(commit_then_fail),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes] == [StoreUnavailable] * 3

    assert await store.accept_many([event("a", "x")]) == (False,)
    assert [one.key for one in await claim(store, clock)] == ["a"]
    assert [one.key for one in await claim_posts(store, clock)] == ["done/0"]
    with pytest.raises(StaleUnit):
        await store.commit(unit(found))


async def test_a_mistake_in_one_job_is_its_callers_alone(store: SqliteStore, clock: ManualClock) -> None:
    """Others in the same transaction are committed."""

    def broken(db: sqlite3.Connection) -> None:
        db.execute("INSERT INTO checkpoint (name, value) VALUES ('half', 'x')")
        db.execute("SELECT nonsense FROM nowhere")

    outcomes = await asyncio.gather(
        store.accept_many([event("a", "x")]),
        store.writer.run(broken),
        store.writer.run(lambda _db: 1 // 0),
        store.accept_many([event("b", "y")]),
        return_exceptions=True,
    )
    assert outcomes[0] == outcomes[3] == (True,)
    assert [type(outcomes[1]), type(outcomes[2])] == [sqlite3.OperationalError, ZeroDivisionError]
    assert await store.checkpoint("half") is None
    assert len(await claim(store, clock)) == 2


async def test_a_caller_who_gave_up_waiting(store: SqliteStore, clock: ManualClock) -> None:
    """What was written for a cancelled caller is known all the same."""
    asking = asyncio.ensure_future(store.accept_many([event("a")]))
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.wait({asking})
    assert asking.cancelled()

    assert await store.accept_many([event("a")]) == (False,)
    assert [found.key for found in await claim(store, clock)] == ["a"]


async def test_a_closed_store_says_so(store: SqliteStore, clock: ManualClock) -> None:
    """Reads and writes after `close` raise StoreUnavailable; they do not quietly connect again."""
    await store.close()
    with pytest.raises(StoreUnavailable):
        await store.accept_many([event("a")])
    with pytest.raises(StoreUnavailable):
        await store.get("swarm", "1")
    with pytest.raises(StoreUnavailable):
        await store.ping()


async def test_a_second_process_fences_the_first(store: SqliteStore, database: Path, clock: ManualClock) -> None:
    """Whoever opens the file last has it: the first can write no more, its late unit and mark are refused."""
    await do(store, clock, "root", outbox=(post("a"),))
    late = await claimed(store, clock, "event")
    (cut_off,) = await claim_posts(store, clock)
    second = sqlite_store(database, clock)
    await second.open()
    try:
        for writing in (store.commit(unit(late)), store.mark(mark(cut_off)), store.accept_many([event("x")])):
            with pytest.raises(StoreUnavailable, match="taken over"):
                await writing
        (taken,) = await claim(second, clock)
        assert (taken.key, taken.fence > late.fence) == ("event", True)
        (resumed,) = await claim_posts(second, clock)
        assert (resumed.key, resumed.resumed, resumed.fence > cut_off.fence) == ("a", True, True)
    finally:
        await second.close()
