"""The commands of cases."""

from __future__ import annotations

from chatops.cases.cards import case_card
from chatops.core.command import Option, command
from chatops.core.message import Identity
from chatops.core.params import TicketName
from chatops.core.text import _
from chatops.core.unit import Unit
from chatops.engine.ticket_lookup import find_ticket
from chatops.ports.roster import Directory
from chatops.ports.tickets import TicketSystems


class CaseCommands:
    """Everything people say about cases."""

    def __init__(self, directory: Directory, tickets: TicketSystems) -> None:
        self._directory = directory
        self._tickets = tickets

    @command(
        "case show",
        who="staff",
        summary=_("Show a case: customer, status, owner, clocks"),
        aliases={"de": ("fall zeigen", "fall anzeigen"), "nl": ("zaak tonen", "zaak bekijken")},
        examples=("case show demo:1001",),
        options={"case": Option(label=_("case"))},
        acts=False,
    )
    async def show(self, unit: Unit, case: TicketName) -> None:
        """Show a case as its system has it now."""
        ticket = await find_ticket(self._tickets, case)
        owner = None
        if ticket.owner is not None:
            owner = self._directory.by_identity(Identity(network=ticket.ref.system, id=ticket.owner.ref.id))
        unit.answer(case_card(ticket, owner.name if owner is not None else None))
