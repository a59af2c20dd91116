"""Every store keeps every promise of the port."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatops.core.codec import Codec
from chatops.core.journal import Seal
from chatops.ports.store import Store
from chatops.storage.sqlite import SqliteStore
from chatops.testing.clock import ManualClock
from chatops.testing.conformance.store import StoreSuite
from chatops.testing.memory_store import MemoryStore

KEY = b"a key for the journals of tests, 32+"


class TestMemory(StoreSuite):
    """In memory."""

    async def make(self, folder: Path, clock: ManualClock) -> Store:
        return MemoryStore(seal=Seal(KEY), clock=clock)


@pytest.mark.usefixtures("database")
class TestSqlite(StoreSuite):
    """In a file."""

    async def make(self, folder: Path, clock: ManualClock) -> Store:
        return SqliteStore(folder / "chatops.db", Codec(), Seal(KEY), clock)
