"""Finds the ticket somebody names, and tells them what would work when it cannot be found."""

from __future__ import annotations

from chatops.core.params import TicketName
from chatops.core.text import Code, _, listed, said
from chatops.errors import Ambiguous, Missing, NotFound, PortError, RateLimited, Refusal, TryLater, Unreachable
from chatops.ports.tickets import Ticket, TicketSystem, TicketSystems


async def find_ticket(tickets: TicketSystems, name: TicketName) -> Ticket:
    """Return the ticket somebody names. Raise NotFound, Ambiguous, TryLater while its system is unwell, else Refusal."""
    systems = [_connected(tickets, name.system)] if name.system else [tickets.system(own) for own in tickets.names()]
    found: list[Ticket] = []
    unwell: TryLater | None = None
    for system in systems:
        try:
            found.append(await system.get(await system.resolve(name.id or name.typed)))
        except Missing:
            continue
        except PortError as error:
            unwell = _unwell(system, error)
    if len(found) > 1:
        raise Ambiguous(
            _("Several systems have a ticket {name}.", name=said(name.typed)),
            commands=tuple(str(ticket.ref) for ticket in found),
        )
    if found:
        return found[0]
    if unwell is not None:
        raise unwell
    example = f"{systems[0].name}:1001" if systems else "demo:1001"
    raise NotFound(
        _("There is no ticket {name}.", name=said(name.typed)),
        hint=_("Write it as its system calls it, for example {example}.", example=Code(code=example)),
    )


def _connected(tickets: TicketSystems, name: str) -> TicketSystem:
    try:
        return tickets.system(name)
    except KeyError:
        raise NotFound(
            _("No ticket system is called {name}.", name=said(name)),
            hint=_("Connected: {systems}.", systems=listed(*tickets.names())),
        ) from None


def _unwell(system: TicketSystem, error: PortError) -> TryLater:
    """Return what is worth another try; raise a Refusal for what is not."""
    name = said(system.name)
    if isinstance(error, RateLimited):
        return TryLater(_("{system} is busy just now.", system=name), after=error.retry_after)
    if isinstance(error, Unreachable):
        return TryLater(_("{system} does not answer just now.", system=name))
    raise Refusal(
        _("{system} did not show the ticket: {reason}.", system=name, reason=said(str(error))),
        hint=_("Ask an admin to look at the connection."),
    ) from error
