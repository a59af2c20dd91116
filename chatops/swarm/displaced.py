"""A swarm whose room is taken from it, given back, or renewed: it goes on where people can be reached, and says so."""

from __future__ import annotations

from chatops.core.effects import ArchiveRoom
from chatops.core.message import Card, Identity
from chatops.core.rooms import Room, RoomFound, RoomLost, RoomRebound, direct_target
from chatops.core.text import Text, _, lines
from chatops.core.unit import Unit
from chatops.hookspecs import Listener
from chatops.ports.roster import Directory
from chatops.swarm.buttons import show_button
from chatops.swarm.consequences import Consequences
from chatops.swarm.model import Swarm
from chatops.swarm.moves import displaced, returned


class DisplacedSwarms:
    """Hears what happens to the rooms of swarms."""

    def __init__(self, directory: Directory, consequences: Consequences) -> None:
        self._directory = directory
        self._follow = consequences

    def listeners(self) -> tuple[Listener, ...]:
        """Return all of them."""
        return (
            Listener(name="swarm.room_lost", of=RoomLost, handle=self.lost),
            Listener(name="swarm.room_found", of=RoomFound, handle=self.found),
            Listener(name="swarm.room_rebound", of=RoomRebound, handle=self.rebound),
        )

    async def lost(self, unit: Unit, fact: RoomLost) -> None:
        """The server was put out of a swarm's room: the swarm moves, its owner hears who did it and what to do."""
        before = await _swarm(unit, fact.subject)
        if before is None or before.over or all(place.room != fact.room for place in before.places):
            return
        target = await refuge(unit, before, fact.room)
        after = displaced(before, fact.room, target=target)
        what, remedy = self._happened(after, fact), _remedy(fact)
        unit.note(after, what, tag="room")
        self._follow.follow(unit, before, after)
        owner = direct_target(after.owner)
        if target != owner:
            unit.post(target, lines(what, _("It goes on here.")))
        where = _("It goes on here.") if target == owner else _("It goes on where it began.")
        card = Card(title=what, text=lines(where, remedy), tone="attention", buttons=(show_button(after),))
        unit.post(owner, card, notify=(after.owner,))

    async def found(self, unit: Unit, fact: RoomFound) -> None:
        """The server is in the room again: the swarm moves back, and only its people are let in."""
        before = await _swarm(unit, fact.subject)
        place = next((one for one in before.places if one.lost == fact.room), None) if before is not None else None
        if before is None or place is None:
            return
        after = returned(before, fact.room)
        if before.over:
            unit.put(after)
            unit.effect(ArchiveRoom(room=fact.room), key=f"swarm:{after.id}/archive/{fact.room}")
            return
        words = _("{swarm} is back in its own room.", swarm=after.name)
        unit.note(after, words, tag="room")
        self._follow.let_in_again(unit, after, fact.room)
        self._follow.follow(unit, before, after)
        self._follow.card_gone(unit, after, place.target, words)

    async def rebound(self, unit: Unit, fact: RoomRebound) -> None:
        """The room goes on as another one: the card stands there again. What is over is closed there, too."""
        swarm = await _swarm(unit, fact.subject)
        if swarm is None or all(place.room != fact.room for place in swarm.places):
            return
        if swarm.over:
            key = f"swarm:{swarm.id}/archive/{fact.room}/{unit.event.seq}"
            unit.effect(ArchiveRoom(room=fact.room), key=key)
            return
        for place in swarm.places:
            if place.room == fact.room:
                unit.post(place.target, _("The room was renewed. {swarm} goes on here.", swarm=swarm.name))
        self._follow.card_again(unit, swarm, fact.room)

    def _happened(self, swarm: Swarm, fact: RoomLost) -> Text:
        if fact.by is None or fact.change == "left":
            return _("I am no longer in the room of {swarm}.", swarm=swarm.name)
        return _("{who} took me out of the room of {swarm}.", who=self._name(fact.by), swarm=swarm.name)

    def _name(self, identity: Identity) -> str:
        person = self._directory.by_identity(identity)
        return person.name if person is not None else identity.id


async def refuge(unit: Unit, swarm: Swarm, room: str) -> str:
    """Return where a swarm goes on without its `room`: where it began, or with its owner alone.

    A private swarm never goes on where others read along.
    """
    owner = direct_target(swarm.owner)
    if swarm.private:
        return owner
    if not swarm.origin.startswith("room:"):
        return swarm.origin
    began = await unit.get(Room, swarm.origin.removeprefix("room:"))
    there = began is not None and began.state == "open" and began.id != room
    return swarm.origin if there else owner


def _remedy(fact: RoomLost) -> Text:
    if fact.change == "banned":
        return _("Lift the ban and invite me into the room again: then it moves back.")
    return _("Invite me into the room again: then it moves back.")


async def _swarm(unit: Unit, subject: str | None) -> Swarm | None:
    kind, _colon, id_ = (subject or "").partition(":")
    return await unit.get(Swarm, id_) if kind == Swarm.kind and id_ else None
