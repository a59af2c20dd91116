"""The one thread that writes to SQLite: all jobs that wait share a transaction.

A caller's answer comes only after the COMMIT that made its job durable. When a job fails, the transaction is begun again
with each job in a savepoint of its own, so that it rolls back alone: jobs must not mind being done twice. A fault of the
database (disk full, locked, I/O) fails the whole batch with StoreUnavailable, and the next batch tries a new connection.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from chatops.errors import StoreError, StoreUnavailable

T = TypeVar("T")
L = TypeVar("L")

BATCH = 512
"""Most jobs in one transaction."""

_FAULTS = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_READONLY,
    }
)


def is_fault(error: BaseException) -> bool:
    """Whether the database is unwell, as opposed to having been asked for nonsense."""
    return isinstance(error, sqlite3.Error) and (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _FAULTS


@dataclass(slots=True)
class _Job(Generic[T]):
    work: Callable[[sqlite3.Connection], T]
    answer: asyncio.Future[T]
    after: Callable[[T], None] | None
    failed: Callable[[], None] | None
    result: T | None = None
    error: BaseException | None = None

    def deliver(self) -> None:
        """Tell the caller, on the loop. `after` and `failed` run even if the caller has gone."""
        if self.error is not None:
            if self.failed is not None:
                self.failed()
            if not self.answer.done():
                self.answer.set_exception(self.error)
            return
        result: Any = self.result
        if self.after is not None:
            self.after(result)
        if not self.answer.done():
            self.answer.set_result(result)


class Writer(Generic[L]):
    """Runs jobs on the writing connection, in the order they were asked for.

    `greet` runs in a transaction on each new connection; `greeted` gets its result on the loop, before any job's answer.
    """

    def __init__(
        self,
        path: Path,
        *,
        greet: Callable[[sqlite3.Connection], L],
        check: Callable[[sqlite3.Connection], None],
        greeted: Callable[[L], None],
        busy: float,
    ) -> None:
        self._path = path
        self._greet = greet
        self._check = check
        self._greeted = greeted
        self._busy = busy
        self._jobs: SimpleQueue[_Job[Any] | None] = SimpleQueue()
        self._connection: sqlite3.Connection | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def open(self) -> None:
        """Start the thread and connect. Raise StoreUnavailable when that fails."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._serve, name="sqlite-writer", daemon=True)
        self._thread.start()
        try:
            await self.run(lambda _connection: None)
        except StoreError:
            await self.close()
            raise

    async def close(self) -> None:
        """Finish what was asked for and disconnect."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._jobs.put(None)
            await asyncio.to_thread(thread.join)

    async def run(
        self,
        work: Callable[[sqlite3.Connection], T],
        *,
        after: Callable[[T], None] | None = None,
        failed: Callable[[], None] | None = None,
    ) -> T:
        """Return what `work` returned, once it is durable.

        `after` gets it on the loop at that moment, even when the caller was cancelled meanwhile; `failed` likewise is
        called when nothing was written.
        """
        if self._thread is None or self._loop is None:
            if failed is not None:
                failed()
            message = "The database is not open."
            raise StoreUnavailable(message)
        answer: asyncio.Future[T] = self._loop.create_future()
        self._jobs.put(_Job(work, answer, after, failed))
        return await answer

    # in the thread

    def _serve(self) -> None:
        serving = True
        while serving:
            batch, serving = self._next()
            if batch:
                self._transact(batch)
                self._tell([job.deliver for job in batch])
        self._disconnect()

    def _next(self) -> tuple[list[_Job[Any]], bool]:
        job = self._jobs.get()
        batch: list[_Job[Any]] = []
        while job is not None:
            batch.append(job)
            if len(batch) == BATCH:
                return batch, True
            try:
                job = self._jobs.get_nowait()
            except Empty:
                return batch, True
        return batch, False

    def _transact(self, batch: list[_Job[Any]]) -> None:
        try:
            connection = self._connected()
            connection.execute("BEGIN IMMEDIATE")
            self._check(connection)
            if not self._together(connection, batch):
                connection.execute("ROLLBACK")
                connection.execute("BEGIN IMMEDIATE")
                self._check(connection)
                for job in batch:
                    self._attempt(connection, job)
            connection.execute("COMMIT")
        except StoreError as error:
            self._lose(batch, error)
        except sqlite3.Error as error:
            message = f"The database does not take writes: {error}"
            self._lose(batch, StoreUnavailable(message))

    def _together(self, connection: sqlite3.Connection, batch: list[_Job[Any]]) -> bool:
        """Do all jobs without savepoints, which cost as much as small jobs do; False when one failed, with any."""
        try:
            for job in batch:
                job.result = job.work(connection)
        except Exception as error:
            if is_fault(error):
                raise
            return False
        return True

    def _attempt(self, connection: sqlite3.Connection, job: _Job[Any]) -> None:
        connection.execute("SAVEPOINT job")
        try:
            job.result = job.work(connection)
        except Exception as error:  # a bug is its caller's; the others' jobs go on
            if is_fault(error):
                raise
            job.error = error
            connection.execute("ROLLBACK TO job")
        connection.execute("RELEASE job")

    def _lose(self, batch: list[_Job[Any]], error: StoreError) -> None:
        """Nothing of the batch was written, as far as we know: start over on a new connection."""
        self._disconnect()
        for job in batch:
            job.error = type(error)(*error.args)

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            connection = sqlite3.connect(
                self._path, timeout=self._busy, isolation_level=None, cached_statements=512, check_same_thread=False
            )
            try:
                for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
                    connection.execute(f"PRAGMA {pragma}").close()
                connection.execute("BEGIN IMMEDIATE")
                loaded = self._greet(connection)
                connection.execute("COMMIT")
            except BaseException:
                connection.close()
                raise
            self._connection = connection
            self._tell([partial(self._greeted, loaded)])
        return self._connection

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()  # an open transaction is rolled back

    def _tell(self, news: list[Callable[[], None]]) -> None:
        loop = self._loop

        def spread() -> None:
            for item in news:
                asyncio.get_running_loop().call_soon(item)

        if loop is not None:
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(spread)
