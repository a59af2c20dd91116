"""Where a guest reads along, what is for members of the house is answered to the asker alone."""

from __future__ import annotations

from chatops.core.access import ANYONE
from chatops.core.command import Command
from chatops.core.frozen import replace
from chatops.core.rooms import Room, direct_target
from chatops.core.shapes import fits
from chatops.core.unit import Unit
from chatops.engine.asking import Asker, Nameable, anybody, nobody
from chatops.ports.gatherings import Gathering


async def aside(asker: Asker, command: Command, unit: Unit) -> Asker:
    """Return the asker as they are answered: alone, when the command tells of the house in a room where guests read.

    The room still gives the context. That a guest was asked in only now makes a difference to the next command.
    """
    origin = asker.origin
    if asker.person is None or origin.direct or origin.room is None or not for_the_house(command):
        return asker
    gathering = await _gathering(origin.room, unit)
    if gathering is None or not gathering.has_guests:
        return asker
    alone = replace(origin, target=direct_target(asker.person.id), thread=None, direct=True)
    return replace(asker, origin=alone)


def for_the_house(command: Command) -> bool:
    """Whether what a command answers is for members of the house: as declared, else when only their roles allow it."""
    if command.inside is not None:
        return command.inside
    return not command.who.relations and not command.who.roles & {ANYONE, "guest"}


async def nameable(asker: Asker, unit: Unit) -> Nameable:
    """Return whom an answer may name that nobody named: where a guest reads it, only who is in there with them."""
    guest = asker.person is None or "guest" in asker.person.roles
    room = asker.origin.room or (asker.room if guest else None)
    gathering = None if room is None else await _gathering(room, unit)
    along = gathering is not None and gathering.has_guests and not asker.origin.direct
    if not guest and not along:
        return anybody
    if gathering is None or asker.person is None or (guest and gathering.member(asker.person.id) is None):
        return nobody
    return lambda person: gathering.member(person.id) is not None


async def _gathering(room: Room, unit: Unit) -> Gathering | None:
    kind, _colon, id_ = (room.subject or "").partition(":")
    subject = await unit.subject(kind, id_) if id_ else None
    return subject if fits(subject, Gathering) else None
