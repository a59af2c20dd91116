"""All logical rooms, in memory: deciding where a message belongs costs no database work."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable

from chatops.core.clock import Clock
from chatops.core.codec import Codec
from chatops.core.commit import Put, Stored
from chatops.core.message import Identity, RoomRef
from chatops.core.rooms import Room
from chatops.engine.bell import Bell
from chatops.errors import StoreUnavailable
from chatops.ports.store import Store

MOST = 100_000
"""Rooms, and direct chats, remembered at most."""

DIRECT_OVER = "engine.direct-over"
"""The signal that a room (`network:id`) is nobody's direct chat any more."""

PAUSE = 1.0
"""Seconds before a store that did not answer is asked again."""


class RoomBook:
    """Kept fresh by every commit of a room; of rooms committed by other replicas, word comes a little later.

    So that a room is not in here proves nothing among replicas: `ask` before relying on it. A direct chat is remembered
    only while we hear ourselves who comes into it (`trust`); others have to ask the network for it each time.
    """

    def __init__(self, codec: Codec, store: Store, clock: Clock) -> None:
        self._codec = codec
        self._store = store
        self._clock = clock
        self._versions: dict[str, int] = {}
        self._trusted: dict[str, float] = {}
        """By network that one replica reads: monotonic seconds until which that is us."""
        self._word: dict[str, None] = {}
        """Rooms that have been written elsewhere."""
        self._missed = False
        self._bell = Bell()
        self._by_id: dict[str, Room] = {}
        self._by_remote: dict[str, Room] = {}
        self._direct: OrderedDict[Identity, RoomRef] = OrderedDict()
        self._partners: dict[RoomRef, Identity] = {}
        self._changed: dict[str, asyncio.Event] = {}

    async def load(self) -> None:
        """Read all rooms; among replicas, listen first, so that none falls in between."""
        if self._store.shared:
            self._store.announce(Room.kind)
            self._store.signals.listen(f"aggregate:{Room.kind}", self._told, missed=self._all_missed)
            self._store.signals.listen(DIRECT_OVER, self._direct_over, missed=self._forget_directs)
        await self._read_all()

    async def follow(self) -> None:
        """Read what other replicas have written, until cancelled."""
        while True:
            await self._bell.wait()
            try:
                if self._missed:
                    self._missed = False
                    await self._read_all()
                while self._word:
                    room = next(iter(self._word))
                    self._word.pop(room)
                    stored = await self._store.get(Room.kind, room)
                    if stored is not None:
                        self._take(stored)
            except StoreUnavailable:
                self._missed = True
                await self._clock.sleep(PAUSE)
                self._bell.ring()

    async def ask(self, refs: Iterable[RoomRef]) -> None:
        """Ask the store for remote rooms that are not known here: their logical rooms may be written a moment ago."""
        for ref in dict.fromkeys(refs):
            if str(ref) not in self._by_remote:
                for stored in await self._store.find(Room.kind, {"remote": str(ref)}, limit=1):
                    self._take(stored)

    def learn(self, puts: Iterable[Put]) -> None:
        """Take over the rooms among what was committed."""
        for put in puts:
            if put.kind == Room.kind:
                self._learn(self._codec.decode_as(Room, put.body), put.expected + 1)

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
        """Return the direct chat somebody last wrote in, as long as we would know had it become another."""
        return self._direct.get(identity) if self._trusts(identity.network) else None

    def partner(self, room: RoomRef) -> Identity | None:
        """Return whose direct chat a room is."""
        return self._partners.get(room) if self._trusts(room.network) else None

    def met(self, identity: Identity, room: RoomRef) -> None:
        """Remember somebody's direct chat, if we shall hear what becomes of it."""
        self.forget_direct(identity)
        if not self._trusts(identity.network):
            return
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

    def trust(self, network: str, until: float) -> None:
        """We read a network alone until then (monotonic seconds). What we knew before our turn began counts for nothing."""
        if not self._trusts(network):
            self._forget_directs(network)
        self._trusted[network] = until

    def change(self, room: str) -> asyncio.Event:
        """Return an event that is set when the room changes."""
        return self._changed.setdefault(room, asyncio.Event())

    def _trusts(self, network: str) -> bool:
        return self._clock.monotonic() < self._trusted.get(network, float("inf"))

    def _forget_directs(self, network: str | None = None) -> None:
        for identity in tuple(self._direct):
            if network in {identity.network, None}:
                self.forget_direct(identity)

    def _direct_over(self, room: str) -> None:
        network, _colon, id_ = room.partition(":")
        partner = self._partners.get(RoomRef(network=network, id=id_))
        if partner is not None:
            self.forget_direct(partner)

    def _told(self, room: str) -> None:
        self._word[room] = None
        self._bell.ring()

    def _all_missed(self) -> None:
        self._missed = True
        self._bell.ring()

    async def _read_all(self) -> None:
        for stored in await self._store.find(Room.kind, {}, limit=MOST):
            self._take(stored)

    def _take(self, stored: Stored) -> None:
        self._learn(self._codec.decode_as(Room, stored.body), stored.version)

    def _learn(self, room: Room, version: int) -> None:
        if version <= self._versions.get(room.id, 0):
            return
        self._versions[room.id] = version
        before = self._by_id.get(room.id)
        for ref in before.refs if before is not None else ():
            self._by_remote.pop(str(ref), None)
        self._by_id[room.id] = room
        for ref in room.refs:
            self._by_remote[str(ref)] = room
        waiting = self._changed.pop(room.id, None)
        if waiting is not None:
            waiting.set()
