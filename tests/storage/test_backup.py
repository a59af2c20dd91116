"""Backups of SQLite: taken beside a server at work, whole and readable by their owner alone."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from chatops.core.codec import Codec
from chatops.errors import SchemaMismatch, StoreError
from chatops.storage import snapshot_sqlite, sqlite_journal
from chatops.storage.archive import BackupError
from chatops.storage.backup import back_up, place_for
from chatops.storage.restore import look_into
from chatops.storage.sqlite import SqliteStore
from chatops.storage.tables import DERIVED, tables
from chatops.testing.clock import ManualClock
from chatops.testing.conformance.store_base import claim, entry, event, post, put, unit
from sqlite_backups import KEYS, backed_up, edit, lived_in, mode_of, names_in, restored, rows_of
from sqlite_stores import SEAL


def test_no_table_is_forgotten(database: Path) -> None:
    """Every table and column of the schema is one that backups hold, or made anew from those."""
    with closing(sqlite3.connect(database)) as db:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        columns = {name: {row[1] for row in db.execute(f"PRAGMA table_info('{name}')")} for name in names}

    kept = {table.name: {column.name for column in table.columns} for table in tables()}
    assert kept == {name: found for name, found in columns.items() if not name.startswith(DERIVED)}


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
