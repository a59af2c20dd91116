"""Documents and secrets keep their promises on PostgreSQL, too."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from chatops.ports.records import Records
from chatops.ports.secrets import Secrets
from chatops.storage.postgres_records import PostgresRecords
from chatops.storage.secrets import SealedSecrets
from chatops.testing.clock import ManualClock
from chatops.testing.conformance.records import RecordsSuite, ticket
from chatops.testing.conformance.secrets import SecretsSuite
from postgres_server import Postgres
from postgres_stores import postgres_store

KEY = b"what lies beside the database"
TOKEN = "syt_Y2hhdG9wcw_a-token-to-be-found"

Space = Callable[[str], Records]


@pytest.fixture
async def space(postgres_url: str) -> AsyncIterator[Space]:
    """The documents of each namespace."""
    store = postgres_store(postgres_url, ManualClock())
    await store.open()
    yield lambda namespace: PostgresRecords(store, namespace)
    await store.close()


class TestRecords(RecordsSuite):
    """Documents."""

    @pytest.fixture
    def space(self, space: Space) -> Space:
        return space

    async def test_accents_do_not_matter(self, records: Records) -> None:
        """Who types without accents finds words that have them, and the other way round."""
        await records.write(ticket("1", text="Rückerstattung für Zoë"))
        assert [record.id for record in await records.search("ticket", "ruckerstattung")] == ["1"]
        assert [record.id for record in await records.search("ticket", "ZOE")] == ["1"]


class TestSecrets(SecretsSuite):
    """What only this server can read."""

    @pytest.fixture
    def of(self, space: Space) -> Callable[[str], Secrets]:
        return lambda plugin: SealedSecrets(space("secrets"), plugin, KEY)

    async def test_they_stand_nowhere_in_the_database(
        self, space: Space, postgres: Postgres, postgres_url: str
    ) -> None:
        """Who has the database alone reads nothing."""
        await SealedSecrets(space("secrets"), "plugin", KEY).write("token", TOKEN)

        rows = postgres.psql("SELECT * FROM record; SELECT * FROM record_column;", postgres_url)
        assert "sealed" in rows
        assert TOKEN not in rows
