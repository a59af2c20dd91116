"""The fake keeps what the port promises, and fails when told to."""

from __future__ import annotations

import pytest

from chatops.errors import OutcomeUnknown, Unreachable
from chatops.ports.tickets import Audience, WriteContext
from chatops.testing.clock import ManualClock
from chatops.testing.conformance.tickets import Premises, TicketSystemSuite
from chatops.testing.tickets import FakeTickets


class TestFakeTickets(TicketSystemSuite):
    """The fake is honest."""

    @pytest.fixture
    def premises(self) -> Premises:
        clock = ManualClock()
        fake = FakeTickets(clock=clock)
        return Premises(
            system=fake,
            staff=(
                fake.add_person("anna", "Anna Example", email="anna@example.com"),
                fake.add_person("ben", "Ben Sample", email="ben@example.com"),
            ),
            queue=fake.add_queue("billing"),
            customer=fake.add_customer("acme", "Acme"),
            pass_time=clock.advance,
        )


async def test_a_lost_answer_leaves_the_write_done() -> None:
    """As when the network breaks after the server has committed."""
    fake = FakeTickets()
    ticket = fake.add_ticket("Lost")
    fake.fail(OutcomeUnknown("no answer"), when="after")

    with pytest.raises(OutcomeUnknown):
        await fake.comment(ticket, "Hello", Audience.INTERNAL, WriteContext(key="k"))

    assert [comment.text for comment in await fake.comments(ticket)] == ["Hello"]


async def test_an_outage_ends_when_told() -> None:
    """Until then everything fails, and nothing is written."""
    fake = FakeTickets()
    ticket = fake.add_ticket("Down")
    fake.fail(Unreachable("down"), when="always")

    for _attempt in range(2):
        with pytest.raises(Unreachable):
            await fake.comment(ticket, "Hello", Audience.INTERNAL, WriteContext(key="k"))
    assert not all(result.ok for result in await fake.check())
    fake.recover()

    assert not await fake.comments(ticket)
