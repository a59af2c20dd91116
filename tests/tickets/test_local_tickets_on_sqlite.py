"""The local ticket system keeps what the port promises in the database, too."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chatops.core.codec import Codec
from chatops.core.journal import Seal
from chatops.ports.tickets import NewTicket, Ref, WriteContext
from chatops.storage.records import SqliteRecords
from chatops.storage.sqlite import SqliteStore
from chatops.testing.clock import ManualClock
from chatops.testing.conformance.tickets import Premises, TicketSystemSuite
from local_desk import local_desk

KEY = b"a key for the journals of tests, 32+"


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database, made once: migrating takes longer than most of these tests."""
    file = tmp_path_factory.mktemp("migrated") / "chatops.db"

    async def make() -> None:
        store = SqliteStore(file, Codec(), Seal(KEY), ManualClock())
        await store.open()
        await store.close()

    asyncio.run(make())
    return file


@pytest.fixture
async def store(tmp_path: Path, migrated: Path) -> AsyncIterator[SqliteStore]:
    shutil.copy(migrated, tmp_path / "chatops.db")
    store = SqliteStore(tmp_path / "chatops.db", Codec(), Seal(KEY), ManualClock())
    await store.open()
    yield store
    await store.close()


class TestLocalTicketsOnSqlite(TicketSystemSuite):
    """The whole port."""

    @pytest.fixture
    def premises(self, tmp_path: Path, store: SqliteStore) -> Premises:
        desk = local_desk(tmp_path, records=SqliteRecords(store, "local_tickets"))
        return Premises(
            system=desk.plugin.system,
            staff=(Ref(system="local", kind="person", id="anna"), Ref(system="local", kind="person", id="ben")),
            queue=Ref(system="local", kind="queue", id="billing"),
            customer=Ref(system="local", kind="account", id="acme"),
            pass_time=desk.clock.advance,
        )


async def test_cases_outlive_the_program(tmp_path: Path, store: SqliteStore) -> None:
    """A second start finds them, and adds nothing of the seed again."""
    first = local_desk(tmp_path, records=SqliteRecords(store, "local_tickets")).plugin.system
    made = await first.create(NewTicket(subject="Kept"), WriteContext(key="k"))

    second = local_desk(tmp_path, records=SqliteRecords(store, "local_tickets")).plugin.system

    assert await second.get(made.ref) == made
    assert len(await second.people()) == 2
    assert await second.create(NewTicket(subject="Kept"), WriteContext(key="k")) == made
