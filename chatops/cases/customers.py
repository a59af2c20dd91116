"""Finds customers and what is known of them."""

from __future__ import annotations

from chatops.cases.desk import CaseDesk, reading
from chatops.core.text import _, said
from chatops.errors import Ambiguous, BadArgument, Impossible, NotFound
from chatops.ports.ticket_extras import CustomerRecord, CustomerRecords
from chatops.ports.tickets import Ref, TicketSystem


async def record_of(system: TicketSystem, customer: Ref) -> CustomerRecord | None:
    """Return master data; None when the system keeps none. Raise a Refusal, or TryLater."""
    if not (system.capabilities.customer_records and isinstance(system, CustomerRecords)):
        return None
    with reading(system):
        return await system.customer_record(customer)


async def chosen_customer(desk: CaseDesk, name: str, command: str, *, within: str = "") -> tuple[TicketSystem, Ref]:
    """Return the one customer called `name` (`acme`, `demo:acme`). Raise NotFound, Ambiguous or BadArgument."""
    prefix, colon, rest = name.partition(":")
    names = [within] if within else list(desk.tickets.names())
    if colon and prefix in desk.tickets.names():
        names, name = [prefix], rest
    if not name.strip():
        raise BadArgument(_("Which customer?"), commands=(f"{command} ACME",))
    found = []
    asked = False
    for one in names:
        system = desk.system(one)
        if system.capabilities.customer_records and isinstance(system, CustomerRecords):
            asked = True
            with reading(system):
                found += [(system, customer) for customer in await system.find_customers(name)]
    if not asked:
        raise Impossible(_("No connected ticket system keeps master data of customers."))
    if not found:
        raise NotFound(_("No customer is called {name}.", name=said(name)))
    if len(found) > 1:
        raise Ambiguous(
            _("Several customers are called {name}. Choose one.", name=said(name)),
            commands=tuple(f"{command} {customer.ref.system}:{customer.ref.id}" for _system, customer in found),
        )
    return found[0][0], found[0][1].ref
