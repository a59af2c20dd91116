"""Whichever database a server is set up with, whole: its store, its documents, its migrations."""

from __future__ import annotations

import asyncio
import hashlib
import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from chatops.core.clock import Clock
from chatops.core.codec import Codec
from chatops.core.journal import Seal
from chatops.errors import StartError
from chatops.ports.records import Records
from chatops.ports.store import Store
from chatops.storage.archive import fingerprint
from chatops.storage.folder import ACTION_KEY, JOURNAL_KEY, SECRETS_KEY, DataFolder
from chatops.storage.postgres_server import PostgresServer
from chatops.storage.records import SqliteRecords
from chatops.storage.schema import migrate
from chatops.storage.sqlite import SqliteStore
from chatops.storage.sqlite_file import url

if TYPE_CHECKING:
    from chatops.storage.postgres import PostgresStore

MOST_NAME = 40
"""Characters of a server's name."""


class ServerStore(Store, Protocol):
    """A store that knows of an anchor outside the database."""

    async def verify_witness(self) -> Sequence[str]:
        """Check the newest anchor only, against the file outside the database; nothing when there is no such file."""
        ...


class Database(Protocol):
    """One database."""

    @property
    def store(self) -> ServerStore:
        """Its store, to be opened and closed by whoever uses it."""
        ...

    def records(self, namespace: str) -> Records:
        """Return one plugin's documents, usable while the store is open."""
        ...

    async def migrate(self) -> Sequence[str]:
        """Bring it to this program's schema; return the migrations applied. The store must not be open."""
        ...

    async def exists(self) -> bool:
        """Whether there is one. PostgreSQL says so itself when it is opened."""
        ...


class SqliteDatabase:
    """The file in the data folder."""

    def __init__(self, folder: DataFolder, codec: Codec, clock: Clock) -> None:
        self._path = folder.database
        self.store = SqliteStore(self._path, codec, Seal(folder.journal_key), clock, witness=folder.anchor)

    def records(self, namespace: str) -> Records:
        """Return one plugin's documents."""
        return SqliteRecords(self.store, namespace)

    async def migrate(self) -> Sequence[str]:
        """Bring it to this program's schema."""
        return await migrate(url(self._path))

    async def exists(self) -> bool:
        """Whether the file is there."""
        return await asyncio.to_thread(self._path.exists)


class PostgresDatabase:
    """A database that other servers may use as well."""

    def __init__(self, server: PostgresServer, folder: DataFolder, codec: Codec, clock: Clock) -> None:
        """Raise StartError when the driver is not installed."""
        postgres_store = _driver()
        keys = {JOURNAL_KEY: folder.journal_key, ACTION_KEY: folder.action_key, SECRETS_KEY: folder.secrets_key}
        self._server = server
        self.store: PostgresStore = postgres_store(
            server,
            codec,
            Seal(folder.journal_key),
            clock,
            witness=folder.anchor,
            keys={name: fingerprint(name, key) for name, key in keys.items()},
        )

    def records(self, namespace: str) -> Records:
        """Return one plugin's documents."""
        from chatops.storage.postgres_records import PostgresRecords  # noqa: PLC0415 - the driver is an extra

        return PostgresRecords(self.store, namespace)

    async def migrate(self) -> Sequence[str]:
        """Bring it to this program's schema, even while other servers start."""
        from chatops.storage.postgres_schema import migrate as migrate_postgres  # noqa: PLC0415 - the driver is an extra

        return await migrate_postgres(self._server)

    async def exists(self) -> bool:
        """Leave it to the server to say."""
        return True


def own_name(folder: DataFolder) -> str:
    """Return a name for the server of a data folder: its host, and something that differs between folders of one host."""
    word = hashlib.sha256(str(folder.path).encode()).hexdigest()[:6]
    return f"{socket.gethostname()[: MOST_NAME - 7]}-{word}"


def needs_driver() -> None:
    """Raise StartError when PostgreSQL's driver is not installed."""
    _driver()


def _driver() -> type[PostgresStore]:
    try:
        from chatops.storage.postgres import PostgresStore  # noqa: PLC0415 - the driver is an extra
    except ModuleNotFoundError as error:
        if error.name != "asyncpg":
            raise
        message = 'PostgreSQL needs the driver asyncpg: pip install "chatops-server[postgres]"'
        raise StartError(message) from None
    return PostgresStore
