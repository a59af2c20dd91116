"""A view of a PostgreSQL database for backups: one REPEATABLE READ transaction on a connection of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Literal

import asyncpg

from chatops.core.frozen import replace
from chatops.core.journal import Anchor
from chatops.errors import StoreUnavailable
from chatops.storage import schema
from chatops.storage.archive import BATCH, Row, Table, time_text
from chatops.storage.postgres_hosts import connect
from chatops.storage.postgres_pool import Connection, translated
from chatops.storage.postgres_server import PATIENT, PostgresServer
from chatops.storage.tables import present

_COLUMNS = """
SELECT c.table_name, c.column_name, pg_get_serial_sequence(quote_ident(c.table_name), c.column_name) AS counter
FROM information_schema.columns AS c JOIN information_schema.tables AS t USING (table_schema, table_name)
WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY table_name, ordinal_position
"""
_ANCHOR = """
SELECT number, writer, anchored_at, chains, total, entries, seal FROM anchor ORDER BY number DESC LIMIT 1
"""


class PostgresSnapshot:
    """A `chatops.storage.snapshot.Snapshot`, as a connection in a transaction sees the database."""

    database: Literal["postgresql"] = "postgresql"

    def __init__(
        self, connection: Connection, *, tables: tuple[Table, ...], migrations: tuple[str, ...], anchor: Anchor | None
    ) -> None:
        self._connection = connection
        self.tables = tables
        self.migrations = migrations
        self.anchor = anchor

    async def rows(self, table: Table) -> AsyncIterator[Sequence[Row]]:
        """Yield a table's rows."""
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        key = next(column for column in table.columns if column.name == table.key)
        order = f'"{key.name}" COLLATE "C"' if key.kind == "text" else f'"{key.name}"'
        query = f'SELECT {names} FROM "{table.name}" ORDER BY {order}'  # noqa: S608 - names of our own models
        with told("read"):
            cursor = await self._connection.cursor(query)
            found = await cursor.fetch(BATCH)
        while found:
            yield [_row(record, table) for record in found]
            with told("read"):
                found = await cursor.fetch(BATCH)


@asynccontextmanager
async def opened(server: PostgresServer) -> AsyncIterator[PostgresSnapshot]:
    """Give a view of the database. Raise StoreUnavailable when it cannot be read, SchemaMismatch."""
    connection = await connected(server)
    try:
        with told("read"):
            await connection.transaction(isolation="repeatable_read", readonly=True).start()
            snapshot = await seen_by(connection)
        yield snapshot
    finally:
        connection.terminate()


async def connected(server: PostgresServer) -> Any:
    """Return a connection that may be in a transaction for as long as it takes. Raise StoreUnavailable."""
    # One page of a large table may be waited for, and between two of them a disk.
    with told("reached"):
        return await connect(**server.address(), server_settings=server.settings(**PATIENT))


async def seen_by(connection: Connection) -> PostgresSnapshot:
    """Return what a connection sees from now on; it must be in a transaction. Raise SchemaMismatch for a newer database."""
    columns: dict[str, list[str]] = {}
    counters: dict[str, str] = {}
    for name, column, counter in await connection.fetch(_COLUMNS):
        columns.setdefault(name, []).append(column)
        if counter is not None:
            counters[name] = counter
    applied: list[str] = []
    if "tortoise_migrations" in columns:
        applied = [name for (name,) in await connection.fetch("SELECT name FROM tortoise_migrations ORDER BY name")]
    await schema.check_known(applied)
    tables = [
        replace(table, last=await _last(connection, counters[table.name]) if table.numbered else 0)
        for table in present(columns)
    ]
    anchor = await connection.fetchrow(_ANCHOR) if "anchor" in columns else None
    return PostgresSnapshot(
        connection,
        tables=tuple(tables),
        migrations=tuple(applied),
        anchor=None if anchor is None else Anchor(**dict(anchor)),
    )


@contextmanager
def told(doing: str) -> Iterator[None]:
    """Turn every error of the database into StoreUnavailable: here none is anybody's but the operator's."""
    try:
        with translated(doing):
            yield
    except asyncpg.PostgresError as error:
        message = f"The database cannot be {doing}: {error}"
        raise StoreUnavailable(message) from error


async def _last(connection: Connection, counter: str) -> int:
    """Return the highest number a sequence has given out, to transactions we do not see as well."""
    last: int = await connection.fetchval(
        f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {counter}"  # noqa: S608 - PostgreSQL quoted it
    )
    return last


def _row(record: asyncpg.Record, table: Table) -> Row:
    return [
        time_text(value) if column.kind == "time" and value is not None else value
        for value, column in zip(record, table.columns, strict=True)
    ]
