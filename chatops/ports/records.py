"""Storage for plugins: namespaced documents, in transactions of their own, never part of a unit of work.

A plugin is a foreign system like any other: what it stores here, the core learns through the plugin's port only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from chatops.core.frozen import Frozen

MAX_COLUMNS = 4
"""Index columns a kind of document may declare."""


class Record(Frozen, frozen=True, kw_only=True):
    """A stored document."""

    kind: str
    id: str
    version: int
    """1 when new, one more with each write."""
    body: dict[str, Any]
    columns: Mapping[str, str] = {}
    text: str = ""
    """What text search looks at."""


class Write(Frozen, frozen=True, kw_only=True):
    """A document to write. `expected`: the version it must have now, 0 when it must be new, None for whatever."""

    kind: str
    id: str
    body: dict[str, Any]
    columns: Mapping[str, str] = {}
    text: str = ""
    expected: int | None = None


class Records(Protocol):
    """One plugin's documents. The namespace is the plugin's name; no other plugin sees them."""

    async def get(self, kind: str, id: str) -> Record | None:
        """Return a document, or None."""
        ...

    async def find(
        self, kind: str, *, limit: int = 100, offset: int = 0, newest: bool = False, **columns: str
    ) -> Sequence[Record]:
        """Return documents whose columns have these values, in the order they were first written."""
        ...

    async def search(self, kind: str, text: str, *, limit: int = 20) -> Sequence[Record]:
        """Return documents that contain words of `text`, best first. Any text is safe, operators mean nothing."""
        ...

    async def write(self, *writes: Write) -> Sequence[int]:
        """Write all or none; return the new versions. Raise chatops.errors.Conflict when an expectation fails."""
        ...

    async def delete(self, kind: str, id: str) -> None:
        """Delete a document. Harmless when there is none."""
        ...

    async def number(self, sequence: str) -> int:
        """Return the next number of a sequence, starting at 1."""
        ...
