"""Reading plugins' documents through Tortoise: the same for every database."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

import msgspec
from tortoise.connection import get_connection
from tortoise.expressions import Subquery

from chatops.ports.records import MAX_COLUMNS, Record, Write
from chatops.storage.models import RecordColumn, RecordRow
from chatops.storage.names import storable
from chatops.storage.reads import Reads
from chatops.storage.schema import CONNECTION

Question = Callable[[str, str, str, int], tuple[str, list[str | int]] | None]
"""(namespace, kind, text, limit) → the query of a database's own text search; None when the text has no word."""


class ReadingRecords:
    """The part of `chatops.ports.records.Records` that every database answers in the same way."""

    def __init__(self, reads: Callable[[], Reads], namespace: str, question: Question) -> None:
        """`reads`: the store's reading connections, which are others after it was closed and opened."""
        self._reads = reads
        self._namespace = namespace
        self._question = question

    async def get(self, kind: str, id: str) -> Record | None:
        """Return a document, or None."""
        return await self._reads().ask(get(self._namespace, kind, id))

    async def find(
        self, kind: str, *, limit: int = 100, offset: int = 0, newest: bool = False, **columns: str
    ) -> Sequence[Record]:
        """Return documents whose columns have these values, in the order they were first written."""
        question = find(self._namespace, kind, columns, limit=limit, offset=offset, newest=newest)
        return await self._reads().ask(question)

    async def search(self, kind: str, text: str, *, limit: int = 20) -> Sequence[Record]:
        """Return documents that contain words of `text`, best first."""
        question = self._question(self._namespace, kind, text, limit)
        return () if question is None else await self._reads().ask(ranked(*question))


def bodies(writes: Sequence[Write]) -> list[str]:
    """Return the bodies as stored. Raise ValueError when a document has too many columns."""
    for write in writes:
        if len(write.columns) > MAX_COLUMNS:
            message = f"{write.kind} {write.id} has more than {MAX_COLUMNS} columns"
            raise ValueError(message)
    return [msgspec.json.encode(write.body).decode() for write in writes]


async def get(namespace: str, kind: str, ident: str) -> Record | None:
    """Return a document, or None."""
    row = await RecordRow.get_or_none(namespace=namespace, kind=kind, ident=ident) if storable(ident) else None
    return None if row is None else _record(row)


async def find(
    namespace: str, kind: str, columns: Mapping[str, str], *, limit: int, offset: int, newest: bool
) -> list[Record]:
    """Return documents whose columns have these values, in the order they were first written."""
    if not storable(values=columns.values()):
        return []
    query = RecordRow.filter(namespace=namespace, kind=kind)
    for name, value in columns.items():
        owners = RecordColumn.filter(namespace=namespace, kind=kind, name=name, value=value).values("owner")
        query = query.filter(number__in=Subquery(owners))
    return [_record(row) for row in await query.order_by("-number" if newest else "number").offset(offset).limit(limit)]


async def ranked(query: str, given: list[str | int]) -> list[Record]:
    """Return the documents whose numbers a query returns, in its order."""
    found = [row["number"] for row in await get_connection(CONNECTION).execute_query_dict(query, given)]
    rows = {row.number: row for row in await RecordRow.filter(number__in=found)}
    return [_record(rows[number]) for number in found if number in rows]


def _record(row: RecordRow) -> Record:
    return Record(
        kind=row.kind,
        id=row.ident,
        version=row.version,
        body=msgspec.json.decode(row.body),
        columns=json.loads(row.columns),
        text=row.text,
    )
