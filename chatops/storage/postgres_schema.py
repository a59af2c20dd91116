"""Migrating PostgreSQL, while other processes may be starting as well."""

from __future__ import annotations

import asyncio

import asyncpg
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
        raise StoreUnavailable(_advice(error, server)) from error


def _advice(error: Exception, server: PostgresServer) -> str:
    """Return what is the matter, and what to do about it, as an operator reads it."""
    match error:
        case asyncpg.InvalidCatalogNameError():
            make = f"CREATE DATABASE {server.database} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';"
            return f"There is no database {server.database} at {server.places}. Make it: {make}"
        case asyncpg.InvalidAuthorizationSpecificationError():
            look = "Look at the user in database.url and at database.password_file."
            return f"PostgreSQL at {server.places} refuses us: {error}. {look}"
        case OSError() | TimeoutError() | asyncpg.CannotConnectNowError():
            return f"PostgreSQL does not answer at {server.places}. Is it running, and is database.url right? ({error})"
        case asyncpg.TargetServerAttributeNotMatched():
            return f"No host of {server.places} takes writes. Has the standby been promoted?"
        case _:
            return f"The database at {server.places} cannot be used: {type(error).__name__}: {error}"
