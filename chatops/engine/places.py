"""Where a post target is, in the world outside, and who reads there."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial

from chatops.core.catalogue import Reader
from chatops.core.clock import Clock
from chatops.core.codec import Codec
from chatops.core.frozen import Frozen
from chatops.core.message import Identity, Person, RoomRef
from chatops.core.rooms import Room
from chatops.engine.calls import Line, Lines
from chatops.engine.performing import Hopeless, NotYet
from chatops.engine.roombook import RoomBook
from chatops.engine.settings import EngineSettings
from chatops.ports.roster import Directory
from chatops.ports.store import ClaimedPost, Store

OPENING = 5.0
"""Seconds a post waits in place for its room to be opened."""


class Place(Frozen, frozen=True, kw_only=True):
    """A remote room and its reader."""

    room: RoomRef
    reader: Reader


class Places:
    """Resolves `room:…`, `person:…` and `remote:…`."""

    def __init__(
        self,
        *,
        lines: Lines,
        rooms: RoomBook,
        directory: Directory,
        store: Store,
        codec: Codec,
        clock: Clock,
        settings: EngineSettings,
    ) -> None:
        self._lines = lines
        self._rooms = rooms
        self._directory = directory
        self._store = store
        self._codec = codec
        self._clock = clock
        self._settings = settings

    async def find(self, to: str, row: ClaimedPost, *, network: str | None = None, reader: str | None = None) -> Place:
        """Return where `to` is; in a room that is not ours, for `reader`.

        Raise NotYet while its room is being opened, Hopeless when it is nowhere.
        """
        kind, _colon, rest = to.partition(":")
        if kind == "room":
            return await self._room(rest, row)
        if kind == "person":
            return await self._person(rest, network)
        if kind == "remote":
            name, _colon, id_ = rest.partition(":")
            return Place(room=RoomRef(network=name, id=id_), reader=self._reader(reader))
        message = f"{kind} is no kind of place"
        raise Hopeless(message)

    def reader(self, to: str, asker: str | None) -> Reader:
        """Return who reads at `to`, as far as this process knows; in a room that is not ours, `asker` does."""
        kind, _colon, rest = to.partition(":")
        room = self._rooms.by_id(rest) if kind == "room" else None
        if room is not None:
            return Reader(locale=room.locale, zone=room.zone)
        return self._reader(rest if kind == "person" else asker)

    def _reader(self, person: str | None) -> Reader:
        known = None if person is None else self._directory.by_id(person)
        if known is None:
            return Reader(locale=self._settings.locale, zone=self._settings.zone)
        return Reader(locale=known.locale, zone=known.zone)

    async def room(self, logical: str) -> Room:
        """Return a logical room. Raise Hopeless. Before replicas say no to a room, they read it."""
        room = self._rooms.by_id(logical)
        if room is None or (self._store.shared and (room.state != "open" or room.ref is None)):
            stored = await self._store.get(Room.kind, logical)
            if stored is None:
                message = f"there is no room {logical}"
                raise Hopeless(message)
            room = self._codec.decode_as(Room, stored.body)
        return room

    def forget_direct(self, room: RoomRef) -> None:
        """A direct chat does not take what is said in it. Harmless for other rooms."""
        partner = self._rooms.partner(room)
        if partner is not None:
            self._rooms.forget_direct(partner)

    def identity(self, person: str, network: str) -> Identity | None:
        """Return a person's identity on a network."""
        known = self._directory.by_id(person)
        return next((i for i in known.identities if i.network == network), None) if known else None

    async def _room(self, logical: str, row: ClaimedPost) -> Place:
        room = await self.room(logical)
        if room.state == "opening" and room.ref is None:
            if self._clock.now() - row.created_at > timedelta(seconds=self._settings.room_patience):
                message = f"the room {logical} was never opened"
                raise Hopeless(message)
            await self._change(logical)
            room = await self.room(logical)
            if room.state == "opening" and room.ref is None:
                raise NotYet(1.0, f"the room {logical} is being opened")
        if room.state == "lost":
            message = f"we were put out of the room {logical}"
            raise Hopeless(message)
        if room.state == "failed" or room.ref is None:
            message = f"the room {logical} could not be opened"
            raise Hopeless(message)
        return Place(room=room.ref, reader=Reader(locale=room.locale, zone=room.zone))

    async def _change(self, logical: str) -> None:
        change = asyncio.create_task(self._rooms.change(logical).wait())
        nap = asyncio.create_task(self._clock.sleep(OPENING))
        try:
            await asyncio.wait({change, nap}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            change.cancel()
            nap.cancel()

    async def _person(self, id_: str, preferred: str | None) -> Place:
        person = self._directory.by_id(id_)
        if person is None:
            message = f"nobody has the id {id_}"
            raise Hopeless(message)
        reader = Reader(locale=person.locale, zone=person.zone)
        for identity, line in self._ways(person, preferred):
            room = self._rooms.direct(identity)
            if room is None:
                found = partial(line.network.direct_room, identity, key=f"direct:{identity}")
                room = await line.write(None, found, repeatable=True)
                self._rooms.met(identity, room)
            return Place(room=room, reader=reader)
        message = f"{id_} has no direct chat on a connected network"
        raise Hopeless(message)

    def _ways(self, person: Person, preferred: str | None) -> list[tuple[Identity, Line]]:
        ways = [
            (identity, line)
            for identity in person.identities
            if (line := self._lines.get(identity.network)) is not None and line.network.capabilities.direct_rooms
        ]
        # A network that does not answer comes last, whatever was preferred.
        return sorted(ways, key=lambda way: (way[1].resting, way[0].network != preferred))
