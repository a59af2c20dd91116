"""The plugin: reads its settings and registers the ticket system."""

from __future__ import annotations

from collections.abc import Callable

from chatops import PluginContext, hookimpl
from chatops.ports.tickets import TicketSystem
from sample_tickets.desk import Desk
from sample_tickets.system import SampleTicketsSystem


class SampleTickets:
    """Settings: `name`, what stands before the colon in `NAME:1001` (`sampletickets`)."""

    def __init__(self, context: PluginContext) -> None:
        self.desk = Desk(context.clock.now)
        self.system = SampleTicketsSystem(self.desk, str(context.settings.get("name", "sampletickets")))

    @hookimpl
    def chatops_register_ticket_systems(self, register: Callable[[TicketSystem], None]) -> None:
        """Register the system."""
        register(self.system)
