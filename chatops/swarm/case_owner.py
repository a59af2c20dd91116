"""Looks now and then whose the cases of live swarms are in their ticket systems, and tells when that has changed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

from chatops.core.effects import Timer
from chatops.core.events import EffectSettled
from chatops.core.frozen import Aggregate, Body, replace
from chatops.core.unit import Unit
from chatops.engine.started import ServerStarted
from chatops.engine.ticket_asked import AskedAssign
from chatops.engine.ticket_events import CaseReassigned, case_lane
from chatops.errors import Missing, PortError
from chatops.hookspecs import Listener
from chatops.ports.tickets import UNSET, Ref, Ticket, TicketPerson, TicketSystems, Unset
from chatops.swarm.model import Swarm, case_key

EVERY = 900
"""Seconds between looks."""
MOST = 20
"""Cases asked for in one look; the next one goes on behind them."""
PATIENCE = 10.0
"""Seconds that one look may take."""
SWARMS = 2000
"""Open swarms that are known of, at most."""


class CaseOwner(Aggregate, frozen=True, kw_only=True):
    """Whose a case was in its ticket system when we looked last. Its id is the case's key."""

    kind: ClassVar[str] = "swarm.case_owner"

    owner: str = ""
    """Their id there; empty: nobody's."""


class OwnersLook(Body, frozen=True, kw_only=True):
    """Time to look."""

    kind: ClassVar[str] = "swarm.owners_look"

    system: str


class OwnersSeen(Aggregate, frozen=True, kw_only=True):
    """How far the looks at a system have come. Its id is the system's name."""

    kind: ClassVar[str] = "swarm.owners_seen"

    last: str = ""
    """Key of the last case looked at."""


OWNER_BODIES: tuple[type[Body], ...] = (CaseOwner, OwnersLook, OwnersSeen)


class CaseOwners:
    """Knows whose cases are, and tells the house of changes."""

    def __init__(self, tickets: TicketSystems) -> None:
        self._tickets = tickets

    def listeners(self) -> tuple[Listener, ...]:
        """Return what starts the looks, the looks, and our own `case assign`."""
        return (
            Listener(name="swarm.owners_started", of=ServerStarted, handle=self.started),
            Listener(name="swarm.owners_look", of=OwnersLook, handle=self.look),
            Listener(name="swarm.owners_assigned", of=AskedAssign, handle=self.assigned),
        )

    async def started(self, unit: Unit, started: ServerStarted) -> None:
        """Look at every system from now on."""
        for name in self._tickets.names():
            unit.arm(
                Timer(
                    series=f"swarm/owners/{name}",
                    lane=f"swarm:owners:{name}",
                    body=OwnersLook(system=name),
                    due=(started.at + timedelta(seconds=EVERY)).isoformat(),
                    rule=f"every {EVERY}s",
                )
            )

    async def look(self, unit: Unit, body: OwnersLook) -> None:
        """Look at some of a system's cases. One that cannot be asked is asked at the next look."""
        if body.system not in self._tickets.names():
            unit.disarm(f"swarm/owners/{body.system}")
            return
        found = await unit.glance(Swarm, open="yes", limit=SWARMS)
        cases = {case_key(one.case.ref): one.case.ref for one in found if one.live}
        here = sorted(key for key, ref in cases.items() if ref.system == body.system)
        seen = await unit.get(OwnersSeen, body.system) or OwnersSeen(id=body.system)
        turn = [*(key for key in here if key > seen.last), *(key for key in here if key <= seen.last)][:MOST]
        for key in turn:
            # Known before the system is asked: whoever gives the case away meanwhile makes this unit out of date.
            await unit.get(CaseOwner, key)
        tickets, last = await self._read(body.system, [cases[key] for key in turn])
        if last and last != seen.last:
            unit.put(replace(seen, last=last))
        for ticket in tickets:
            await self._saw(unit, ticket)

    async def assigned(self, unit: Unit, effect: AskedAssign) -> None:
        """Tell of what `case take` and `case assign` came to."""
        settled = unit.event.body
        if isinstance(settled, EffectSettled) and settled.state == "done":
            fact = CaseReassigned(ticket=effect.ticket, owner=effect.owner, name=settled.result or "")
            unit.emit(fact, lane=case_lane(effect.ticket))

    async def _saw(self, unit: Unit, ticket: Ticket) -> None:
        known = await unit.get(CaseOwner, case_key(ticket.ref))
        await remember_owner(unit, ticket.ref, ticket.owner)
        if known is not None and known.owner != _id(ticket.owner):
            unit.emit(reassigned(ticket), lane=case_lane(ticket.ref))

    async def _read(self, name: str, refs: Sequence[Ref]) -> tuple[list[Ticket], str]:
        """Return the tickets that could be read, and the key of the last one asked for."""
        tickets: list[Ticket] = []
        last = ""
        try:
            async with asyncio.timeout(PATIENCE):
                for ref in refs:
                    last = case_key(ref)
                    try:
                        tickets.append(await self._tickets.system(name).get(ref))
                    except Missing:
                        continue
        except (PortError, TimeoutError):
            return tickets, last
        return tickets, last


def reassigned(ticket: Ticket) -> CaseReassigned:
    """Return the fact that tells whose a ticket is now."""
    if ticket.owner is None:
        return CaseReassigned(ticket=ticket.ref)
    return CaseReassigned(ticket=ticket.ref, owner=ticket.owner.ref, name=ticket.owner.name)


async def remember_owner(unit: Unit, ticket: Ref, owner: TicketPerson | Ref | None) -> None:
    """Remember whose a case is there now."""
    before = await unit.get(CaseOwner, case_key(ticket))
    after = CaseOwner(id=case_key(ticket), owner=_id(owner))
    if after != before:
        unit.put(after)


async def believed_owner(unit: Unit, ticket: Ref) -> Ref | Unset | None:
    """Return whose we believe a case to be there, None for nobody's; UNSET when we have never looked."""
    known = await unit.get(CaseOwner, case_key(ticket))
    if known is None:
        return UNSET
    return Ref(system=ticket.system, kind="person", id=known.owner) if known.owner else None


def _id(owner: TicketPerson | Ref | None) -> str:
    if owner is None:
        return ""
    return owner.id if isinstance(owner, Ref) else owner.ref.id
