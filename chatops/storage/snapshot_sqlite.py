"""A view of an SQLite database for backups: one read transaction on a connection of its own, beside the running server."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

from chatops.core.frozen import replace
from chatops.core.journal import Anchor
from chatops.errors import StoreUnavailable
from chatops.storage import schema
from chatops.storage.archive import BATCH, Kind, Row, Table, Value, fits
from chatops.storage.snapshot import never_written
from chatops.storage.sqlite_rows import read
from chatops.storage.tables import present

_ANCHOR = """
SELECT number, writer, anchored_at, chains, total, entries, seal FROM anchor ORDER BY number DESC LIMIT 1
"""


class SqliteSnapshot:
    """A `chatops.storage.snapshot.Snapshot`. `connection` must be in a transaction, and is read in threads."""

    database: Literal["sqlite"] = "sqlite"

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Blocking. Raise SchemaMismatch for a newer database."""
        self._connection = connection
        self.tables, self.migrations = shape(connection)
        self.anchor = _anchor(connection)

    async def rows(self, table: Table) -> AsyncIterator[Sequence[Row]]:
        """Yield a table's rows."""
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        query = f'SELECT {names} FROM "{table.name}" ORDER BY "{table.key}"'  # noqa: S608 - names of our own models
        cursor = await asyncio.to_thread(self._connection.execute, query)
        try:
            while rows := await asyncio.to_thread(_fetched, cursor, table):
                yield rows
        finally:
            await asyncio.to_thread(cursor.close)


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[SqliteSnapshot]:
    """Give a view of the database at `path`. Raise StoreUnavailable when it cannot be read, SchemaMismatch."""
    try:
        connection = await asyncio.to_thread(_connected, path)
        try:
            yield await asyncio.to_thread(SqliteSnapshot, connection)
        finally:
            await asyncio.to_thread(connection.close)
    except sqlite3.Error as error:
        message = f"The database {path} cannot be read: {error}"
        raise StoreUnavailable(message) from error


def shape(connection: sqlite3.Connection) -> tuple[tuple[Table, ...], tuple[str, ...]]:
    """Return the tables of a database and the migrations it has had. Raise SchemaMismatch for a newer one. Blocking."""
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    applied: list[str] = []
    if "tortoise_migrations" in names:
        applied = [name for (name,) in connection.execute("SELECT name FROM tortoise_migrations ORDER BY name")]
    schema.missing(applied)
    columns = {name: [row[1] for row in connection.execute(f"PRAGMA table_info('{name}')")] for name in names}
    last: dict[str, int] = {}
    if "sqlite_sequence" in names:
        last = dict(connection.execute("SELECT name, seq FROM sqlite_sequence"))
    tables = present(columns)
    return tuple(replace(table, last=last.get(table.name, 0)) for table in tables), tuple(applied)


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
    )
    connection.execute("BEGIN").close()
    return connection


def _anchor(connection: sqlite3.Connection) -> Anchor | None:
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'anchor'").fetchone():
        return None
    row = connection.execute(_ANCHOR).fetchone()
    if row is None:
        return None
    number, writer, anchored_at, chains, total, entries, seal = row
    return Anchor(
        number=number,
        writer=writer,
        anchored_at=read(anchored_at),
        chains=chains,
        total=total,
        entries=entries,
        seal=seal,
    )


def _fetched(cursor: sqlite3.Cursor, table: Table) -> list[Row]:
    return [_row(found, table) for found in cursor.fetchmany(BATCH)]


def _row(found: tuple[Any, ...], table: Table) -> Row:
    row = [_value(value, column.kind) for value, column in zip(found, table.columns, strict=True)]
    if table.name == "record":
        # Words to search by: PostgreSQL cannot hold the NUL that SQLite's index takes for a space.
        row = [value.replace("\0", " ") if isinstance(value, str) else value for value in row]
    for value, column in zip(row, table.columns, strict=True):
        if not fits(value, column.kind):
            key = found[[one.name for one in table.columns].index(table.key)]
            raise never_written(table, column.name, key)
    return row


def _value(value: Any, kind: Kind) -> Value:
    """SQLite has neither booleans nor a difference between 1 and 1.0 where it was told none."""
    if kind == "boolean" and value in (0, 1):
        return bool(value)
    if kind == "real" and isinstance(value, int):
        return float(value)
    found: Value = value
    return found
