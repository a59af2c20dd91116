"""Where a new task stands: what it belongs to, where its card is posted, in whose order it is worked on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from chatops.core.frozen import Frozen
from chatops.core.rooms import Room, room_target
from chatops.core.text import _
from chatops.core.unit import Unit
from chatops.errors import Impossible, NotFound
from chatops.ports.gatherings import Gathering
from chatops.tasks.desk import bound_room

SHARED = ("room:", "remote:")
"""How the targets of posts begin where several people read."""


class Standing(Frozen, frozen=True, kw_only=True):
    """Where a task stands."""

    subject: str | None
    """`swarm:12`; None: it belongs to nothing."""
    lane: str
    place: str | None
    """Target of its card; None: it is told to the people concerned only."""
    thread: str | None = None


class Place(Protocol):
    """A room of what people gather in."""

    @property
    def target(self) -> str:
        """Where posts go."""
        ...

    @property
    def room(self) -> str | None:
        """Its logical room, if it is one of ours."""
        ...


@runtime_checkable
class Placed(Protocol):
    """What has rooms."""

    @property
    def places(self) -> Sequence[Place]:
        """All of them, the first one first."""
        ...


async def stands(unit: Unit, about: str) -> Standing:
    """Return where a task stands that is given here, or in `about` (`swarm:12`). Raise NotFound or Impossible."""
    room = bound_room(unit)
    if about and (room is None or room.subject != about):
        return await _elsewhere(unit, about)
    origin = unit.origin
    here = origin.target if origin is not None and origin.target.startswith(SHARED) else None
    return Standing(
        subject=None if room is None else room.subject,
        lane=room.lane if room is not None else f"person:{unit.actor.id}",
        place=room_target(room.id) if room is not None else here,
        thread=origin.thread if origin is not None and origin.via != "reaction" else None,
    )


async def _elsewhere(unit: Unit, about: str) -> Standing:
    kind, _colon, id_ = about.partition(":")
    found = await unit.subject(kind, id_)
    # Of one they may not know of nobody learns that it exists.
    if not isinstance(found, Gathering) or not found.visible_to(unit.actor, unit.now):
        raise NotFound(_("There is no {kind} {id}.", kind=kind, id=id_), commands=("task mine",))
    if not found.live:
        raise Impossible(_("{name} is over.", name=found.name), commands=(f"{kind} show {found.name}",))
    first = next(iter(found.places), None) if isinstance(found, Placed) else None
    room = None if first is None or first.room is None else await unit.get(Room, first.room)
    return Standing(
        subject=about,
        lane=about if room is None else room.lane,
        place=None if first is None else first.target,
    )
