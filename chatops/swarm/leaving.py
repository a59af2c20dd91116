"""Guests who are to be out of the rooms: the case stays hidden until the network says that they are."""

from __future__ import annotations

from chatops.core.effects import RemoveFromRoom
from chatops.core.events import EffectSettled
from chatops.core.frozen import replace
from chatops.core.message import Card
from chatops.core.rooms import direct_target
from chatops.core.text import _, said
from chatops.core.unit import Unit
from chatops.hookspecs import Listener
from chatops.swarm.buttons import show_button
from chatops.swarm.consequences import Consequences, leave_key
from chatops.swarm.model import Member, Swarm
from chatops.swarm.parts import Inside
from chatops.swarm.wording import short

_REASON = 300
"""Letters of a network's refusal that the owner reads."""


class Leaving:
    """Hears what became of taking people out of rooms."""

    def __init__(self, consequences: Consequences) -> None:
        self._follow = consequences

    def listeners(self) -> tuple[Listener, ...]:
        """Return the one."""
        return (Listener(name="swarm.taken_out", of=RemoveFromRoom, handle=self.taken_out),)

    async def taken_out(self, unit: Unit, effect: RemoveFromRoom) -> None:
        """Show the case again once a guest is out; tell the owner when they are not."""
        settled = unit.event.body
        if not isinstance(settled, EffectSettled):
            return
        kind, _colon, id_ = settled.key.partition("/")[0].partition(":")
        swarm = await unit.get(Swarm, id_) if kind == Swarm.kind and id_ else None
        if swarm is None:
            return
        uninvited = any(one.key == settled.key for one in swarm.inside)
        member = _held(swarm, effect)
        if not uninvited and (member is None or not _of_this_stay(swarm, member, settled.key, effect.room)):
            return
        if settled.state == "done":
            self._follow.out(unit, swarm, effect.person, effect.room)
            return
        words = _(
            "{person} could not be taken out of the room of {swarm}: {reason}",
            person=self._follow.names(effect.person),
            swarm=swarm.name,
            reason=said(short(settled.reason or "?", _REASON)),
        )
        unit.note(swarm, words, tag="room")
        card = Card(
            title=words,
            text=_("Please take them out there by hand. Until they are out, the room does not show the case."),
            tone="attention",
            buttons=(show_button(swarm),),
        )
        unit.post(direct_target(swarm.owner), card, notify=(swarm.owner,))


def came_in(swarm: Swarm, person: str, room: str, key: str) -> Swarm:
    """Note that a guest nobody asked is in a room; `key`: of the effect that takes them out."""
    others = tuple(one for one in swarm.inside if (one.person, one.room) != (person, room))
    return replace(swarm, inside=(*others, Inside(person=person, room=room, key=key)))


def _held(swarm: Swarm, effect: RemoveFromRoom) -> Member | None:
    return next(
        (one for one in swarm.members if one.person == effect.person and effect.room in one.still_in),
        None,
    )


def _of_this_stay(swarm: Swarm, member: Member, key: str, room: str) -> bool:
    """Whether it came after their last stay: having been out before means nothing for somebody who came back since."""
    return "/leave/" not in key or key == leave_key(swarm, member, room)
