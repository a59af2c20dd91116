"""The plugin: reads its settings and registers the ticket system."""

from __future__ import annotations

from collections.abc import Callable

from chatops import PluginContext, hookimpl
from chatops.ports.tickets import TicketSystem
from starter_tickets.desk import Desk
from starter_tickets.system import StarterTicketsSystem


class StarterTickets:
    """Settings: `name`, what stands before the colon in `NAME:1001` (`startertickets`)."""

    def __init__(self, context: PluginContext) -> None:
        self.desk = Desk(context.clock.now)
        self.system = StarterTicketsSystem(self.desk, str(context.settings.get("name", "startertickets")))

    @hookimpl
    def chatops_register_ticket_systems(self, register: Callable[[TicketSystem], None]) -> None:
        """Register the system."""
        register(self.system)
