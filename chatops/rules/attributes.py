"""What rules look at: a case at one moment. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from chatops.core.frozen import Frozen, Instant
from chatops.ports.tickets import Ticket

Owned = Literal["known", "unknown", "none"]


class CaseFacts(Frozen, frozen=True, kw_only=True):
    """A case as rules see it."""

    now: Instant
    system: str = ""
    priority: str = ""
    status: str = ""
    segment: str = ""
    country: str = ""
    tags: tuple[str, ...] = ()
    queue: tuple[str, ...] = ()
    """What its queue is called: its key, its id."""
    origin: str = ""
    entitlement: tuple[str, ...] = ()
    """Name and level."""
    owner: Owned = "none"
    owner_pods: tuple[str, ...] = ()
    """Ids of the pods its owner is in."""
    text: str = ""
    age: float = 0.0
    """Seconds since it was made."""
    sla_left: float | None = None
    """Seconds until its first running clock ends, below zero when one was missed; None: no clock runs."""


def facts_of(ticket: Ticket, now: datetime, *, known: bool, pods: tuple[str, ...] = ()) -> CaseFacts:
    """Return what rules see of a ticket. `known`: whether its owner is in the directory, with the ids of their `pods`."""
    owner: Owned = "none" if ticket.owner is None else "known" if known else "unknown"
    plan = ticket.entitlement
    return CaseFacts(
        now=now,
        system=ticket.ref.system,
        priority=str(ticket.priority),
        status=str(ticket.status),
        segment=ticket.customer.segment if ticket.customer else "",
        country=ticket.customer.country if ticket.customer else "",
        tags=ticket.tags,
        queue=() if ticket.queue is None else tuple(dict.fromkeys(filter(None, (ticket.queue.key, ticket.queue.id)))),
        origin=ticket.origin,
        entitlement=() if plan is None else tuple(filter(None, (plan.name, plan.level))),
        owner=owner,
        owner_pods=pods if owner == "known" else (),
        text=f"{ticket.subject}\n{ticket.description}",
        age=(now - ticket.created_at).total_seconds(),
        sla_left=_left(ticket, now),
    )


def _left(ticket: Ticket, now: datetime) -> float | None:
    dues = [
        (clock.due - now).total_seconds() if clock.due is not None else -1.0
        for clock in ticket.clocks
        if clock.state == "breached" or (clock.state == "running" and clock.due is not None)
    ]
    return min(dues, default=None)
