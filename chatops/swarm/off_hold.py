"""A swarm that ends while it rests takes its ticket off “waiting”: nobody is there any more to see the answer come."""

from __future__ import annotations

from chatops.core.unit import Unit
from chatops.engine.ticket_effects import SetStatus
from chatops.errors import PortError
from chatops.ports.tickets import Status, TicketSystems
from chatops.swarm.consequences import Consequences
from chatops.swarm.model import State, Swarm, case_key

RESTS = frozenset({Status.WAITING, Status.ON_HOLD})


def restored(was: Status | None) -> Status:
    """Return what a ticket is set to that rested. Never `new`: people have worked on it, and few systems go back there."""
    return was if was is not None and was not in {Status.NEW, Status.UNKNOWN} else Status.OPEN


class OffHold:
    """Gives a ticket back the status it had before its swarm rested."""

    def __init__(self, tickets: TicketSystems, consequences: Consequences) -> None:
        self._tickets = tickets
        self._follow = consequences

    async def give_back(self, unit: Unit, before: Swarm, after: Swarm) -> Swarm:
        """Return `after` with the write noted, if it has just ended while it rested.

        Left as it is: a ticket that another swarm lets rest, or that does not rest any more because somebody has changed
        it meanwhile.
        """
        if before.state is not State.ON_HOLD or after.live or await self._elsewhere(unit, before):
            return after
        if await self._status(before) not in {None, *RESTS}:
            return after
        status = SetStatus(
            ticket=after.case.ref, acting_for=self._follow.actor(unit), status=restored(before.status_before)
        )
        return self._follow.write(unit, after, f"status/off/{before.rested}", status)

    async def _elsewhere(self, unit: Unit, swarm: Swarm) -> bool:
        others = await unit.glance(Swarm, case=case_key(swarm.case.ref))
        return any(one.state is State.ON_HOLD and one.id != swarm.id for one in others)

    async def _status(self, swarm: Swarm) -> Status | None:
        """Return the ticket's status; None when its system does not say: it rests, as far as we know."""
        try:
            return (await self._tickets.system(swarm.case.ref.system).get(swarm.case.ref)).status
        except (PortError, KeyError):
            return None
