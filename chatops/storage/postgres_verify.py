"""Checking the journals in PostgreSQL: one snapshot, read page by page on a connection of its own, in a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import asyncpg
import msgspec

from chatops.core.frozen import replace
from chatops.core.journal import Anchor, Entry, Head, Ledger, Seal
from chatops.storage.journal import Row, Tables, findings
from chatops.storage.postgres_hosts import connect
from chatops.storage.postgres_server import PATIENT, PostgresServer
from chatops.storage.witness import Witness

PAGE = 1000
"""Rows fetched at a time."""

_ENTRY = "chain, seq, kind, recorded_at, payload, salt, commitment, mac, writer"


def verify(server: PostgresServer, seal: Seal, witness: Witness | None = None) -> list[str]:
    """Return what is wrong with the journals. Blocking: it reads all of them. Raise asyncpg's errors and OSError."""
    kept = None if witness is None else witness.read()  # first: a running server may anchor meanwhile
    with _snapshot(server) as tables:
        found = findings(tables, seal)
        if witness is not None and kept is not None:
            found += witness.findings(kept, tables.newest(), tables.seal_of)
        return found


def verify_witness(server: PostgresServer, witness: Witness) -> list[str]:
    """Return what the database lacks of what the file outside it tells of. Blocking, and quick."""
    kept = witness.read()
    with _snapshot(server) as tables:
        return witness.findings(kept, tables.newest(), tables.seal_of)


@contextmanager
def _snapshot(server: PostgresServer) -> Iterator[_Tables]:
    with asyncio.Runner() as runner:
        reached = partial(connect, **server.address(), server_settings=server.settings(**PATIENT))
        connection = runner.run(_awaited(reached))
        try:
            runner.run(_awaited(partial(_begin, connection)))
            yield _Tables(runner, connection)
        finally:
            connection.terminate()


async def _begin(connection: asyncpg.Connection) -> None:
    await connection.transaction(isolation="repeatable_read", readonly=True).start()


async def _awaited(call: Any) -> Any:
    return await call()


class _Tables(Tables):
    """The journal's tables within one snapshot."""

    def __init__(self, runner: asyncio.Runner, connection: asyncpg.Connection) -> None:
        self._runner = runner
        self._connection = connection

    def by_chain(self) -> Iterator[Row]:
        """Every entry, chain by chain."""
        return map(_row, self._rows(f"SELECT {_ENTRY} FROM journal ORDER BY chain, seq, id"))  # noqa: S608

    def by_age(self) -> Iterator[Row]:
        """Every entry, in the order appended."""
        return map(_row, self._rows(f"SELECT {_ENTRY} FROM journal ORDER BY id"))  # noqa: S608

    def heads(self) -> Iterator[Head]:
        """Every head."""
        rows = self._rows("SELECT chain, seq, mac, seal FROM journal_head ORDER BY chain")
        return (Head(chain=row["chain"], seq=row["seq"], mac=row["mac"], seal=row["seal"]) for row in rows)

    def ledgers(self) -> Iterator[Ledger]:
        """Every writer's ledger."""
        rows = self._rows("SELECT writer, total, entries, seal FROM ledger ORDER BY writer")
        return (
            Ledger(writer=row["writer"], total=row["total"], entries=row["entries"], seal=row["seal"]) for row in rows
        )

    def anchors(self) -> Iterator[Anchor]:
        """Every anchor."""
        rows = self._rows(
            "SELECT number, writer, anchored_at, chains, total, entries, seal FROM anchor ORDER BY number"
        )
        return (
            Anchor(
                number=row["number"],
                writer=row["writer"],
                anchored_at=row["anchored_at"],
                chains=row["chains"],
                total=row["total"],
                entries=row["entries"],
                seal=row["seal"],
            )
            for row in rows
        )

    def newest(self) -> int:
        """Return the number of the newest anchor, 0 for none."""
        (row,) = self._rows("SELECT COALESCE(MAX(number), 0) AS number FROM anchor")
        number: int = row["number"]
        return number

    def seal_of(self, number: int) -> object:
        """Return the seal of an anchor, or None."""
        return next((row["seal"] for row in self._rows("SELECT seal FROM anchor WHERE number = $1", number)), None)

    def _rows(self, query: str, *given: object) -> Iterator[asyncpg.Record]:
        cursor = self._run(self._connection.cursor(query, *given))
        while page := self._run(cursor.fetch(PAGE)):
            yield from page

    def _run(self, work: Any) -> Any:
        async def awaited() -> Any:
            return await work

        return self._runner.run(awaited())


def _row(found: asyncpg.Record) -> Row:
    """A row whose values are not what we write has no entry."""
    chain, seq, writer = found["chain"], found["seq"], found["writer"]
    row = Row(where=f"{chain}, entry {seq}", chain=chain, seq=seq, writer=writer)
    values = {name: found[name] for name in Entry.__struct_fields__}
    try:
        return replace(row, entry=msgspec.convert(values, type=Entry))
    except msgspec.ValidationError:
        return row
