"""People who come, go or knock through the network itself: the same as if they had given the command."""

from __future__ import annotations

from datetime import datetime

from chatops.core.access import effective
from chatops.core.effects import InviteToRoom, RemoveFromRoom
from chatops.core.message import Button, Card, MemberChange, Person
from chatops.core.rooms import Room, direct_target
from chatops.core.text import _
from chatops.core.unit import Unit
from chatops.engine.refusing import answer_of
from chatops.errors import NotAllowed, Refusal
from chatops.hookspecs import Listener
from chatops.ports.roster import Directory
from chatops.swarm.consequences import Consequences
from chatops.swarm.inviting import Inviting
from chatops.swarm.leaving import came_in
from chatops.swarm.model import Asked, Swarm
from chatops.swarm.moves import left, out_of, wrong_state


class Arrivals:
    """Hears who comes into the rooms of swarms, leaves them, or asks to be let in. Strangers are none of its business."""

    def __init__(self, directory: Directory, consequences: Consequences, inviting: Inviting) -> None:
        self._directory = directory
        self._follow = consequences
        self._inviting = inviting

    def listeners(self) -> tuple[Listener, ...]:
        """Return the one."""
        return (Listener(name="swarm.member", of=MemberChange, handle=self.changed),)

    async def changed(self, unit: Unit, change: MemberChange) -> None:
        """Take in, let in, or let go."""
        person = None if change.ourselves else self._directory.by_identity(change.member)
        room = next(iter(await unit.glance(Room, remote=str(change.room))), None)
        if person is None or room is None:
            return
        swarm = await self._swarm(unit, room)
        if swarm is None or all(place.room != room.id for place in swarm.places):
            return
        if change.change == "knocked":
            self._knocked(unit, swarm, room, person)
        elif change.change == "joined":
            self._joined(unit, swarm, room, person)
        elif room.ref == change.room:  # whoever leaves the old room of a renewed one stays
            self._gone(unit, swarm, room, person)

    def _knocked(self, unit: Unit, swarm: Swarm, room: Room, person: Person) -> None:
        if swarm.as_of(unit.now).member(person.id):
            key = f"swarm:{swarm.id}/again/{person.id}/{unit.event.seq}"
            unit.effect(InviteToRoom(room=room.id, person=person.id), key=key)
            return
        refusal = _not_by_knocking(swarm, person) or may_not(swarm, person, unit.now)
        if refusal is None:
            self._inviting.take_in(unit, swarm, person)
        else:
            self._off(unit, swarm, room, person, refusal)

    def _joined(self, unit: Unit, swarm: Swarm, room: Room, person: Person) -> None:
        if swarm.as_of(unit.now).member(person.id) or (not swarm.live and swarm.open_to(person, unit.now)):
            return
        refusal = may_not(swarm, person, unit.now)
        if refusal is None:
            self._inviting.take_in(unit, swarm, person)
            return
        key = self._off(unit, swarm, room, person, refusal)
        if "guest" in person.roles and not swarm.over:
            # Before the network has taken them out, they read: the card shows guests' layout from now on.
            swarm = self._follow.follow(unit, swarm, came_in(swarm, person.id, room.id, key))
        if not swarm.live:
            return
        guest = "guest:" if "guest" in person.roles else ""
        card = Card(
            title=_("{person} came into the room of {swarm} without being asked", person=person.name, swarm=swarm.name),
            text=_("I take them out again. If they are to help, ask them in."),
            buttons=(
                Button(
                    label=_("Ask {person}", person=person.name),
                    command=f"swarm invite {swarm.name} {guest}{person.id}",
                    icon="👥",
                ),
            ),
        )
        unit.post(direct_target(swarm.owner), card)

    def _gone(self, unit: Unit, swarm: Swarm, room: Room, person: Person) -> None:
        if swarm.member(person.id) is None:
            self._follow.out(unit, swarm, person.id, room.id)
            return
        if swarm.over or person.id == swarm.owner:
            return
        after = out_of(left(swarm, person.id, unit.now), person.id, room.id)
        unit.note(after, _("{who} left.", who=person.name), tag="left")
        self._follow.follow(unit, swarm, after)

    def _off(self, unit: Unit, swarm: Swarm, room: Room, person: Person, refusal: Refusal) -> str:
        """Take somebody out with a word why; return the name of doing so."""
        key = f"swarm:{swarm.id}/off/{person.id}/{unit.event.seq}"
        unit.effect(RemoveFromRoom(room=room.id, person=person.id), key=key)
        unit.post(direct_target(person.id), answer_of(refusal))
        return key

    async def _swarm(self, unit: Unit, room: Room) -> Swarm | None:
        kind, _colon, id_ = (room.subject or "").partition(":")
        return await unit.get(Swarm, id_) if kind == Swarm.kind and id_ else None


def may_not(swarm: Swarm, person: Person, at: datetime) -> Refusal | None:
    """Return why somebody could not join by command either, or None when they could."""
    invited = swarm.invited(person.id) is not None
    if not swarm.open_to(person, at) or not (invited or "staff" in effective(person)):
        return _closed_to_others()
    return None if swarm.live else wrong_state(swarm)


def _not_by_knocking(swarm: Swarm, person: Person) -> Refusal | None:
    if not swarm.private:
        return None
    if swarm.invited(person.id, Asked.SENT):
        return NotAllowed(_("Nobody comes in by knocking here."), commands=(f"swarm accept {swarm.name}",))
    return _closed_to_others()


def _closed_to_others() -> NotAllowed:
    # Says nothing of the swarm: whoever is not in it need not know that there is one.
    hint = _("Somebody in the room can ask you in.")
    return NotAllowed(_("That room is only for those who have been asked in."), hint=hint)
