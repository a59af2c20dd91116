"""All logical rooms, in memory: deciding where a message belongs costs no database work."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable

from chatops.core.codec import Codec
from chatops.core.commit import Put
from chatops.core.message import Identity, RoomRef
from chatops.core.rooms import Room
from chatops.ports.store import Store

MOST = 100_000
"""Rooms, and direct chats, remembered at most."""


class RoomBook:
    """Kept fresh by every commit of a room."""

    def __init__(self, codec: Codec) -> None:
        self._codec = codec
        self._by_id: dict[str, Room] = {}
        self._by_remote: dict[str, Room] = {}
        self._direct: OrderedDict[Identity, RoomRef] = OrderedDict()
        self._partners: dict[RoomRef, Identity] = {}
        self._changed: dict[str, asyncio.Event] = {}

    async def load(self, store: Store) -> None:
        """Read all rooms."""
        for stored in await store.find(Room.kind, {}, limit=MOST):
            self._learn(self._codec.decode_as(Room, stored.body))

    def learn(self, puts: Iterable[Put]) -> None:
        """Take over the rooms among what was committed."""
        for put in puts:
            if put.kind == Room.kind:
                self._learn(self._codec.decode_as(Room, put.body))

    def by_id(self, room: str) -> Room | None:
        """Return a logical room."""
        return self._by_id.get(room)

    def by_remote(self, room: RoomRef) -> Room | None:
        """Return the logical room that a remote one stands for."""
        return self._by_remote.get(str(room))

    def of_lane(self, lane: str) -> Room | None:
        """Return the first open room that belongs to a lane."""
        return next((room for room in self._by_id.values() if room.lane == lane and room.state == "open"), None)

    def direct(self, identity: Identity) -> RoomRef | None:
        """Return the direct chat somebody last wrote in."""
        return self._direct.get(identity)

    def partner(self, room: RoomRef) -> Identity | None:
        """Return whose direct chat a room is."""
        return self._partners.get(room)

    def met(self, identity: Identity, room: RoomRef) -> None:
        """Remember somebody's direct chat."""
        self.forget_direct(identity)
        self._direct[identity] = room
        self._partners[room] = identity
        if len(self._direct) > MOST:
            self.forget_direct(next(iter(self._direct)))

    def forget_direct(self, identity: Identity) -> None:
        """Forget a direct chat that is gone, or that others read now."""
        room = self._direct.pop(identity, None)
        if room is not None:
            self._partners.pop(room, None)

    def moved(self, room: RoomRef, to: RoomRef) -> None:
        """Take note that a room goes on as another one, before what has to be stored about it is.

        Whether a direct chat still is one in the new room, where others may be, its network says when it is asked.
        """
        known = self._by_remote.get(str(room))
        if known is not None:
            self._by_remote.setdefault(str(to), known)
        partner = self.partner(room)
        if partner is not None:
            self.forget_direct(partner)

    def change(self, room: str) -> asyncio.Event:
        """Return an event that is set when the room changes."""
        return self._changed.setdefault(room, asyncio.Event())

    def _learn(self, room: Room) -> None:
        before = self._by_id.get(room.id)
        for ref in before.refs if before is not None else ():
            self._by_remote.pop(str(ref), None)
        self._by_id[room.id] = room
        for ref in room.refs:
            self._by_remote[str(ref)] = room
        waiting = self._changed.pop(room.id, None)
        if waiting is not None:
            waiting.set()
