"""Watched rooms follow the settings, and what happens to them on their networks. Each change is audited."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from chatops.core.frozen import replace
from chatops.core.journal import AuditRecord
from chatops.core.message import RoomRef
from chatops.core.rooms import Room, RoomFound, RoomLost, RoomRebound, room_target
from chatops.core.unit import Unit
from chatops.engine.started import ServerStarted
from chatops.hookspecs import Listener
from chatops.rooms.cards import begun, ended
from chatops.rooms.model import Watch
from chatops.rooms.readers import Readers
from chatops.rooms.watching import MOST, begin, end, new_room, room_of

log = structlog.get_logger("chatops.rooms")


class Following:
    """Listens to the start, and to rooms that are lost, found again or moved."""

    def __init__(
        self, readers: Readers, *, wanted: Sequence[RoomRef], keep_days: int, locale: str = "en", zone: str = "UTC"
    ) -> None:
        """`wanted`: the rooms the settings name; their language and time zone are the house's."""
        self._readers = readers
        self._wanted = tuple(dict.fromkeys(wanted))
        self._days = keep_days
        self._locale = locale
        self._zone = zone

    def listeners(self) -> tuple[Listener, ...]:
        """Return all of them."""
        return (
            Listener(name="rooms.started", of=ServerStarted, handle=self.started),
            Listener(name="rooms.lost", of=RoomLost, handle=self.lost),
            Listener(name="rooms.found", of=RoomFound, handle=self.found),
            Listener(name="rooms.rebound", of=RoomRebound, handle=self.rebound),
        )

    async def started(self, unit: Unit, started: ServerStarted) -> None:
        """Watch what the settings name, and end what they name no longer."""
        named: set[str] = set()
        for ref in self._wanted:
            room = await room_of(unit, ref) or new_room(ref)
            if room.subject is not None:
                log.warning("the settings name a room that belongs to something; it is not watched", room=str(ref))
                continue
            named.add(room.id)
            known = await unit.get(Watch, room.id)
            if known is not None and known.live and not known.by:
                continue
            fresh = known is None or not known.live or not room.watched
            if fresh:
                room = replace(room, watched=True, locale=self._locale, zone=self._zone)
            watch = known if known is not None and known.live else Watch(id=room.id, where=str(ref), since=unit.now)
            await begin(unit, room, replace(watch, by=""))
            if fresh:
                self._audit(unit, "room watch", watch, via="settings")
                await self._announce(unit, room)
        for watch in await unit.find(Watch, limit=MOST, live="yes"):
            if watch.live and not watch.by and watch.id not in named:
                await self._end(unit, watch, via="settings")

    async def lost(self, unit: Unit, lost: RoomLost) -> None:
        """Watch a room no longer that has put us out: whoever did it does not want it. The settings' word stays."""
        watch = await unit.get(Watch, lost.room)
        if watch is not None and watch.live and watch.by:
            await self._end(unit, watch, via="network")

    async def found(self, unit: Unit, found: RoomFound) -> None:
        """Tell a room again that it is watched: whoever let us in may not know."""
        watch, room = await unit.get(Watch, found.room), await unit.get(Room, found.room)
        if watch is not None and watch.live and room is not None and room.watched:
            await self._announce(unit, room)

    async def rebound(self, unit: Unit, moved: RoomRebound) -> None:
        """Follow a room that goes on as another, and say there again what is so."""
        watch, room = await unit.get(Watch, moved.room), await unit.get(Room, moved.room)
        if watch is not None and watch.live and room is not None and room.watched:
            unit.put(replace(watch, where=str(moved.to)))
            await self._announce(unit, room)

    async def _end(self, unit: Unit, watch: Watch, *, via: str) -> None:
        room = await end(unit, watch)
        self._audit(unit, "room unwatch", watch, via=via)
        if room is not None and room.state == "open":
            unit.post(room_target(room.id), ended(self._days))

    async def _announce(self, unit: Unit, room: Room) -> None:
        reading = await self._readers.of(room.ref) if room.ref is not None else None
        unit.post(room_target(room.id), begun(self._days, reading))

    def _audit(self, unit: Unit, command: str, watch: Watch, *, via: str) -> None:
        unit.audit(
            AuditRecord(
                person=None,
                via=via,
                command=command,
                outcome="done",
                subjects=(f"{Room.kind}:{watch.id}", f"{Watch.kind}:{watch.id}"),
                room=watch.id,
                event=unit.event.key,
                at=unit.now,
            )
        )
