"""What the use cases of a swarm begin and end with: may the asker do this, and where are they answered."""

from __future__ import annotations

from chatops.core.text import Text, _
from chatops.core.unit import Unit
from chatops.errors import NotAllowed
from chatops.swarm.desk import the_swarm
from chatops.swarm.model import Swarm
from chatops.swarm.wording import Names


async def allowed(unit: Unit, id: str, names: Names) -> Swarm:
    """Return the swarm named, if the asker may do to it what they ask. Raise NotFound, or NotAllowed with the owner."""
    swarm = await the_swarm(unit, id)
    check(unit, swarm, names)
    return swarm


def check(unit: Unit, swarm: Swarm, names: Names) -> None:
    """Make sure that the asker may. Raise NotAllowed, with the one to turn to."""
    try:
        unit.require(swarm)
    except NotAllowed as no:
        hint = _("{owner} owns {swarm}.", owner=names(swarm.owner), swarm=swarm.name)
        raise NotAllowed(no.message, hint=hint) from None


def elsewhere(unit: Unit, swarm: Swarm, words: Text) -> None:
    """Answer where the command was given, unless a room of the swarm, which has just heard it, is that place."""
    here = unit.origin.target if unit.origin is not None else None
    if all(place.target != here for place in swarm.places):
        unit.answer(words)
