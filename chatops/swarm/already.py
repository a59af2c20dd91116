"""Whether a swarm is on a case and question already: one that people opened for it, or one in which that has ended."""

from __future__ import annotations

from chatops.core.text import _
from chatops.core.unit import Unit
from chatops.errors import Impossible
from chatops.ports.tickets import Ref
from chatops.swarm.model import Swarm, case_key
from chatops.swarm.moves import fingerprint

MOST_MERGES = 20
"""Swarms that ended one in the other are followed so far."""


async def on_it(unit: Unit, case: Ref, question: str) -> Swarm | None:
    """Return the live swarm on a case and question, or None."""
    same = fingerprint(question)
    for other in await unit.find(Swarm, case=case_key(case)):
        if fingerprint(other.question) == same:
            found = await goes_on_in(unit, other)
            if found.live:
                return found
    return None


def already_on_it(unit: Unit, swarm: Swarm) -> Impossible:
    """Return the refusal of a second one."""
    if not swarm.visible_to(unit.actor, unit.now):
        # Nobody outside it knows who is in it, whatever their role; the case's owner very likely is.
        return Impossible(
            _("A private swarm is already on it."),
            hint=_("Whoever owns {case} can ask you in.", case=str(swarm.case.ref)),
            commands=(f"case show {swarm.case.ref}",),
        )
    return Impossible(
        _("{swarm} is already on it.", swarm=swarm.name),
        commands=(f"swarm join {swarm.name}", f"swarm show {swarm.name}"),
    )


async def goes_on_in(unit: Unit, swarm: Swarm) -> Swarm:
    """Return the swarm in which one goes on."""
    for _turn in range(MOST_MERGES):
        into = await unit.get(Swarm, swarm.merged_into) if swarm.merged_into is not None else None
        if into is None:
            break
        swarm = into
    return swarm
