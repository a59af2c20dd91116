"""Backups of SQLite are restored whole or not at all, and over nobody’s data."""

from __future__ import annotations

import asyncio
import io
import shutil
from pathlib import Path
from typing import Any

import pytest

from chatops.core.frozen import replace
from chatops.core.journal import Seal
from chatops.errors import SchemaMismatch
from chatops.storage import sqlite_journal
from chatops.storage.archive import ArchiveReader, ArchiveWriter, BackupError, Damaged
from chatops.storage.backup import Backup
from chatops.storage.restore import look_into, restore
from chatops.storage.restore_sqlite import SqliteTarget
from chatops.testing.clock import ManualClock
from sqlite_backups import KEYS, backed_up, edit, lived_in, names_in, restored, rows_of
from sqlite_stores import KEY, sqlite_store


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
