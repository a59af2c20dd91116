"""The rooms we opened: what each is on Teams, and whether it is closed. Teams cannot lock all of them."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from typing import Literal

import msgspec

from chatops import Frozen, Instant
from chatops.ports.alone import LocalSignals
from chatops.ports.records import Records, Write
from chatops.ports.signals import Signals
from teams_network.record_names import name_of

Form = Literal["chat", "channel", "thread"]
"""What a room is: a group chat; the main thread of a channel made for it; a thread in a channel for many."""

REMEMBERED = 10_000
"""Rooms, and conversations found to be none of ours, that are not asked for again."""

_KIND = "room"


class OwnRoom(Frozen, frozen=True, kw_only=True):
    """A room we opened."""

    id: str
    """As in its RoomRef."""
    form: Form
    at: Instant
    closed: Instant | None = None


class OwnRooms:
    """Rooms by id, in the records. Raise StoreUnavailable."""

    def __init__(self, records: Records, *, signals: Signals | None = None, plugin: str = "teams_network") -> None:
        """`signals` tell other replicas to look again; `plugin` is the name the settings use."""
        self._records = records
        self._signals = signals or LocalSignals()
        self._topic = f"plugin:{plugin}:rooms"
        self._seen: OrderedDict[str, OwnRoom | None] = OrderedDict()
        self._changes = 0
        self._signals.listen(self._topic, self._changed, missed=self._missed)

    async def of(self, room: str) -> OwnRoom | None:
        """Return a room of ours, or None for any other conversation."""
        if room in self._seen:
            self._seen.move_to_end(room)
            return self._seen[room]
        before = self._changes
        record = await self._records.get(_KIND, name_of(room))
        found = None if record is None else _read(record.body)
        if before == self._changes:
            self._seen[room] = found
            if len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
        return found

    async def is_room(self, conversation: str) -> bool:
        """Whether a conversation, or the thread it names, is a room of ours."""
        return await self.of(conversation) is not None

    async def is_closed(self, room: str) -> bool:
        """Whether we closed a room: nothing more is to be said there."""
        found = await self.of(room)
        return found is not None and found.closed is not None

    async def opened(self, room: str, form: Form, at: datetime) -> None:
        """Remember a room. Harmless when it is known."""
        if await self.of(room) is None:
            await self._write(OwnRoom(id=room, form=form, at=at))

    async def close(self, room: str, form: Form, at: datetime) -> None:
        """Remember that a room is closed. Harmless when it is."""
        found = await self.of(room) or OwnRoom(id=room, form=form, at=at)
        if found.closed is None:
            await self._write(msgspec.structs.replace(found, closed=at))

    async def _write(self, room: OwnRoom) -> None:
        await self._records.write(Write(kind=_KIND, id=name_of(room.id), body=msgspec.to_builtins(room)))
        self._changed(room.id)
        await self._signals.send(self._topic, room.id)

    def _changed(self, room: str) -> None:
        self._changes += 1
        self._seen.pop(room, None)

    def _missed(self) -> None:
        self._changes += 1
        self._seen.clear()


def _read(body: object) -> OwnRoom | None:
    try:
        return msgspec.convert(body, OwnRoom)
    except msgspec.ValidationError:
        return None
