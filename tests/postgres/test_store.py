"""PostgreSQL keeps every promise of the store, as SQLite and memory do."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatops.ports.store import Store
from chatops.testing.clock import ManualClock
from chatops.testing.conformance.store import StoreSuite
from postgres_stores import postgres_store


class TestPostgres(StoreSuite):
    """On a server."""

    @pytest.fixture(autouse=True)
    def _database(self, postgres_url: str) -> None:
        self.url = postgres_url

    async def make(self, folder: Path, clock: ManualClock) -> Store:
        return postgres_store(self.url, clock)
