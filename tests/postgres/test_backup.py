"""Backups of PostgreSQL: taken beside replicas at work, restored into an empty database and nowhere else."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chatops.core.commit import Outcome
from chatops.errors import StoreError
from chatops.ports.records import Write
from chatops.ports.store import Checkpoint
from chatops.storage import snapshot_postgres
from chatops.storage.archive import BackupError, Row
from chatops.storage.backup import Backup, back_up
from chatops.storage.postgres import PostgresStore
from chatops.storage.postgres_records import PostgresRecords
from chatops.storage.restore import Restored, look_into, restore
from chatops.storage.restore_postgres import PostgresTarget
from chatops.storage.tables import DERIVED, tables
from chatops.testing.clock import ManualClock
from chatops.testing.conformance.store_base import claim, claim_posts, do, entry, event, mark, post, put, sending, unit
from postgres_server import Postgres
from postgres_stores import postgres_store, server_at
from sqlite_stores import KEY

KEYS = {"journal.key": KEY}

Fresh = Callable[..., str]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def elsewhere(fresh_postgres_url: Fresh) -> str:
    """Where to restore to: a database without tables."""
    return fresh_postgres_url(migrated=False)


async def backed_up(url: str, folder: Path, clock: ManualClock) -> Backup:
    async with snapshot_postgres.opened(server_at(url)) as snapshot:
        return await back_up(snapshot, folder / "all.backup", keys=KEYS, at=clock.now(), force=True)


async def restored(path: Path, url: str, **options: Any) -> Restored:
    head, sums = await look_into(path)
    return await restore(path, PostgresTarget(server_at(url)), head=head, sums=sums, **{"keys": KEYS, **options})


async def rows_of(url: str) -> dict[str, list[Row]]:
    async with snapshot_postgres.opened(server_at(url)) as snapshot:
        return {table.name: [row async for rows in snapshot.rows(table) for row in rows] for table in snapshot.tables}


async def lived_in(store: PostgresStore, clock: ManualClock) -> None:
    """Something in every table."""
    await store.accept_many([event("waits", "w")], Checkpoint(name="net", value="s1"))
    outbox = (post("a", slot="card"), post("b", "room:2", bulk=True, reply=True))
    made = {
        "puts": (put(case="c"),),
        "outbox": outbox,
        "entries": (entry("audit:x", "„é\n🐝"),),
        "claims": (("n", "h"),),
    }
    await do(store, clock, "1", **made)
    await do(store, clock, "2", outcome=Outcome(state="dead", error="E-7F3A2C KeyError"), entries=(entry("audit:y"),))
    await store.allocate("SW")
    page = Write(kind="page", id="1", body={"n": 1}, columns={"a": "b"}, text="Übergabe")
    await PostgresRecords(store, "wiki").write(page)
    await store.take("bucket", wanted=1, rate=1, burst=2)
    await store.anchor()
    await store.ping()


async def test_no_table_is_forgotten(postgres: Postgres, postgres_url: str) -> None:
    """Every table and column of the schema is one that backups hold, or made anew from those."""
    found = await asyncio.to_thread(
        postgres.psql,
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'",
        postgres_url,
    )
    columns: dict[str, set[str]] = {}
    for name, _bar, column in (line.partition("|") for line in found.splitlines()):
        if not name.startswith(DERIVED):
            columns.setdefault(name, set()).add(column)
    assert columns == {table.name: {column.name for column in table.columns} for table in tables()}


async def test_everything_comes_back(postgres_url: str, elsewhere: str, tmp_path: Path, clock: ManualClock) -> None:
    """The same rows, but for who has what in hand; numbers go on, documents are found, journals verify."""
    store = postgres_store(postgres_url, clock)
    await store.open()
    await lived_in(store, clock)
    await store.close()
    before = await rows_of(postgres_url)

    backup = await backed_up(postgres_url, tmp_path, clock)
    done = await restored(backup.path, elsewhere)

    after = await rows_of(elsewhere)
    assert done.findings == ()
    passing = {"allowance", "held", "state", "inbox", "outbox"}
    assert {name: rows for name, rows in after.items() if name not in passing} == {
        name: rows for name, rows in before.items() if name not in passing
    }
    assert [row[:-2] for row in after["inbox"]] == [row[:-2] for row in before["inbox"]]
    assert (after["held"], after["allowance"]) == ([], [])
    again = postgres_store(elsewhere, clock)
    await again.open()
    try:
        assert not await again.verify()
        found = await PostgresRecords(again, "wiki").search("page", "ubergabe")
        assert [record.id for record in found] == ["1"]
        assert await again.allocate("SW") == 2
        await do(again, clock, "next", outbox=(post("next"),), entries=(entry("audit:x"),))
        assert (await again.sent())[-1].id > before["outbox"][-1][0]  # type: ignore[operator]
        assert not await again.verify()
    finally:
        await again.close()


async def test_what_was_in_hand_is_free(postgres_url: str, elsewhere: str, tmp_path: Path, clock: ManualClock) -> None:
    """Claims and sends of replicas that were alive at the backup end with it; what they bring later is refused."""
    store = postgres_store(postgres_url, clock)
    await store.open()
    cut_off = await sending(store, clock, post("p"))
    await store.accept_many([event("e")])
    (in_hand,) = await claim(store, clock)
    backup = await backed_up(postgres_url, tmp_path, clock)
    await store.close()

    await restored(backup.path, elsewhere)
    again = postgres_store(elsewhere, clock)
    await again.open()
    try:
        with pytest.raises(StoreError):
            await again.commit(unit(in_hand))
        with pytest.raises(StoreError):
            await again.mark(mark(cut_off))
        (resumed,) = await claim_posts(again, clock)
        (found,) = await claim(again, clock)
        assert (resumed.key, resumed.resumed) == ("p", True)
        assert found.key == "e"
        assert resumed.fence > cut_off.fence
        assert found.fence > in_hand.fence
    finally:
        await again.close()


async def test_a_backup_under_load(postgres_url: str, elsewhere: str, tmp_path: Path, clock: ManualClock) -> None:
    """Two replicas at work: what was acknowledged before it began is in it, and what is in it fits together."""
    stores = [postgres_store(postgres_url, clock, name=name) for name in ("one", "two")]
    for store in stores:
        await store.open()
    acknowledged: list[str] = []
    enough, stop = asyncio.Event(), asyncio.Event()

    async def worker(store: PostgresStore, name: str) -> None:
        for turn in itertools.count():
            if stop.is_set():
                return
            key = f"{name}-{turn}"
            await store.accept_many([event(key, name)])
            for found in await claim(store, clock, limit=2):
                chains = (entry(f"audit:{found.lane}"), entry("audit:all"))
                await store.commit(
                    unit(found, puts=(put(found.key),), outbox=(post(found.key, f"room:{name}"),), entries=chains)
                )
            acknowledged.append(key)
            if len(acknowledged) > 40:
                enough.set()
            if turn % 10 == 0:
                await store.anchor()

    async with asyncio.TaskGroup() as group:
        for store, name in zip(itertools.cycle(stores), ("a", "b", "c", "d"), strict=False):
            group.create_task(worker(store, name))
        await enough.wait()
        before = [*acknowledged]
        backup = await backed_up(postgres_url, tmp_path, clock)
        during = len(acknowledged) - len(before)
        stop.set()
    for store in stores:
        await store.close()

    done = await restored(backup.path, elsewhere)
    assert (done.findings, during > 0) == ((), True)
    rows = await rows_of(elsewhere)
    assert {row[1] for row in rows["inbox"]} >= set(before)
    ended = {row[1] for row in rows["inbox"] if row[8] == "done"}
    assert {row[1] for row in rows["outbox"]} == ended == {row[2] for row in rows["aggregate"]}
    assert len([row for row in rows["journal"] if row[1] == "audit:all"]) == len(ended)


async def test_a_database_with_data_is_left_alone(postgres_url: str, tmp_path: Path, clock: ManualClock) -> None:
    """The message says how to get an empty one."""
    store = postgres_store(postgres_url, clock)
    await store.open()
    await store.accept_many([event("e")])
    await store.close()
    backup = await backed_up(postgres_url, tmp_path, clock)
    before = await rows_of(postgres_url)

    with pytest.raises(BackupError, match=r"There is data in .* \(inbox\).*createdb"):
        await restored(backup.path, postgres_url)
    assert await rows_of(postgres_url) == before


async def test_servers_that_use_it(
    postgres_url: str, fresh_postgres_url: Fresh, tmp_path: Path, clock: ManualClock
) -> None:
    """A replica that works on an empty database would not know what happens to it."""
    backup = await backed_up(postgres_url, tmp_path, clock)
    url = fresh_postgres_url()
    store = postgres_store(url, clock, name="north")
    await store.open()
    try:
        with pytest.raises(BackupError, match=r"Servers use this database: chatops north\. Stop them first"):
            await restored(backup.path, url)
    finally:
        await store.close()


async def test_journals_that_do_not_verify(
    postgres: Postgres, postgres_url: str, elsewhere: str, tmp_path: Path, clock: ManualClock
) -> None:
    """Refused, and the database stays empty; or restored as they are when that is asked for."""
    store = postgres_store(postgres_url, clock)
    await store.open()
    await lived_in(store, clock)
    await store.close()
    await asyncio.to_thread(postgres.psql, "UPDATE journal SET payload = 'nothing happened'", postgres_url)
    backup = await backed_up(postgres_url, tmp_path, clock)

    with pytest.raises(BackupError, match="the payload was edited"):
        await restored(backup.path, elsewhere)
    assert not any((await rows_of(elsewhere)).values())
    assert (await restored(backup.path, elsewhere, despite_findings=True)).findings


async def test_a_database_that_is_not_there(tmp_path: Path, clock: ManualClock) -> None:
    """It is said in one sentence."""
    with pytest.raises(StoreError, match="cannot be reached"):
        await backed_up("postgresql://postgres@127.0.0.1:1/nowhere", tmp_path, clock)
