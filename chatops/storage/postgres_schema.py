"""Migrating PostgreSQL, while other processes may be starting as well."""

from __future__ import annotations

import asyncio

from tortoise.exceptions import BaseORMException

from chatops.errors import StoreUnavailable
from chatops.storage import asyncpg_client
from chatops.storage.postgres_hosts import connect
from chatops.storage.postgres_pool import FAULTS
from chatops.storage.postgres_server import PostgresServer
from chatops.storage.schema import apply, known_until

FAILURES: tuple[type[Exception], ...] = (BaseORMException, *FAULTS)

MIGRATING = 0x63686174
"""The number of the lock around migrations. Any will do that nobody else uses."""


async def migrate(server: PostgresServer, *, upto: str = "") -> tuple[str, ...]:
    """Bring a database to this program's schema, or to that of the migration `upto`; return those applied.

    Each migration is one transaction. Raise SchemaMismatch when a newer program has migrated it further than this one can
    follow, StoreUnavailable when it does not answer.
    """
    return await asyncio.to_thread(lambda: asyncio.run(_migrate(server, known_until(upto))))


async def _migrate(server: PostgresServer, known: list[str]) -> tuple[str, ...]:
    try:
        connection = await connect(**server.address(), server_settings=server.settings(statement_timeout="0"))
        try:
            # Held by the session: whoever comes second waits, and finds nothing left to do.
            await connection.execute("SELECT pg_advisory_lock($1)", MIGRATING)
            return await apply(asyncpg_client.settings(server, statement_timeout="0"), known)
        finally:
            connection.terminate()
    except FAILURES as error:
        message = f"The database cannot be reached or migrated: {type(error).__name__}: {error}"
        raise StoreUnavailable(message) from error
