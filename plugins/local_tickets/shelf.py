"""Documents by type, and writes that happen once per key."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from chatops.errors import Conflict, Invalid, Missing, Unreachable
from chatops.ports.records import Record, Records, Write
from local_tickets.documents import Document, DocumentT, DoneDoc, read, written

TRIES = 25
"""Times a write is decided anew because somebody else wrote meanwhile."""

PAGE = 500

Prepared = tuple[Sequence[Write], str]
"""What to write, and the id of what comes of it."""


class Shelf:
    """The plugin's records, typed."""

    def __init__(self, records: Records) -> None:
        self.records = records

    async def find(self, kind: type[DocumentT], id: str) -> tuple[DocumentT, int] | None:
        """Return a document and its version, or None."""
        record = await self.records.get(kind.kind, id)
        return None if record is None else (read(kind, record), record.version)

    async def need(self, kind: type[DocumentT], id: str) -> tuple[DocumentT, int]:
        """Return a document and its version. Raise Missing."""
        found = await self.find(kind, id)
        if found is None:
            message = f"there is no {kind.kind} {id}"
            raise Missing(message)
        return found

    async def all(self, kind: type[DocumentT], columns: Mapping[str, str] | None = None) -> list[tuple[DocumentT, int]]:
        """Return every document of a kind with these columns, and their versions, in the order they were written."""
        found: list[tuple[DocumentT, int]] = []
        while True:
            records = await self._page(kind, columns or {}, limit=PAGE, offset=len(found))
            found.extend((read(kind, record), record.version) for record in records)
            if len(records) < PAGE:
                return found

    async def newest(self, kind: type[DocumentT], limit: int, columns: Mapping[str, str]) -> list[DocumentT]:
        """Return the last `limit` documents written, oldest first."""
        records = await self._page(kind, columns, limit=max(limit, 0), newest=True)
        return [read(kind, record) for record in reversed(records)]

    async def search(self, kind: type[DocumentT], text: str, limit: int) -> list[tuple[DocumentT, int]]:
        """Return documents with words of `text`, and their versions, best first."""
        return [
            (read(kind, record), record.version) for record in await self.records.search(kind.kind, text, limit=limit)
        ]

    async def _page(
        self, kind: type[Document], columns: Mapping[str, str], *, limit: int, offset: int = 0, newest: bool = False
    ) -> Sequence[Record]:
        # Columns are named by the caller's keywords, which a type checker cannot tell from `limit`.
        named: dict[str, Any] = dict(columns)
        return await self.records.find(kind.kind, limit=limit, offset=offset, newest=newest, **named)

    async def once(self, key: str, act: str, prepare: Callable[[], Awaitable[Prepared]]) -> str:
        """Write what `prepare` decides, unless it was written under `key` before; return the id it told then.

        `prepare` is asked again when something it read has moved on, so it must not change anything itself.
        """
        for _attempt in range(TRIES):
            done = await self.find(DoneDoc, key)
            if done is not None:
                if done[0].act != act:
                    message = f"the key was used before, to {done[0].act}"
                    raise Invalid(message, fields={"key": ["used for something else"]})
                return done[0].result
            writes, result = await prepare()
            try:
                await self.records.write(*writes, written(DoneDoc(id=key, act=act, result=result), expected=0))
            except Conflict:
                continue
            return result
        message = "too many people write here at once"
        raise Unreachable(message)


def fresh(*documents: Document) -> list[Write]:
    """Return the writes of documents that must be new."""
    return [written(document, expected=0) for document in documents]
