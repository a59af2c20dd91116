"""Plugins' documents in SQLite: `chatops.ports.records.Records` for one namespace, through the store's own connections."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from chatops.errors import Conflict
from chatops.ports.records import Write
from chatops.storage import record_reads, search_sqlite, sqlite_upkeep
from chatops.storage.record_reads import ReadingRecords
from chatops.storage.sqlite import SqliteStore


class SqliteRecords(ReadingRecords):
    """One plugin's documents. Usable while the store is open."""

    def __init__(self, store: SqliteStore, namespace: str) -> None:
        super().__init__(lambda: store.reads, namespace, search_sqlite.question)
        self._store = store

    async def write(self, *writes: Write) -> Sequence[int]:
        """Write all or none; return the new versions. Raise Conflict when an expectation fails."""
        bodies = record_reads.bodies(writes)

        def work(db: sqlite3.Connection) -> list[int]:
            return [_write(db, self._namespace, *pair) for pair in zip(writes, bodies, strict=True)]

        return await self._store.writer.run(work)

    async def delete(self, kind: str, id: str) -> None:
        """Delete a document. Harmless when there is none."""
        await self._store.writer.run(lambda db: _delete(db, self._namespace, kind, id))

    async def number(self, sequence: str) -> int:
        """Return the next number of a sequence, starting at 1."""
        name = f"records/{self._namespace}/{sequence}"
        return await self._store.writer.run(lambda db: sqlite_upkeep.allocate(db, name))


def _write(db: sqlite3.Connection, namespace: str, write: Write, body: str) -> int:
    found = db.execute(
        "SELECT number, version FROM record WHERE namespace = ? AND kind = ? AND ident = ?",
        (namespace, write.kind, write.id),
    ).fetchone()
    number, version = found or (0, 0)
    if write.expected is not None and write.expected != version:
        message = f"{write.kind} {write.id} has version {version}, not {write.expected}"
        raise Conflict(message)
    columns = json.dumps(dict(write.columns), ensure_ascii=False)
    if found is None:
        number = (
            db.execute(
                "INSERT INTO record (namespace, kind, ident, version, body, columns, text) VALUES (?, ?, ?, 1, ?, ?, ?)",
                (namespace, write.kind, write.id, body, columns, write.text),
            ).lastrowid
            or 0
        )
    else:
        db.execute(
            "UPDATE record SET version = ?, body = ?, columns = ?, text = ? WHERE number = ?",
            (version + 1, body, columns, write.text, number),
        )
        db.execute("DELETE FROM record_column WHERE owner = ?", (number,))
    db.executemany(
        "INSERT INTO record_column (namespace, kind, name, value, owner) VALUES (?, ?, ?, ?, ?)",
        [(namespace, write.kind, name, value, number) for name, value in write.columns.items()],
    )
    search_sqlite.keep(db, number, write.text)
    return int(version) + 1


def _delete(db: sqlite3.Connection, namespace: str, kind: str, ident: str) -> None:
    found = db.execute(
        "DELETE FROM record WHERE namespace = ? AND kind = ? AND ident = ? RETURNING number", (namespace, kind, ident)
    ).fetchone()
    if found is not None:
        db.execute("DELETE FROM record_column WHERE owner = ?", found)
        search_sqlite.forget(db, found[0])
