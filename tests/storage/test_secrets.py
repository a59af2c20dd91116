"""Secrets keep their promises, in memory and encrypted in SQLite."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from chatops.errors import StoreError
from chatops.ports.records import Write
from chatops.ports.secrets import Secrets
from chatops.storage.records import SqliteRecords
from chatops.storage.secrets import KIND, SealedSecrets
from chatops.testing.clock import ManualClock
from chatops.testing.conformance.secrets import SecretsSuite
from chatops.testing.records import MemoryRecords
from chatops.testing.secrets import MemorySecrets
from sqlite_stores import sqlite_store

KEY = b"what lies beside the database"
TOKEN = "syt_Y2hhdG9wcw_a-token-to-be-found"


class TestMemory(SecretsSuite):
    """In memory."""

    @pytest.fixture
    def of(self) -> Callable[[str], Secrets]:
        plugins: dict[str, Secrets] = defaultdict(MemorySecrets)
        return plugins.__getitem__


class TestSealed(SecretsSuite):
    """Encrypted, in a file."""

    @pytest.fixture
    async def of(self, database: Path) -> AsyncIterator[Callable[[str], Secrets]]:
        store = sqlite_store(database, ManualClock())
        await store.open()
        yield lambda plugin: SealedSecrets(SqliteRecords(store, "secrets"), plugin, KEY)
        await store.close()

    async def test_they_survive_and_stand_nowhere_in_the_file(self, database: Path) -> None:
        """After reopening they are there; who has the database alone reads nothing."""
        before = None
        for _start in range(2):
            store = sqlite_store(database, ManualClock())
            await store.open()
            secrets = SealedSecrets(SqliteRecords(store, "secrets"), "plugin", KEY)
            before = await secrets.read("token")
            await secrets.write("token", TOKEN)
            await store.close()

        assert before == TOKEN
        for file in database.parent.iterdir():
            assert TOKEN.encode() not in file.read_bytes()
            assert KEY not in file.read_bytes()


async def test_another_key_opens_nothing() -> None:
    """It says which file is missing, and neither key nor secret."""
    records = MemoryRecords()
    await SealedSecrets(records, "plugin", KEY).write("token", TOKEN)

    with pytest.raises(StoreError, match=r"another secrets\.key") as raised:
        await SealedSecrets(records, "plugin", b"another").read("token")

    assert TOKEN not in str(raised.value)


async def test_a_secret_put_in_the_place_of_another_does_not_open() -> None:
    """Its name and plugin are sealed in."""
    records = MemoryRecords()
    await SealedSecrets(records, "one", KEY).write("token", TOKEN)
    (sealed,) = await records.find(KIND)
    await SealedSecrets(records, "two", KEY).write("token", "x")
    other = next(record for record in await records.find(KIND) if record.id != sealed.id)
    await records.write(Write(kind=KIND, id=other.id, body=sealed.body))

    with pytest.raises(StoreError):
        await SealedSecrets(records, "two", KEY).read("token")


async def test_the_same_secret_never_looks_the_same() -> None:
    """So that nobody sees from outside whether it has changed."""
    records = MemoryRecords()
    secrets = SealedSecrets(records, "plugin", KEY)
    seen = []
    for _time in range(2):
        await secrets.write("token", TOKEN)
        seen.append((await records.find(KIND))[0].body["sealed"])

    assert seen[0] != seen[1]


@pytest.mark.parametrize("sealed", ["", "AAAA", "!", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"])
async def test_a_damaged_secret_is_a_store_error(sealed: str) -> None:
    """Not something nobody expects."""
    records = MemoryRecords()
    secrets = SealedSecrets(records, "plugin", KEY)
    await secrets.write("token", TOKEN)
    (record,) = await records.find(KIND)
    await records.write(Write(kind=KIND, id=record.id, body={"sealed": sealed}))

    with pytest.raises(StoreError):
        await secrets.read("token")
