"""Backups of SQLite: taken beside a server at work, restored whole or not at all."""

from __future__ import annotations

import asyncio
import io
import itertools
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chatops.core.codec import Codec
from chatops.core.commit import Outcome
from chatops.core.frozen import replace
from chatops.core.journal import Seal
from chatops.errors import SchemaMismatch, StoreError
from chatops.ports.records import Write
from chatops.ports.store import Checkpoint
from chatops.storage import snapshot_sqlite, sqlite_journal
from chatops.storage.archive import ArchiveReader, ArchiveWriter, BackupError, Damaged
from chatops.storage.backup import Backup, back_up, place_for
from chatops.storage.records import SqliteRecords
from chatops.storage.restore import Restored, look_into, restore
from chatops.storage.restore_sqlite import SqliteTarget
from chatops.storage.schema import migrate
from chatops.storage.sqlite import SqliteStore
from chatops.storage.sqlite_file import url
from chatops.storage.tables import DERIVED, tables
from chatops.testing.clock import ManualClock
from chatops.testing.conformance.store_base import claim, claim_posts, do, entry, event, mark, post, put, sending, unit
from sqlite_stores import KEY, SEAL, sqlite_store

KEYS = {"journal.key": KEY, "action.key": b"another key, for buttons, 32 bytes or more"}

Rows = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """Where to restore to: a folder without a database."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder / "chatops.db"


async def backed_up(database: Path, clock: ManualClock, **options: Any) -> Backup:
    async with snapshot_sqlite.opened(database) as snapshot:
        place = await asyncio.to_thread(place_for, database.parent, clock.now(), force=True)
        return await back_up(snapshot, place, keys=KEYS, at=clock.now(), force=True, **options)


async def restored(path: Path, target: Path, **options: Any) -> Restored:
    head, sums = await look_into(path)
    return await restore(path, SqliteTarget(target), head=head, sums=sums, **{"keys": KEYS, **options})


def rows_of(database: Path) -> Rows:
    with closing(sqlite3.connect(database)) as db:
        return {
            table.name: db.execute(f'SELECT * FROM "{table.name}" ORDER BY "{table.key}"').fetchall()  # noqa: S608
            for table in tables()
        }


def edit(database: Path, *statements: str) -> None:
    with closing(sqlite3.connect(database)) as db:
        for statement in statements:
            db.execute(statement)
        db.commit()


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def mode_of(path: Path) -> str:
    return oct(path.stat().st_mode & 0o777)


async def lived_in(database: Path, clock: ManualClock) -> None:
    """A database with something in every table that SQLite uses."""
    store = sqlite_store(database, clock)
    await store.open()
    try:
        await store.accept_many(
            [event("seen", not_before=clock.now() + timedelta(days=1))], Checkpoint(name="net", value="s1")
        )
        outbox = (post("a", slot="card"), post("b", "room:2", bulk=True, reply=True))
        await do(
            store,
            clock,
            "1",
            puts=(put(case="c"),),
            outbox=outbox,
            entries=(entry("audit:x", "„é\n🐝"),),
            claims=(("n", "h"),),
        )
        await do(store, clock, "2", outcome=Outcome(state="dead", error="E-7F3A2C KeyError"))
        await store.allocate("SW")
        await SqliteRecords(store, "wiki").write(
            Write(kind="page", id="1", body={"n": 1}, columns={"a": "b"}, text="Übergabe")
        )
        await store.anchor()
        await store.ping()
        await do(store, clock, "3")
        clock.advance(timedelta(days=1))
        await store.purge(events_before=clock.now(), posts_before=clock.now())
    finally:
        await store.close()


# what is in it


def test_no_table_is_forgotten(database: Path) -> None:
    """Every table and column of the schema is one that backups hold, or made anew from those."""
    with closing(sqlite3.connect(database)) as db:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        columns = {name: {row[1] for row in db.execute(f"PRAGMA table_info('{name}')")} for name in names}

    kept = {table.name: {column.name for column in table.columns} for table in tables()}
    assert kept == {name: found for name, found in columns.items() if not name.startswith(DERIVED)}


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


# under load


async def test_a_backup_under_load(database: Path, clock: ManualClock, elsewhere: Path) -> None:
    """What was acknowledged before it began is in it, what is in it fits together, and nobody waited for it."""
    store = SqliteStore(database, Codec(), SEAL, clock)
    await store.open()
    acknowledged: list[str] = []
    enough = asyncio.Event()
    stop = asyncio.Event()

    async def worker(name: str) -> None:
        for turn in itertools.count():
            if stop.is_set():
                return
            key = f"{name}-{turn}"
            await store.accept_many([event(key, name)])
            for found in await claim(store, clock, limit=4):
                await store.commit(
                    unit(
                        found,
                        puts=(put(found.key),),
                        outbox=(post(found.key, f"room:{name}"),),
                        entries=(entry(f"audit:{found.lane}"), entry("audit:all")),
                    )
                )
            acknowledged.append(key)
            if len(acknowledged) > 60:
                enough.set()
            if turn % 10 == 0:
                await store.anchor()

    async with asyncio.TaskGroup() as group:
        for name in ("a", "b", "c", "d"):
            group.create_task(worker(name))
        await enough.wait()
        before, entries = [*acknowledged], len(await store.entries("audit:all", limit=10_000))
        backup = await backed_up(database, clock)
        during = len(acknowledged) - len(before)
        stop.set()
    await store.close()

    done = await restored(backup.path, elsewhere)
    assert not done.findings
    assert during > 0
    assert await asyncio.to_thread(sqlite_journal.verify, elsewhere, SEAL) == []
    rows = rows_of(elsewhere)
    keys = {row[1] for row in rows["inbox"]}
    assert keys >= set(before)
    ended = {row[1] for row in rows["inbox"] if row[8] == "done"}
    assert {row[1] for row in rows["outbox"]} == ended == {row[2] for row in rows["aggregate"]}
    assert len([row for row in rows["journal"] if row[1] == "audit:all"]) == len(ended) >= entries
    assert set(before) <= {row[1] for row in rows_of(database)["inbox"]}


# what is refused


async def test_a_database_with_data_is_left_alone(database: Path, clock: ManualClock) -> None:
    """The message says where to restore instead, and what to move away."""
    await lived_in(database, clock)
    backup = await backed_up(database, clock)
    before = rows_of(database)

    with pytest.raises(BackupError, match=r"There is data in .*--data NEW.*mv .*chatops\.db\*"):
        await restored(backup.path, database)
    assert rows_of(database) == before


async def test_an_empty_database_is_replaced(database: Path, clock: ManualClock, tmp_path: Path) -> None:
    """One that a server has been started with and nothing was done in: its epoch and sign of life are no data."""
    source = Path(shutil.copy(database, tmp_path / "source.db"))
    await lived_in(source, clock)
    store = sqlite_store(database, clock)
    await store.open()
    await store.ping()
    await store.close()

    await restored((await backed_up(source, clock)).path, database)
    assert rows_of(database)["inbox"] == rows_of(source)["inbox"]


async def test_the_log_of_a_database_that_is_gone(database: Path, clock: ManualClock, elsewhere: Path) -> None:
    """It would be taken for the new database's own."""
    backup = await backed_up(database, clock)
    elsewhere.with_name("chatops.db-wal").write_bytes(b"old")

    with pytest.raises(BackupError, match=r"chatops\.db-wal belongs to a database that is no longer there"):
        await restored(backup.path, elsewhere)
    assert names_in(elsewhere.parent) == ["chatops.db-wal"]


async def test_a_damaged_archive_changes_nothing(database: Path, clock: ManualClock, elsewhere: Path) -> None:
    """One bit is enough."""
    await lived_in(database, clock)
    backup = await backed_up(database, clock)
    raw = bytearray(backup.path.read_bytes())
    raw[len(raw) // 2] ^= 1
    backup.path.write_bytes(raw)

    with pytest.raises(Damaged):
        await restored(backup.path, elsewhere)
    assert names_in(elsewhere.parent) == []


async def test_an_archive_that_changes_after_it_was_checked(
    database: Path, clock: ManualClock, elsewhere: Path, tmp_path: Path
) -> None:
    """What was filled in is thrown away, and the database that was there stays."""
    await lived_in(database, clock)
    backup = await backed_up(database, clock)
    head, sums = await look_into(backup.path)
    empty = Path(shutil.copy(database, tmp_path / "small.db"))
    edit(empty, "DELETE FROM record")
    other = await backed_up(empty, clock)

    with pytest.raises(BackupError, match="rows of record do not read back"):
        await restore(other.path, SqliteTarget(elsewhere), head=head, sums=sums, keys=KEYS)
    assert names_in(elsewhere.parent) == []


async def test_a_newer_version_s_archive(database: Path, clock: ManualClock, elsewhere: Path) -> None:
    """It names the version to install."""
    backup = await backed_up(database, clock)
    await asyncio.to_thread(_as_of, backup, "0999_later")

    with pytest.raises(SchemaMismatch, match=r"0999_later\. Install that version"):
        await restored(backup.path, elsewhere)


def _as_of(backup: Backup, migration: str) -> None:
    """Write the archive anew, as a program with one migration more would."""
    reader = ArchiveReader(io.BytesIO(backup.path.read_bytes()))
    with backup.path.open("wb") as file:
        writer = ArchiveWriter(file, replace(reader.head, migrations=(*reader.head.migrations, migration)))
        rows: dict[str, list[Any]] = {table.name: [] for table in reader.head.tables}
        for batch in iter(reader.batch, None):
            rows[batch.table.name] += batch.rows
        for name, found in rows.items():
            writer.begin(name)
            writer.add(found)
        writer.close()


async def test_journals_that_do_not_verify(database: Path, clock: ManualClock, elsewhere: Path) -> None:
    """Refused with the findings, unless it is said that they are known."""
    await lived_in(database, clock)
    edit(database, "UPDATE journal SET payload = 'nothing happened'")
    backup = await backed_up(database, clock)

    with pytest.raises(BackupError, match=r"the payload was edited\.\n(.*\n)?.*--despite-findings"):
        await restored(backup.path, elsewhere)
    assert names_in(elsewhere.parent) == []
    done = await restored(backup.path, elsewhere, despite_findings=True)
    assert done.findings
    assert rows_of(elsewhere)["journal"] == rows_of(database)["journal"]


async def test_with_another_journal_key_nothing_can_be_verified(
    database: Path, clock: ManualClock, elsewhere: Path
) -> None:
    """Whoever restores all the same has decided that; every entry would be a finding."""
    await lived_in(database, clock)
    backup = await backed_up(database, clock)

    done = await restored(backup.path, elsewhere, keys={**KEYS, "journal.key": b"lost and made anew, lost and made"})
    assert done.findings == ()
    assert await asyncio.to_thread(sqlite_journal.verify, elsewhere, Seal(KEY)) == []


async def test_a_row_nobody_of_us_wrote(database: Path, clock: ManualClock) -> None:
    """No backup is made that could not be restored, and what there was is kept."""
    await lived_in(database, clock)
    good = await backed_up(database, clock)
    raw = good.path.read_bytes()
    edit(database, "UPDATE journal SET recorded_at = 'yesterday'")

    with pytest.raises(StoreError, match=r"journal has in recorded_at, row 1, .*audit verify"):
        await backed_up(database, clock)
    assert good.path.read_bytes() == raw
    assert not [name for name in names_in(database.parent) if "partial" in name]


async def test_a_newer_database_is_not_backed_up(database: Path, clock: ManualClock) -> None:
    """Half of it would be unknown to this program."""
    edit(
        database,
        "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('chatops', '0999_later', '2030-01-01')",
    )
    with pytest.raises(SchemaMismatch, match="0999_later"):
        await backed_up(database, clock)


async def test_a_column_nobody_knows(database: Path, clock: ManualClock) -> None:
    """It is not left out silently."""
    edit(database, "ALTER TABLE claim ADD COLUMN since TEXT")
    with pytest.raises(SchemaMismatch, match=r"claim\.since"):
        await backed_up(database, clock)


# the file


def test_a_place_for_it(tmp_path: Path, clock: ManualClock) -> None:
    """A file, or a folder in which it is named after the time; never over something else without --force."""
    named = place_for(tmp_path, clock.now(), force=False)
    assert named == tmp_path / "chatops-2026-03-02T090000Z.backup"
    assert place_for(tmp_path / "mine", clock.now(), force=False) == tmp_path / "mine"

    named.touch()
    with pytest.raises(BackupError, match="--force"):
        place_for(tmp_path, clock.now(), force=False)
    with pytest.raises(BackupError, match="--force"):
        place_for(named, clock.now(), force=False)
    assert place_for(named, clock.now(), force=True) == named
    with pytest.raises(BackupError, match="mkdir -p"):
        place_for(tmp_path / "no" / "where", clock.now(), force=True)


async def test_the_file_is_its_owners_and_never_half(database: Path, clock: ManualClock) -> None:
    """Readable by nobody else; one that came meanwhile is kept; what could not be finished leaves nothing."""
    backup = await backed_up(database, clock)
    assert mode_of(backup.path) == "0o600"
    assert backup.size == backup.path.stat().st_size
    backup.path.write_bytes(b"somebody else's")

    async with snapshot_sqlite.opened(database) as snapshot:
        with pytest.raises(BackupError, match="is there already"):
            await back_up(snapshot, backup.path, keys=KEYS, at=clock.now())
        with pytest.raises(BackupError, match="cannot be written"):
            await back_up(snapshot, backup.path / "below", keys=KEYS, at=clock.now())
    assert backup.path.read_bytes() == b"somebody else's"
    assert [name for name in names_in(database.parent) if not name.startswith("chatops.db")] == [backup.path.name]


async def test_what_cannot_be_read(tmp_path: Path) -> None:
    """It is said in one sentence."""
    with pytest.raises(BackupError, match="nowhere cannot be read: No such file"):
        await look_into(tmp_path / "nowhere")
