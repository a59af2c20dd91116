"""Plugins' documents in PostgreSQL: `chatops.ports.records.Records` for one namespace, through the store's connections."""

from __future__ import annotations

import json
from collections.abc import Sequence

from chatops.errors import Conflict
from chatops.ports.records import Write
from chatops.storage import postgres_upkeep, record_reads, search_postgres
from chatops.storage.postgres import PostgresStore
from chatops.storage.postgres_locks import Locks
from chatops.storage.postgres_pool import Connection
from chatops.storage.record_reads import ReadingRecords

DOCUMENTS = "record"
"""The space of the locks that make writers of one document take turns, also when it does not exist yet."""

_INSERT = """
INSERT INTO record (namespace, kind, ident, version, body, columns, text) VALUES ($1, $2, $3, 1, $4, $5, $6)
RETURNING number
"""
_UPDATE = "UPDATE record SET version = $2, body = $3, columns = $4, text = $5 WHERE number = $1"
_COLUMN = "INSERT INTO record_column (namespace, kind, name, value, owner) VALUES ($1, $2, $3, $4, $5)"
_DELETE = "DELETE FROM record WHERE namespace = $1 AND kind = $2 AND ident = $3 RETURNING number"


class PostgresRecords(ReadingRecords):
    """One plugin's documents. Usable while the store is open."""

    def __init__(self, store: PostgresStore, namespace: str) -> None:
        super().__init__(lambda: store.reads, namespace, search_postgres.question)
        self._store = store

    async def write(self, *writes: Write) -> Sequence[int]:
        """Write all or none; return the new versions. Raise Conflict when an expectation fails."""
        bodies = record_reads.bodies(writes)
        names = [self._name(write.kind, write.id) for write in writes]

        async def work(db: Connection) -> list[int]:
            await Locks().own(DOCUMENTS, names).take(db)
            return [await _write(db, self._namespace, *pair) for pair in zip(writes, bodies, strict=True)]

        return await self._store.writer.run(work)

    async def delete(self, kind: str, id: str) -> None:
        """Delete a document. Harmless when there is none."""

        async def work(db: Connection) -> None:
            await Locks().own(DOCUMENTS, [self._name(kind, id)]).take(db)
            number = await db.fetchval(_DELETE, self._namespace, kind, id)
            if number is not None:
                await db.execute("DELETE FROM record_column WHERE owner = $1", number)
                await search_postgres.forget(db, number)

        await self._store.writer.run(work)

    async def number(self, sequence: str) -> int:
        """Return the next number of a sequence, starting at 1."""
        name = f"records/{self._namespace}/{sequence}"
        return await self._store.writer.run(lambda db: postgres_upkeep.allocate(db, name))

    def _name(self, kind: str, id_: str) -> str:
        return f"{self._namespace}/{kind}/{id_}"


async def _write(db: Connection, namespace: str, write: Write, body: str) -> int:
    found = await db.fetchrow(
        "SELECT number, version FROM record WHERE namespace = $1 AND kind = $2 AND ident = $3",
        namespace,
        write.kind,
        write.id,
    )
    version = 0 if found is None else int(found["version"])
    if write.expected is not None and write.expected != version:
        message = f"{write.kind} {write.id} has version {version}, not {write.expected}"
        raise Conflict(message)
    columns = json.dumps(dict(write.columns), ensure_ascii=False)
    text = write.text.replace("\0", " ")
    if found is None:
        number = await db.fetchval(_INSERT, namespace, write.kind, write.id, body, columns, text)
    else:
        number = found["number"]
        await db.execute(_UPDATE, number, version + 1, body, columns, text)
        await db.execute("DELETE FROM record_column WHERE owner = $1", number)
    if write.columns:
        rows = [(namespace, write.kind, name, value, number) for name, value in write.columns.items()]
        await db.executemany(_COLUMN, rows)
    await search_postgres.keep(db, number, text)
    return version + 1
