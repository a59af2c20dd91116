"""What a restored SQLite database is: everything that was there, free of what belonged to the old one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from chatops.errors import StoreError
from chatops.storage.records import SqliteRecords
from chatops.storage.schema import migrate
from chatops.storage.sqlite_file import url
from chatops.testing.clock import ManualClock
from chatops.testing.conformance.store_base import claim, claim_posts, do, event, mark, post, sending
from sqlite_backups import backed_up, edit, lived_in, mode_of, names_in, restored, rows_of
from sqlite_stores import sqlite_store


async def test_everything_comes_back(database: Path, clock: ManualClock, elsewhere: Path) -> None:
    """The same rows in every table; only the epoch goes on."""
    await lived_in(database, clock)
    before = rows_of(database)

    backup = await backed_up(database, clock)
    done = await restored(backup.path, elsewhere)

    after = rows_of(elsewhere)
    epoch: dict[str, str] = dict(before.pop("state"))
    after_epoch: dict[str, str] = dict(after.pop("state"))
    assert after == before
    assert {name for name, rows in before.items() if not rows} == {"allowance", "held", "placed", "timer"}
    assert int(after_epoch.pop("epoch")) > int(epoch.pop("epoch"))
    assert after_epoch == epoch
    assert (done.migrated, done.findings) == ((), ())
    assert done.sums.rows == sum(map(len, before.values())) + 2
    assert mode_of(elsewhere) == "0o600"
    assert names_in(elsewhere.parent) == ["chatops.db"]


@pytest.mark.faults
async def test_many_rows(database: Path, clock: ManualClock, elsewhere: Path) -> None:
    """They are written and read some at a time, by whichever thread is free."""
    with closing(sqlite3.connect(database)) as db:
        insert = "INSERT INTO spent_key (key, space, purged_at) VALUES (?, 'inbox', '2026-01-01 00:00:00.000000+00:00')"
        db.executemany(insert, ((f"key {number}",) for number in range(10_000)))
        db.commit()

    done = await restored((await backed_up(database, clock)).path, elsewhere)
    assert done.sums.tables["spent_key"].rows == 10_000
    assert rows_of(elsewhere)["spent_key"] == rows_of(database)["spent_key"]


async def test_documents_are_found_by_their_words(database: Path, clock: ManualClock, elsewhere: Path) -> None:
    """The search index, which no backup holds, is made anew."""
    await lived_in(database, clock)
    await restored((await backed_up(database, clock)).path, elsewhere)

    store = sqlite_store(elsewhere, clock)
    await store.open()
    try:
        found = await SqliteRecords(store, "wiki").search("page", "ubergabe")
        assert [record.id for record in found] == ["1"]
    finally:
        await store.close()


async def test_numbers_go_on_behind_the_highest(database: Path, clock: ManualClock, elsewhere: Path) -> None:
    """Also behind numbers whose rows have been forgotten since."""
    await lived_in(database, clock)
    edit(
        database,
        "DELETE FROM inbox WHERE seq = (SELECT MAX(seq) FROM inbox)",
        "UPDATE sqlite_sequence SET seq = 900 WHERE name = 'outbox'",
    )
    with closing(sqlite3.connect(database)) as db:
        given_out = dict(db.execute("SELECT name, seq FROM sqlite_sequence WHERE name <> 'tortoise_migrations'"))
    await restored((await backed_up(database, clock)).path, elsewhere)

    store = sqlite_store(elsewhere, clock)
    await store.open()
    try:
        await do(store, clock, "next", outbox=(post("next"),))
        (row,) = [one for one in await store.sent() if one.key == "next"]
        assert row.id == 901
        assert await store.allocate("SW") == 2
    finally:
        await store.close()
    with closing(sqlite3.connect(elsewhere)) as db:
        (seq,) = db.execute("SELECT seq FROM inbox WHERE key = 'next'").fetchone()
    assert seq == given_out["inbox"] + 1


async def test_what_was_being_sent_is_resumed(database: Path, clock: ManualClock, elsewhere: Path) -> None:
    """As after a crash; and a mark of whoever had it before is refused, for fences only grow."""
    store = sqlite_store(database, clock)
    await store.open()
    cut_off = await sending(store, clock, post("p"))
    backup = await backed_up(database, clock)
    await store.close()

    await restored(backup.path, elsewhere)
    again = sqlite_store(elsewhere, clock)
    await again.open()
    try:
        (resumed,) = await claim_posts(again, clock)
        assert (resumed.key, resumed.resumed, resumed.attempts) == ("p", True, 1)
        assert resumed.fence > cut_off.fence
        with pytest.raises(StoreError):
            await again.mark(mark(cut_off))
    finally:
        await again.close()


async def test_leases_of_another_database_end(database: Path, clock: ManualClock, elsewhere: Path) -> None:
    """What PostgreSQL's replicas had in hand is free, and their fences are exceeded."""
    store = sqlite_store(database, clock)
    await store.open()
    cut_off = await sending(store, clock, post("p"))
    await store.accept_many([event("e")])
    await store.close()
    later = "2030-01-01 00:00:00.000000+00:00"
    edit(
        database,
        f"UPDATE inbox SET fence = 12, lease_until = '{later}'",  # noqa: S608 - this file's own
        f"UPDATE outbox SET fence = {cut_off.fence << 8}, lease_until = '{later}'",  # noqa: S608
        f"INSERT INTO held (name, holder, until) VALUES ('reader', 'one', '{later}')",  # noqa: S608
    )

    await restored((await backed_up(database, clock)).path, elsewhere)
    rows = rows_of(elsewhere)
    assert rows["held"] == []
    assert {row[-1] for row in (*rows["inbox"], *rows["outbox"])} == {None}
    again = sqlite_store(elsewhere, clock)
    await again.open()
    try:
        (resumed,) = await claim_posts(again, clock)
        assert resumed.fence > cut_off.fence << 8
    finally:
        await again.close()


async def test_an_older_schema_is_restored_and_migrated(tmp_path: Path, clock: ManualClock, elsewhere: Path) -> None:
    """A backup of a version before has no columns of today; the message names what was applied."""
    older = tmp_path / "older.db"
    await migrate(url(older), upto="0001_initial")
    edit(
        older,
        "INSERT INTO checkpoint (name, value) VALUES ('net', 's1')",
        "INSERT INTO inbox (key, lane, kind, body, cause, accepted_at, state, attempts)"
        " VALUES ('k', 'l', 'message', '{}', 'k', '2026-01-01 00:00:00.000000+00:00', 'ready', 0)",
    )

    backup = await backed_up(older, clock)
    done = await restored(backup.path, elsewhere)

    assert backup.head.migrations == ("0001_initial",)
    assert "held" not in {table.name for table in backup.head.tables}
    assert done.migrated == ("0002_record_text", "0003_replicas")
    store = sqlite_store(elsewhere, clock)
    await store.open()
    try:
        assert await store.checkpoint("net") == "s1"
        assert [found.key for found in await claim(store, clock)] == ["k"]
    finally:
        await store.close()
