"""What a unit of work can look up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from chatops.core.commit import Stored
from chatops.core.journal import Entry


class Facts(Protocol):
    """What a unit can look up. The store behind it answers with committed facts only."""

    async def get(self, kind: str, id: str) -> Stored | None:
        """Return one aggregate, or None."""
        ...

    async def find(self, kind: str, keys: Mapping[str, str], *, limit: int = 200) -> Sequence[Stored]:
        """Return those that have all of `keys`, oldest first."""
        ...

    async def allocate(self, sequence: str) -> int:
        """Return the next number of a sequence, never given out before. A number may be skipped after a crash."""
        ...

    async def entries(self, chain: str, *, after: int = 0, limit: int = 200, newest: bool = False) -> Sequence[Entry]:
        """Return the first `limit` entries of a journal after a number, or the `newest`; always oldest first."""
        ...
