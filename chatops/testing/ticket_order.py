"""In which order a list of cases comes, as a query asks for it."""

from __future__ import annotations

from collections.abc import Callable

from chatops.ports.tickets import Priority, Ticket, TicketQuery

_RANK = (Priority.URGENT, Priority.HIGH, Priority.NORMAL, Priority.LOW, Priority.UNSET)


def order(query: TicketQuery) -> Callable[[Ticket], tuple[float, int]]:
    """Return the key to sort cases by."""

    def newest(ticket: Ticket) -> tuple[float, int]:
        return -ticket.created_at.timestamp(), -int(ticket.ref.id)

    def oldest(ticket: Ticket) -> tuple[float, int]:
        return ticket.created_at.timestamp(), int(ticket.ref.id)

    def due(ticket: Ticket) -> tuple[float, int]:
        dues = [clock.due.timestamp() for clock in ticket.clocks if clock.due]
        return min(dues, default=float("inf")), int(ticket.ref.id)

    def priority(ticket: Ticket) -> tuple[float, int]:
        return _RANK.index(ticket.priority), int(ticket.ref.id)

    return {"newest": newest, "oldest": oldest, "due": due, "priority": priority}[query.sort]
