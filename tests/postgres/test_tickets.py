"""The local ticket system keeps what the port promises on PostgreSQL, too."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chatops.ports.records import Records
from chatops.ports.tickets import NewTicket, Ref, WriteContext
from chatops.storage.postgres_records import PostgresRecords
from chatops.testing.clock import ManualClock
from chatops.testing.conformance.tickets import Premises, TicketSystemSuite
from local_desk import local_desk
from postgres_stores import postgres_store


@pytest.fixture
async def records(postgres_url: str) -> AsyncIterator[Records]:
    """The ticket system's documents."""
    store = postgres_store(postgres_url, ManualClock())
    await store.open()
    yield PostgresRecords(store, "local_tickets")
    await store.close()


class TestLocalTickets(TicketSystemSuite):
    """The whole port."""

    @pytest.fixture
    def premises(self, tmp_path: Path, records: Records) -> Premises:
        desk = local_desk(tmp_path, records=records)
        return Premises(
            system=desk.plugin.system,
            staff=(Ref(system="local", kind="person", id="anna"), Ref(system="local", kind="person", id="ben")),
            queue=Ref(system="local", kind="queue", id="billing"),
            customer=Ref(system="local", kind="account", id="acme"),
            pass_time=desk.clock.advance,
        )


async def test_cases_outlive_the_program(tmp_path: Path, records: Records) -> None:
    """A second start finds them, and adds nothing of the seed again."""
    first = local_desk(tmp_path, records=records).plugin.system
    made = await first.create(NewTicket(subject="Kept"), WriteContext(key="k"))

    second = local_desk(tmp_path, records=records).plugin.system

    assert await second.get(made.ref) == made
    assert len(await second.people()) == 2
    assert await second.create(NewTicket(subject="Kept"), WriteContext(key="k")) == made
