"""Restoring into PostgreSQL: everything in one transaction, into a database that has nothing of its own."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from typing import Any

import asyncpg

from chatops.core.journal import Seal
from chatops.errors import StoreUnavailable
from chatops.storage import search_postgres, sqlite_journal
from chatops.storage.archive import BackupError, Batch, Damaged, Row, Table, time_of
from chatops.storage.postgres_claims import INCARNATION_BITS
from chatops.storage.postgres_pool import translated
from chatops.storage.postgres_schema import MIGRATING, migrate
from chatops.storage.postgres_server import PROGRAM, PostgresServer
from chatops.storage.restore import PASSING
from chatops.storage.restore_sqlite import inserted
from chatops.storage.snapshot_postgres import PostgresSnapshot, connected, seen_by, told

JOURNAL = ("journal", "journal_head", "ledger", "anchor")

_OTHERS = """
SELECT DISTINCT application_name FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE $1 ORDER BY 1
"""
_FENCE = f"((abs(COALESCE(fence, 0)) >> {INCARNATION_BITS}) + 1) << {INCARNATION_BITS}"
_SETTLE = (
    "DELETE FROM held",
    "DELETE FROM allowance",
    "DELETE FROM state WHERE name LIKE 'key:%' OR name LIKE 'incarnation:%'",
    "UPDATE inbox SET lease_until = NULL WHERE lease_until IS NOT NULL",
    "UPDATE outbox SET lease_until = NULL WHERE lease_until IS NOT NULL",
    f"UPDATE inbox SET fence = {_FENCE} WHERE state IN ('ready', 'dead')",  # noqa: S608 - put together from constants
    f"UPDATE outbox SET fence = {_FENCE} WHERE state NOT IN ('sent', 'unknown', 'dropped')",  # noqa: S608
)


class PostgresFilling:
    """A `chatops.storage.restore.Filling`."""

    def __init__(self, connection: Any, snapshot: PostgresSnapshot) -> None:
        self._connection = connection
        self.snapshot = snapshot

    async def fill(self, batch: Batch) -> None:
        """Add rows."""
        columns = [column.name for column in batch.table.columns]
        with _errors_told(batch.table.name):
            await self._connection.copy_records_to_table(
                batch.table.name, records=[_record(row, batch.table) for row in batch.rows], columns=columns
            )

    async def findings(self, seal: Seal) -> Sequence[str]:
        """Return what is wrong with the journals."""
        # Nobody else sees these rows yet, so they are checked where SQLite's are, in a file that SQLite deletes by itself.
        with closing(await asyncio.to_thread(sqlite3.connect, "", check_same_thread=False)) as aside:
            for table in self.snapshot.tables:
                if table.name in JOURNAL:
                    names = ", ".join(f'"{column.name}"' for column in table.columns)
                    marks = ", ".join("?" * len(table.columns))
                    await asyncio.to_thread(aside.executescript, f'CREATE TABLE "{table.name}" ({names})')
                    insert = f'INSERT INTO "{table.name}" VALUES ({marks})'  # noqa: S608 - names of our own models
                    async for rows in self.snapshot.rows(table):
                        await asyncio.to_thread(inserted, aside, insert, rows)
            return await asyncio.to_thread(sqlite_journal.verify_open, aside, seal)

    async def settle(self, tables: Sequence[Table]) -> None:
        """End all leases, count on, let fences only grow."""
        there = {table.name for table in self.snapshot.tables}
        with _errors_told("the restored database"):
            for statement in _SETTLE if "held" in there else ():
                await self._connection.execute(statement)
            for table in tables:
                if table.numbered:
                    await _count_on(self._connection, table)


class PostgresTarget:
    """A `chatops.storage.restore.Target`: the database of the settings."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self.migrated: Sequence[str] = ()

    async def check_empty(self) -> None:
        """Raise BackupError when there is anything in it, or a server is connected."""
        connection = await connected(self._server)
        try:
            with told("read"):
                await self._check(connection)
        finally:
            connection.terminate()

    @asynccontextmanager
    async def filling(self, migrations: Sequence[str]) -> AsyncIterator[PostgresFilling]:
        """Give the empty database."""
        await migrate(self._server, upto=migrations[-1])
        connection = await connected(self._server)
        try:
            with told("written"):
                # A server that starts meanwhile waits here, and finds everything restored.
                await connection.execute("SELECT pg_advisory_lock($1)", MIGRATING)
                transaction = connection.transaction()
                await transaction.start()
                await self._check(connection)
                snapshot = await seen_by(connection)
            yield PostgresFilling(connection, snapshot)
            with told("written"):
                await search_postgres.rebuild(connection)
                await transaction.commit()
        finally:
            connection.terminate()
        self.migrated = await migrate(self._server)
        await self._finish()

    async def _finish(self) -> None:
        connection = await connected(self._server)
        try:
            with told("written"):
                if self.migrated:
                    await search_postgres.rebuild(connection)
                await connection.execute("ANALYZE")
        finally:
            connection.terminate()

    async def _check(self, connection: Any) -> None:
        others = [name for (name,) in await connection.fetch(_OTHERS, f"{PROGRAM} %")]
        if others:
            message = f"Servers use this database: {', '.join(others)}. Stop them first."
            raise BackupError(message)
        async with connection.transaction(readonly=True):
            snapshot = await seen_by(connection)
            full = [
                table.name
                for table in snapshot.tables
                if table.name not in PASSING and await connection.fetchrow(f'SELECT 1 FROM "{table.name}" LIMIT 1')  # noqa: S608 - our models' names
            ]
        if full:
            message = (
                f"There is data in {self._server.url} already ({', '.join(full[:3])}), and a backup is restored into an "
                "empty database only. Make a new one (createdb NAME), and name it in the settings: [database] url"
            )
            raise BackupError(message)


async def _count_on(connection: Any, table: Table) -> None:
    highest = await connection.fetchval(f'SELECT COALESCE(MAX("{table.key}"), 0) FROM "{table.name}"')  # noqa: S608
    last = max(highest, table.last)
    if last:
        await connection.execute(
            "SELECT setval(pg_get_serial_sequence(quote_ident($1), $2)::regclass, $3)", table.name, table.key, last
        )


def _record(row: Row, table: Table) -> tuple[Any, ...]:
    return tuple(
        time_of(value) if column.kind == "time" and isinstance(value, str) else value
        for value, column in zip(row, table.columns, strict=True)
    )


@contextmanager
def _errors_told(name: str) -> Iterator[None]:
    try:
        with translated("written"):
            yield
    except asyncpg.IntegrityConstraintViolationError as error:
        message = f"The rows of {name} in this backup contradict each other ({error}). Take another one."
        raise Damaged(message) from error
    except (asyncpg.DataError, asyncpg.exceptions.UntranslatableCharacterError) as error:
        message = f"PostgreSQL cannot hold what {name} has in this backup: {error}. Restore it into SQLite instead."
        raise BackupError(message) from error
    except asyncpg.PostgresError as error:
        message = f"The database cannot be written: {error}"
        raise StoreUnavailable(message) from error
