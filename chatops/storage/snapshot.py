"""One consistent view of a whole database, whichever holds it: what a backup is made from, and checked against."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Literal, Protocol

from chatops.core.journal import Anchor
from chatops.errors import StoreError
from chatops.storage.archive import Counting, Row, Sum, Table


class Snapshot(Protocol):
    """As of one moment, however long it is read. The server may go on writing meanwhile."""

    @property
    def database(self) -> Literal["sqlite", "postgresql"]:
        """What holds it."""
        ...

    @property
    def migrations(self) -> tuple[str, ...]:
        """Those it has had, oldest first; all of them known to this program."""
        ...

    @property
    def anchor(self) -> Anchor | None:
        """The journals' newest."""
        ...

    @property
    def tables(self) -> tuple[Table, ...]:
        """All of them, by name."""
        ...

    def rows(self, table: Table) -> AsyncIterator[Sequence[Row]]:
        """Yield a table's rows in order of the key, some at a time.

        Raise StoreUnavailable, or StoreError for a row that this program cannot have written.
        """
        ...


async def sum_of(snapshot: Snapshot, table: Table) -> Sum:
    """Return what an archive would tell of a table."""
    counting = Counting()
    async for rows in snapshot.rows(table):
        counting.add(rows)
    return counting.sum


def never_written(table: Table, column: str, key: object) -> StoreError:
    """Return the error for a value that this program never writes."""
    return StoreError(
        f"The table {table.name} has in {column}, row {key}, what this program never writes, so no backup can hold it. "
        "See whether somebody changed the database: chatops audit verify. To keep it as it is, stop the server and copy "
        "the database's own files."
    )
