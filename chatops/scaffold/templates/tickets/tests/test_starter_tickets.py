"""The system keeps every promise the server relies on: the suite that comes with the server says so."""

from __future__ import annotations

import pytest

from chatops.ports.tickets import NewTicket, Ref, Status, TicketSystem, WriteContext
from chatops.testing.clock import ManualClock
from chatops.testing.conformance.tickets import Premises, TicketSystemSuite
from chatops.testing.context import plugin_context
from starter_tickets.desk import Desk
from starter_tickets.plugin import StarterTickets
from starter_tickets.system import StarterTicketsSystem

NAME = "startertickets"


def person(id_: str) -> Ref:
    """Return somebody's reference."""
    return Ref(system=NAME, kind="person", id=id_, key=id_)


class TestStarterTickets(TicketSystemSuite):
    """Every promise of the port; what `capabilities` does not name is not asked for."""

    @pytest.fixture
    def premises(self) -> Premises:
        """Return the system with two people and a queue."""
        clock = ManualClock()
        desk = Desk(clock.now)
        desk.people = {"anna": ("Anna Example", "anna@example.com"), "ben": ("Ben Other", "ben@example.com")}
        desk.teams = {"billing": "Billing"}
        return Premises(
            system=StarterTicketsSystem(desk, NAME),
            staff=(person("anna"), person("ben")),
            queue=Ref(system=NAME, kind="queue", id="billing", key="billing"),
            pass_time=clock.advance,
        )


async def test_words_we_do_not_know_are_shown_as_they_are() -> None:
    """A state that the system invents later breaks nothing."""
    plugin = StarterTickets(plugin_context())
    registered: list[TicketSystem] = []
    plugin.chatops_register_ticket_systems(registered.append)
    [system] = registered
    made = await system.create(_new("Printer on fire"), WriteContext(key="k"))
    row = plugin.desk.rows[int(made.ref.id)]
    plugin.desk.rows[row.number] = type(row)(row.number, row.subject, row.text, state="in orbit")
    ticket = await system.get(made.ref)
    assert (ticket.status, ticket.vendor_status) == (Status.UNKNOWN, "in orbit")


def _new(subject: str) -> NewTicket:
    return NewTicket(subject=subject)
