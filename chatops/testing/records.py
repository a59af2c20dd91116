"""Documents in memory: `chatops.ports.records.Records` for tests, with the same promises as the database."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from chatops.core.frozen import replace
from chatops.errors import Conflict
from chatops.ports.records import MAX_COLUMNS, Record, Write


class MemoryRecords:
    """One plugin's documents, gone with the object. Pass the same object to a second plugin to act out a restart."""

    def __init__(self) -> None:
        self._documents: dict[tuple[str, str], Record] = {}
        self._numbers: dict[str, int] = {}

    async def get(self, kind: str, id: str) -> Record | None:
        """Return a document, or None."""
        found = self._documents.get((kind, id))
        return None if found is None else _copy(found)

    async def find(
        self, kind: str, *, limit: int = 100, offset: int = 0, newest: bool = False, **columns: str
    ) -> Sequence[Record]:
        """Return documents whose columns have these values, in the order they were first written."""
        wanted = columns.items()
        found = [record for record in self._of(kind) if wanted <= dict(record.columns).items()]
        if newest:
            found.reverse()
        return [_copy(record) for record in found[offset : offset + limit]]

    async def search(self, kind: str, text: str, *, limit: int = 20) -> Sequence[Record]:
        """Return documents that contain words of `text`, those with the most of them first."""
        words = _words(text)
        ranked = [(len(words & _words(record.text)), record) for record in self._of(kind)]
        ranked = [(hits, record) for hits, record in ranked if hits]
        ranked.sort(key=lambda pair: -pair[0])
        return [_copy(record) for _hits, record in ranked[:limit]]

    async def write(self, *writes: Write) -> Sequence[int]:
        """Write all or none; return the new versions. Raise chatops.errors.Conflict when an expectation fails."""
        staged: dict[tuple[str, str], Record] = {}
        versions: list[int] = []
        for write in writes:
            key = (write.kind, write.id)
            present = staged.get(key) or self._documents.get(key)
            version = present.version if present else 0
            if write.expected is not None and write.expected != version:
                message = f"{write.kind} {write.id} has version {version}, not {write.expected}"
                raise Conflict(message)
            if len(write.columns) > MAX_COLUMNS:
                message = f"{write.kind} {write.id} has more than {MAX_COLUMNS} columns"
                raise ValueError(message)
            staged[key] = _copy(
                Record(
                    kind=write.kind,
                    id=write.id,
                    version=version + 1,
                    body=write.body,
                    columns=dict(write.columns),
                    text=write.text,
                )
            )
            versions.append(version + 1)
        self._documents.update(staged)
        return versions

    async def delete(self, kind: str, id: str) -> None:
        """Delete a document. Harmless when there is none."""
        self._documents.pop((kind, id), None)

    async def number(self, sequence: str) -> int:
        """Return the next number of a sequence, starting at 1."""
        self._numbers[sequence] = self._numbers.get(sequence, 0) + 1
        return self._numbers[sequence]

    def _of(self, kind: str) -> list[Record]:
        return [record for (own_kind, _id), record in self._documents.items() if own_kind == kind]


def _copy(record: Record) -> Record:
    """Return `record` with a body of its own, as if it had been written as JSON and read back."""
    return replace(record, body=msgspec.json.decode(msgspec.json.encode(record.body)))


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))
