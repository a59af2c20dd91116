"""When somebody was last asked for help, so that it is not always the same ones."""

from __future__ import annotations

from typing import ClassVar

from chatops.core.frozen import Aggregate, Body, Instant
from chatops.core.unit import Unit
from chatops.hookspecs import Listener
from chatops.swarm.model import Asked, Swarm


class LastAsked(Aggregate, frozen=True, kw_only=True):
    """Of one person; its id is theirs."""

    kind: ClassVar[str] = "swarm.asked"

    at: Instant
    swarm: str

    def keys(self) -> frozenset[tuple[str, str]]:
        """Found by person."""
        return frozenset({("person", self.id)})


class HelpAsked(Body, frozen=True, kw_only=True):
    """Somebody has been asked into a swarm."""

    kind: ClassVar[str] = "swarm.help_asked"

    person: str
    swarm: str
    at: Instant


BODIES: tuple[type[Body], ...] = (LastAsked, HelpAsked)


def tell_asked(unit: Unit, before: Swarm, after: Swarm) -> None:
    """Tell whom the change from `before` to `after` asks, each in a lane of their own: no swarm waits for another's."""
    known = {one.number for one in before.invitations if one.state is not Asked.SUGGESTED}
    for one in after.invitations:
        if one.number not in known and one.state is Asked.SENT:
            fact = HelpAsked(person=one.person, swarm=after.id, at=unit.now)
            unit.emit(fact, lane=f"asked:{one.person}")


async def remember(unit: Unit, fact: HelpAsked) -> None:
    """Store it, unless something later is stored already."""
    before = await unit.get(LastAsked, fact.person)
    if before is None or before.at < fact.at:
        unit.put(LastAsked(id=fact.person, at=fact.at, swarm=fact.swarm))


def asked_listeners() -> tuple[Listener, ...]:
    """Return what keeps it."""
    return (Listener(name="swarm.last_asked", of=HelpAsked, handle=remember),)
