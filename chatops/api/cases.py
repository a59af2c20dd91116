"""Cases by REST, as their ticket system has them now."""

from __future__ import annotations

from chatops.api.endpoint import Answered, Asked, Told
from chatops.api.shapes import CaseView, ClockView
from chatops.core.message import Identity
from chatops.errors import Missing, PortError, RateLimited
from chatops.ports.roster import Directory
from chatops.ports.tickets import Ref, Ticket, TicketSystems


class CaseReads:
    """Reads cases."""

    def __init__(self, tickets: TicketSystems, directory: Directory) -> None:
        self._tickets = tickets
        self._directory = directory

    async def show(self, asked: Asked) -> Answered:
        """Show one case."""
        name, key = asked.path["system"], asked.path["key"]
        if name not in self._tickets.names():
            raise Told(404, "not_found", f"No ticket system is called {name}.")
        system = self._tickets.system(name)
        try:
            ticket = await system.get(await system.resolve(key))
        except Missing:
            raise Told(404, "not_found", f"There is no case {name}:{key}.") from None
        except PortError as error:
            raise unwell(name, error) from error
        return Answered(body=self._case(ticket))

    def _case(self, ticket: Ticket) -> CaseView:
        owner = ticket.owner
        known = None
        if owner is not None:
            known = self._directory.by_identity(Identity(network=ticket.ref.system, id=owner.ref.id))
        return CaseView(
            system=ticket.ref.system,
            key=ticket.ref.key or ticket.ref.id,
            subject=ticket.subject,
            status=str(ticket.status),
            vendor_status=ticket.vendor_status,
            priority=str(ticket.priority),
            customer=ticket.customer.name if ticket.customer is not None else "",
            segment=ticket.customer.segment if ticket.customer is not None else "",
            owner=known.name if known is not None else owner.name if owner is not None else "",
            owner_id=known.id if known is not None else None,
            clocks=tuple(ClockView(name=one.name, state=one.state, due=one.due) for one in ticket.clocks),
            tags=ticket.tags,
            created_at=ticket.created_at,
            updated_at=ticket.updated_at,
            url=ticket.ref.url,
        )


async def ref_of(tickets: TicketSystems, words: str) -> Ref | None:
    """Return the case that `demo:1001` means; None when there is none. Raise Told when its system is unwell."""
    name, _colon, key = words.partition(":")
    if name not in tickets.names() or not key:
        return None
    try:
        return await tickets.system(name).resolve(key)
    except Missing:
        return None
    except PortError as error:
        raise unwell(name, error) from error


def unwell(system: str, error: PortError) -> Told:
    """Return what is said while a ticket system does not show what it has."""
    after = int(error.retry_after) + 1 if isinstance(error, RateLimited) else 5
    return Told(503, "try_later", f"{system} does not show its cases just now.", after=after)
