"""Documents keep their promises, in memory and on SQLite."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from chatops.ports.records import Records
from chatops.storage.records import SqliteRecords
from chatops.testing.clock import ManualClock
from chatops.testing.conformance.records import RecordsSuite, ticket
from chatops.testing.records import MemoryRecords
from sqlite_stores import sqlite_store


class TestMemory(RecordsSuite):
    """In memory."""

    @pytest.fixture
    def space(self) -> Callable[[str], Records]:
        spaces: dict[str, Records] = defaultdict(MemoryRecords)
        return spaces.__getitem__


class TestSqlite(RecordsSuite):
    """In a file."""

    @pytest.fixture
    async def space(self, database: Path) -> AsyncIterator[Callable[[str], Records]]:
        store = sqlite_store(database, ManualClock())
        await store.open()
        yield lambda namespace: SqliteRecords(store, namespace)
        await store.close()

    async def test_accents_do_not_matter(self, records: Records) -> None:
        """Who types without accents finds words that have them, and the other way round."""
        await records.write(ticket("1", text="Rückerstattung für Zoë"))
        assert [record.id for record in await records.search("ticket", "ruckerstattung")] == ["1"]
        assert [record.id for record in await records.search("ticket", "ZOE")] == ["1"]

    async def test_documents_survive(self, database: Path) -> None:
        """After reopening everything is there and found."""
        store = sqlite_store(database, ManualClock())
        await store.open()
        await SqliteRecords(store, "local").write(ticket("1", columns={"state": "open"}, text="alpha"))
        await store.close()
        await store.open()
        again = SqliteRecords(store, "local")
        assert [record.id for record in await again.search("ticket", "alpha")] == ["1"]
        assert [record.id for record in await again.find("ticket", state="open")] == ["1"]
        await store.close()
