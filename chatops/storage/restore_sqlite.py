"""Restoring into SQLite: a new file is filled beside the place of the database, and takes it when all is well."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

from chatops.core.journal import Seal
from chatops.errors import SchemaMismatch
from chatops.storage import search_sqlite, sqlite_file, sqlite_journal
from chatops.storage.archive import BackupError, Batch, Damaged, Row, Table
from chatops.storage.lanes import EPOCH
from chatops.storage.restore import PASSING
from chatops.storage.schema import migrate
from chatops.storage.snapshot_sqlite import SqliteSnapshot, shape
from chatops.storage.sqlite_file import companions, flush

_LEASES = (
    "DELETE FROM held",
    "DELETE FROM allowance",
    "DELETE FROM state WHERE name LIKE 'key:%' OR name LIKE 'incarnation:%'",
    "UPDATE inbox SET lease_until = NULL WHERE lease_until IS NOT NULL",
    "UPDATE outbox SET lease_until = NULL WHERE lease_until IS NOT NULL",
)
_EPOCH = """
INSERT INTO state (name, value)
SELECT 'epoch', MAX(
  COALESCE((SELECT CAST(value AS INTEGER) FROM state WHERE name = 'epoch'), 0),
  COALESCE((SELECT MAX(ABS(fence)) FROM outbox), 0) / ?
) + 1 WHERE true
ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""
"""The next start begins one higher still: higher than every fence in the rows, whichever database gave it out."""


class SqliteFilling:
    """A `chatops.storage.restore.Filling`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Blocking."""
        self._connection = connection
        self.snapshot = SqliteSnapshot(connection)

    async def fill(self, batch: Batch) -> None:
        """Add rows."""
        names = ", ".join(f'"{column.name}"' for column in batch.table.columns)
        marks = ", ".join("?" * len(batch.table.columns))
        insert = f'INSERT INTO "{batch.table.name}" ({names}) VALUES ({marks})'  # noqa: S608 - compared with the schema
        try:
            await asyncio.to_thread(inserted, self._connection, insert, batch.rows)
        except sqlite3.IntegrityError as error:
            message = (
                f"The rows of {batch.table.name} in this backup contradict each other ({error}). Take another one."
            )
            raise Damaged(message) from error

    async def findings(self, seal: Seal) -> Sequence[str]:
        """Return what is wrong with the journals."""
        return await asyncio.to_thread(sqlite_journal.verify_open, self._connection, seal)

    async def settle(self, tables: Sequence[Table]) -> None:
        """End all leases, count on, let fences only grow."""
        await asyncio.to_thread(_settled, self._connection, tables)


class SqliteTarget:
    """A `chatops.storage.restore.Target`: the database at `path`, in a folder this process holds."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._new = path.with_name(f"{path.name}.restoring")
        self.migrated: Sequence[str] = ()

    async def check_empty(self) -> None:
        """Raise BackupError when there is anything in it."""
        await asyncio.to_thread(self._check)

    @asynccontextmanager
    async def filling(self, migrations: Sequence[str]) -> AsyncIterator[SqliteFilling]:
        """Give an empty database; it takes the place of the one there is, which is empty as well."""
        await asyncio.to_thread(self._clear)
        try:
            await migrate(sqlite_file.url(self._new), upto=migrations[-1])
            with _errors_told(self._path):
                connection = await asyncio.to_thread(_begun, self._new)
                try:
                    yield await asyncio.to_thread(SqliteFilling, connection)
                    await asyncio.to_thread(connection.commit)
                finally:
                    await asyncio.to_thread(connection.close)
                self.migrated = await migrate(sqlite_file.url(self._new))
                await asyncio.to_thread(self._exchange)
        finally:
            await asyncio.to_thread(self._clear)

    def _check(self) -> None:
        if not self._path.exists():
            left = [path for path in self._beside() if path.exists()]
            if left:
                message = (
                    f"{left[0]} belongs to a database that is no longer there, and would spoil the new one. "
                    f"Move it away first: mv {left[0]} {left[0]}.old"
                )
                raise BackupError(message)
            return
        with _errors_told(self._path), closing(sqlite3.connect(self._path, isolation_level=None)) as connection:
            tables, _migrations = shape(connection)
            full = [
                table.name
                for table in tables
                if table.name not in PASSING and connection.execute(f'SELECT 1 FROM "{table.name}" LIMIT 1').fetchone()  # noqa: S608 - our models' names
            ]
            if not full:
                # Its write-ahead log must be gone before another file takes its name.
                connection.execute("PRAGMA journal_mode=DELETE").close()
                return
        folder = self._path.parent
        message = (
            f"There is data in {self._path} already ({', '.join(full[:3])}{', …' if len(full) > 3 else ''}), "  # noqa: PLR2004
            "and a backup is restored into an empty database only. Restore into a new folder, with copies of the keys: "
            f"chatops db restore FILE --data NEW. Or move the old database away, all its files: "
            f"mkdir {folder}/old && mv {self._path}* {folder}/old/"
        )
        raise BackupError(message)

    def _exchange(self) -> None:
        with closing(sqlite3.connect(self._new, isolation_level=None)) as connection:
            connection.execute("BEGIN").close()
            search_sqlite.rebuild(connection)
            connection.execute("COMMIT").close()
            connection.execute("PRAGMA journal_mode=DELETE").close()
        self._new.chmod(0o600)
        for path in (self._new, self._path.parent):
            flush(path)
        self._new.replace(self._path)
        flush(self._path.parent)

    def _clear(self) -> None:
        migrating = self._new.with_name(f"{self._new.name}.new")
        for path in (self._new, migrating):
            for file in (path, *companions(path)):
                file.unlink(missing_ok=True)

    def _beside(self) -> Sequence[Path]:
        return companions(self._path)


def inserted(connection: sqlite3.Connection, insert: str, rows: Sequence[Row]) -> None:
    """Insert rows."""
    # A cursor that is forgotten resets its statement whenever and in whichever thread Python gets round to it, even while
    # another thread has begun to use the statement again.
    connection.executemany(insert, rows).close()


def _begun(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("BEGIN IMMEDIATE").close()
    return connection


def _settled(connection: sqlite3.Connection, tables: Sequence[Table]) -> None:
    there = {table.name: {column.name for column in table.columns} for table in tables}
    for statement in _LEASES if "lease_until" in there.get("inbox", ()) else ():
        connection.execute(statement)
    connection.execute(_EPOCH, (EPOCH,))
    for table in tables:
        if table.numbered and table.last:
            moved = connection.execute(
                "UPDATE sqlite_sequence SET seq = MAX(seq, ?) WHERE name = ?", (table.last, table.name)
            )
            if moved.rowcount == 0:
                connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table.name, table.last))


@contextmanager
def _errors_told(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        message = f"The database {path} cannot be written: {error}"
        raise BackupError(message) from error
    except SchemaMismatch as error:
        raise BackupError(str(error)) from error
    except OSError as error:
        message = f"The database {path} cannot be written: {error.strerror}."
        raise BackupError(message) from error
