"""Rooms that belong to nothing become watched, and stop being so: by people's word, by the settings, by being put out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from chatops.core.frozen import replace
from chatops.core.message import RoomRef
from chatops.core.rooms import Room, own_lane, room_target
from chatops.core.text import Code, _, to_type
from chatops.core.unit import Unit
from chatops.errors import Ambiguous, Impossible, NotFound
from chatops.ports.roster import Directory
from chatops.rooms.cards import begun, ended, listing, shown
from chatops.rooms.model import MOST_NAME, Watch
from chatops.rooms.readers import Readers

MOST = 1000
"""Watched rooms that are looked through."""


class Watching:
    """The use cases of people."""

    def __init__(self, directory: Directory, readers: Readers, *, keep_days: int) -> None:
        """`keep_days`: days after which what was said in rooms is forgotten."""
        self._directory = directory
        self._readers = readers
        self._days = keep_days

    async def watch(self, unit: Unit, name: str) -> None:
        """Watch the room this was said in, and say there what that means. Raise Impossible."""
        here = _here(unit)
        room = await room_of(unit, here)
        if room is not None and room.subject is not None:
            raise Impossible(_("This is one of my own rooms: what is said here is kept already."))
        if room is not None and room.watched:
            raise Impossible(_("This room is watched already."), commands=("room show",))
        actor = unit.actor
        room = replace(room or new_room(here), state="open", locale=actor.locale, zone=actor.zone, watched=True)
        name = " ".join(name.split())[:MOST_NAME]
        await begin(unit, room, Watch(id=room.id, where=str(here), name=name, by=actor.id, since=unit.now))
        unit.undo_with(f"room unwatch {here}", room)
        card = begun(self._days, await self._readers.of(here))
        if unit.origin is not None and unit.origin.thread is not None:
            unit.post(room_target(room.id), card)
            unit.answer(_("This room is watched from now on."))
        else:
            unit.answer(card)

    async def unwatch(self, unit: Unit, named: str) -> None:
        """Watch a room no longer: the one named, else the one this was said in. Raise NotFound, Ambiguous, Impossible."""
        here = await self._room_here(unit)
        watch = await self._named(unit, named) if named else None if here is None else await unit.get(Watch, here.id)
        if watch is None or not watch.live:
            raise Impossible(
                _("This room is not watched."),
                hint=_("{list} shows those that are.", list=to_type("room list")),
                commands=("room list",),
            )
        if not watch.by:
            raise Impossible(
                _("The settings name this room."),
                hint=_("An admin can take it out of {setting}.", setting=Code(code="rooms.watched")),
            )
        room = await end(unit, watch)
        unit.answer(ended(self._days))
        elsewhere = here is None or here.id != watch.id or (unit.origin is not None and unit.origin.thread is not None)
        if elsewhere and room is not None and room.state == "open":
            unit.post(room_target(room.id), ended(self._days))

    async def show(self, unit: Unit) -> None:
        """Say what is kept of what is said here. Guests learn no names."""
        guest = "guest" in unit.actor.roles
        origin = unit.origin
        if origin is None or (origin.remote is None and (guest or origin.room is None)):
            raise Impossible(_("Please say that in the room itself."))
        room = await self._room_here(unit)
        watch = None if room is None else await unit.get(Watch, room.id)
        if room is not None and room.watched and room.ref is not None and watch is not None:
            reading = await self._readers.of(room.ref)
            inside = reading is not None and reading.inside and not guest
            unit.answer(shown(watch, self._days, reading, self._name(watch), inside=inside))
        elif room is not None and room.subject is not None:
            unit.answer(_("This is one of my own rooms: what is said here is kept for {days} days.", days=self._days))
        else:
            unit.answer(
                _("This room is not watched: I keep only what is said to me, for {days} days.", days=self._days)
            )

    async def listed(self, unit: Unit) -> None:
        """List the rooms that are watched, to the asker alone."""
        watches = await unit.glance(Watch, limit=MOST, live="yes")
        if not watches:
            unit.answer(_("No room is watched."), private=True)
            return
        unit.answer(listing(watches, [self._name(watch) for watch in watches]), private=True)

    async def _room_here(self, unit: Unit) -> Room | None:
        """Return the logical room this was said in; of a call, the one it names."""
        origin = unit.origin
        if origin is None or (origin.direct and origin.remote is not None):
            return None
        if origin.remote is not None:
            return await room_of(unit, origin.remote)
        return None if origin.room is None else await unit.get(Room, origin.room.id)

    async def _named(self, unit: Unit, named: str) -> Watch | None:
        wanted = named.strip().casefold()
        watches = await unit.find(Watch, limit=MOST, live="yes")
        found = [one for one in watches if wanted in {one.where.casefold(), one.name.casefold()}]
        if len(found) > 1:
            raise Ambiguous(
                _("Several rooms are called that. Which one?"),
                commands=tuple(f"room unwatch {one.where}" for one in found[:8]),
            )
        if not found:
            raise NotFound(_("No watched room is called that."), commands=("room list",))
        return found[0]

    def _name(self, watch: Watch) -> str:
        person = self._directory.by_id(watch.by) if watch.by else None
        return person.name if person is not None else watch.by


async def begin(unit: Unit, room: Room, watch: Watch) -> None:
    """Let a room be watched."""
    await unit.get(Watch, watch.id)
    unit.put(room)
    unit.put(watch)


async def end(unit: Unit, watch: Watch) -> Room | None:
    """Let a room be watched no longer; return it."""
    await unit.get(Watch, watch.id)
    unit.put(replace(watch, ended=unit.now))
    room = await unit.get(Room, watch.id)
    if room is not None and room.watched:
        room = replace(room, watched=False)
        unit.put(room)
    return room


async def room_of(unit: Unit, remote: RoomRef) -> Room | None:
    """Return the logical room that a remote one stands for, as stored."""
    found: Sequence[Room] = await unit.find(Room, limit=1, remote=str(remote))
    return found[0] if found else None


def new_room(remote: RoomRef) -> Room:
    """Return a logical room for a remote one that has none. Made twice at once, it is the same one."""
    id_ = f"watched:{hashlib.sha256(str(remote).encode()).hexdigest()[:24]}"
    return Room(id=id_, network=remote.network, lane=own_lane(remote), remote=remote.id, state="open")


def _here(unit: Unit) -> RoomRef:
    origin = unit.origin
    if origin is None or origin.remote is None:
        raise Impossible(_("Please say that in the room itself."))
    if origin.direct:
        raise Impossible(_("This is a private chat: private chats are never watched."))
    return origin.remote
