"""Rooms opened, filled and closed on the networks; and how a logical room learns what it is called there."""

from __future__ import annotations

from chatops.core.catalogue import Catalogues, Reader
from chatops.core.effects import ArchiveRoom, InviteToRoom, OpenRoom, RemoveFromRoom
from chatops.core.events import EffectSettled
from chatops.core.frozen import replace
from chatops.core.message import Identity, RoomRef
from chatops.core.rooms import Room, own_lane
from chatops.core.unit import Unit
from chatops.engine.calls import Line, Lines
from chatops.engine.performing import Hopeless, Performance
from chatops.engine.places import Places
from chatops.errors import OutcomeUnknown
from chatops.hookspecs import Listener
from chatops.ports.chat import RoomSpec
from chatops.ports.store import ClaimedPost, Store


class RoomEffects:
    """Performs the effects on rooms."""

    def __init__(self, *, lines: Lines, places: Places, catalogues: Catalogues) -> None:
        self._lines = lines
        self._places = places
        self._catalogues = catalogues

    async def open(self, row: ClaimedPost, effect: OpenRoom) -> Performance:
        """Create the room with its members. Those unknown to the network are left out."""
        line = self._lines[effect.network]
        can = line.network.capabilities
        if row.resumed and not (can.native_keys or can.keyed_rooms):
            message = "an earlier attempt was cut off"
            raise OutcomeUnknown(message)
        reader = Reader(locale=effect.locale)
        members = (self._places.identity(person, effect.network) for person in effect.members)
        spec = RoomSpec(
            title=self._catalogues.plain(effect.title, reader),
            topic="" if effect.topic is None else self._catalogues.plain(effect.topic, reader),
            members=tuple(member for member in members if member is not None),
            private=effect.private,
            public=effect.public,
        )
        room = await line.write(
            None, lambda: line.network.open_room(spec, key=row.key), repeatable=can.native_keys or can.keyed_rooms
        )
        return Performance(remote=room.id)

    async def invite(self, row: ClaimedPost, effect: InviteToRoom) -> Performance:
        """Let somebody in."""
        room, line, identity = await self._member(row, effect.room, effect.person)
        await line.write(str(room), lambda: line.network.invite(room, identity, key=row.key), repeatable=True)
        return Performance(remote=identity.id)

    async def remove(self, row: ClaimedPost, effect: RemoveFromRoom) -> Performance:
        """Take somebody out."""
        room, line, identity = await self._member(row, effect.room, effect.person)
        await line.write(str(room), lambda: line.network.remove(room, identity, key=row.key), repeatable=True)
        return Performance(remote=identity.id)

    async def archive(self, row: ClaimedPost, effect: ArchiveRoom) -> Performance:
        """Close a room for writing."""
        place = await self._places.find(effect.target, row)
        line = self._lines[place.room.network]
        await line.write(str(place.room), lambda: line.network.archive_room(place.room, key=row.key), repeatable=True)
        return Performance(remote=place.room.id)

    async def _member(self, row: ClaimedPost, logical: str, person: str) -> tuple[RoomRef, Line, Identity]:
        place = await self._places.find(f"room:{logical}", row)
        identity = self._places.identity(person, place.room.network)
        if identity is None:
            message = f"{person} is not on {place.room.network}"
            raise Hopeless(message)
        return place.room, self._lines[place.room.network], identity


class RoomBinding:
    """Writes down what became of a room effect, in the lane that asked for it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def listeners(self) -> tuple[Listener, ...]:
        """Return the engine's own listeners."""
        return (
            Listener(name="engine.room-opened", of=OpenRoom, handle=self.opened),
            Listener(name="engine.room-archived", of=ArchiveRoom, handle=self.archived),
        )

    async def opened(self, unit: Unit, effect: OpenRoom) -> None:
        """Give the logical room its remote one. A lane once used for the remote room stays its lane."""
        settled = unit.event.body
        room = await unit.get(Room, effect.room)
        if room is None or not isinstance(settled, EffectSettled):
            return
        if settled.state != "done" or settled.result is None:
            unit.put(replace(room, state="failed"))
            return
        own = own_lane(RoomRef(network=effect.network, id=settled.result))
        lane = own if await self._store.lane_used(own) else room.lane
        unit.put(replace(room, network=effect.network, remote=settled.result, state="open", lane=lane))

    async def archived(self, unit: Unit, effect: ArchiveRoom) -> None:
        """Note that a room is closed."""
        settled = unit.event.body
        room = await unit.get(Room, effect.room)
        if room is not None and isinstance(settled, EffectSettled) and settled.state == "done":
            unit.put(replace(room, state="archived"))
