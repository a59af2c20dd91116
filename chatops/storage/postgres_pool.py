"""Connections to PostgreSQL, and what its failures mean: collisions are tried again, faults are StoreUnavailable."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import TypeAlias, TypeVar

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from chatops.errors import StoreUnavailable
from chatops.storage.postgres_hosts import connect
from chatops.storage.postgres_server import PostgresServer

T = TypeVar("T")

Connection: TypeAlias = "asyncpg.Connection | PoolConnectionProxy"

FAULTS: tuple[type[Exception], ...] = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresSystemError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.DataCorruptedError,
    asyncpg.IndexCorruptedError,
)
"""The database is unwell or away, as opposed to having been asked for nonsense."""

COLLISIONS = (
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.UniqueViolationError,
    asyncpg.InvalidCachedStatementError,
)
"""Somebody else's transaction, or a change of the schema, was in the way; ours was rolled back whole."""

TRIES = 6
"""Of a transaction that collides."""

PAUSE = 0.01
"""Seconds before the second try, at most; doubled with each further one."""

WAIT = 30.0
"""Seconds to wait for a free connection. With all of them busy for so long, the database is of no use."""


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Turn faults into StoreUnavailable. `doing` completes "The database cannot be …"."""
    try:
        yield
    except FAULTS as error:
        # A ValueError is asyncpg's word for arguments of the wrong type: a bug of ours.
        if isinstance(error, ValueError) and not isinstance(error, asyncpg.ClientConfigurationError):
            raise
        message = f"The database cannot be {doing}: {type(error).__name__}: {error}"
        raise StoreUnavailable(message) from error


TRANSACTION_TIMEOUT_SINCE = 17
"""PostgreSQL's version that has the setting `transaction_timeout`."""


async def keep(_connection: Connection) -> None:
    """Give a connection back as it is: nothing of ours outlives its transaction, and asyncpg's reset is a query."""


class Pool:
    """A few connections, made when first needed and again when lost."""

    def __init__(self, server: PostgresServer, *, size: int, **session: str) -> None:
        """`session`: PostgreSQL's settings for each session."""
        self._server = server
        self._size = size
        self._session = server.settings(**session)
        self._pool: asyncpg.Pool | None = None

    async def open(self) -> None:
        """Connect once. Raise StoreUnavailable when that fails."""
        with translated("reached"):
            self._pool = await asyncpg.create_pool(
                connect=connect,
                **self._server.address(),
                min_size=0,  # asyncpg would keep up any more by itself, and log a traceback at each failure to
                max_size=self._size,
                server_settings=self._session,
                init=self._limit,
                reset=keep,
                # The server ends a statement that takes too long; should the server itself be gone, we do.
                command_timeout=self._server.statement_timeout + self._server.connect_timeout,
            )
            async with self._lent():
                pass

    async def _limit(self, connection: Connection) -> None:
        """Let the server end a transaction whose client was stopped in the middle, and what it has locked.

        The other time-outs do not see a client that was stopped between a statement and its arguments: for the server
        it is neither idle nor busy (`ProcessInterrupts` in PostgreSQL's `postgres.c`). PostgreSQL 17 and newer see it.
        """
        if connection.get_server_version().major >= TRANSACTION_TIMEOUT_SINCE:
            most = (self._server.statement_timeout + self._server.idle_timeout) * 1000
            await connection.execute(f"SET transaction_timeout = {most:.0f}")

    async def close(self) -> None:
        """Disconnect. Calling twice is harmless."""
        pool, self._pool = self._pool, None
        if pool is not None:
            try:
                async with asyncio.timeout(self._server.connect_timeout):
                    await pool.close()
            except FAULTS:
                pool.terminate()

    async def run(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        """Return what `work` returned, committed. It may be called several times: collisions are tried again.

        Raise StoreUnavailable; then it may have been committed all the same, if the connection broke in the COMMIT.
        """

        async def whole(connection: Connection) -> T:
            async with connection.transaction():
                return await work(connection)

        return await self.ask(whole)

    async def ask(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        """As `run`, but each statement is a transaction of its own."""
        collision: Exception | None = None
        for tries in range(TRIES):
            try:
                with translated("used"):
                    async with self._lent() as connection:
                        return await work(connection)
            except COLLISIONS as error:
                collision = error
            await asyncio.sleep(random.uniform(0, PAUSE * 2**tries))  # noqa: S311 - jitter
        if isinstance(collision, asyncpg.UniqueViolationError):
            raise collision  # six times the same: no collision, but a mistake of ours that waiting does not mend
        message = f"The database could not be written for collisions: {collision}"
        raise StoreUnavailable(message) from collision

    @asynccontextmanager
    async def _lent(self) -> AsyncIterator[Connection]:
        pool = self._pool
        if pool is None:
            message = "The database is not open."
            raise StoreUnavailable(message)
        connection = await pool.acquire(timeout=WAIT)
        try:
            yield connection
        except (TimeoutError, asyncpg.ReadOnlySQLTransactionError) as error:
            # Nobody knows what a silent server still does for it; and one that has become a standby stays one.
            connection.terminate()
            if isinstance(error, asyncpg.ReadOnlySQLTransactionError):
                await pool.expire_connections()
            raise
        finally:
            with suppress(*FAULTS):
                await pool.release(connection, timeout=self._server.connect_timeout)
