"""Where a guest reads along, what is for members of the house is answered to the asker alone."""

from __future__ import annotations

from chatops.core.access import ANYONE
from chatops.core.command import Command
from chatops.core.frozen import replace
from chatops.core.rooms import direct_target
from chatops.core.unit import Unit
from chatops.engine.asking import Asker
from chatops.ports.gatherings import Gathering


async def aside(asker: Asker, command: Command, unit: Unit) -> Asker:
    """Return the asker as they are answered: alone, when the command tells of the house in a room where guests read.

    The room still gives the context. That a guest was asked in only now makes a difference to the next command.
    """
    origin = asker.origin
    if asker.person is None or origin.direct or origin.room is None or not for_the_house(command):
        return asker
    kind, _colon, id_ = (origin.room.subject or "").partition(":")
    subject = await unit.subject(kind, id_) if id_ else None
    if not isinstance(subject, Gathering) or not subject.has_guests:
        return asker
    alone = replace(origin, target=direct_target(asker.person.id), thread=None, direct=True)
    return replace(asker, origin=alone)


def for_the_house(command: Command) -> bool:
    """Whether what a command answers is for members of the house: as declared, else when only their roles allow it."""
    if command.inside is not None:
        return command.inside
    return not command.who.relations and not command.who.roles & {ANYONE, "guest"}
