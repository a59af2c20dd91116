"""The console's own storage: rooms in memory, everything on disk, one write per change."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

import msgspec

from chatops import Body
from chatops.core.message import ButtonPress, MemberChange, Message, Person, Reaction, Redaction
from chatops.ports.records import Record, Records, Write
from console_network.live import Changes
from console_network.model import Entry, Happening, Room

_BODIES: dict[str, type[Body]] = {body.kind: body for body in (ButtonPress, MemberChange, Message, Reaction, Redaction)}
_NO_THREAD = "-"
_PAGE = 200


class Store:
    """All of the console's data. Whoever changes something holds `lock` from reading to `commit`."""

    def __init__(self, records: Records, changes: Changes) -> None:
        self.lock = asyncio.Lock()
        self.rooms: dict[str, Room] = {}
        """Every room, in the order they were made. Read freely; change through `commit`."""
        self.happened = asyncio.Event()
        """Set when there is something to hand over."""
        self._records = records
        self._changes = changes
        self._seen: dict[tuple[str, str], int] = {}
        self._loading = asyncio.Lock()
        self._loaded = False

    async def load(self, first: Iterable[Room]) -> None:
        """Read the rooms; on the very first start make `first`. Harmless when it has been done."""
        async with self._loading:
            if self._loaded:
                return
            for record in await self._all("room"):
                room = msgspec.convert(record.body, Room)
                self.rooms[room.id] = room
            for record in await self._all("seen"):
                self._seen[record.body["person"], record.body["room"]] = record.body["posts"]
            missing = [room for room in first if room.id not in self.rooms]
            if missing:
                await self.commit(*missing)
            self._loaded = True

    # reading

    async def entry(self, id: str) -> Entry | None:
        """Return an entry, or None."""
        record = await self._records.get("entry", id)
        return None if record is None else msgspec.convert(record.body, Entry)

    async def newest(self, room: str, *, limit: int, thread: str | None = None) -> list[Entry]:
        """Return the newest entries of a room, or of one thread in it, oldest first. Replies belong to their thread."""
        found = await self._records.find("entry", newest=True, limit=limit, room=room, thread=thread or _NO_THREAD)
        return [msgspec.convert(record.body, Entry) for record in reversed(found)]

    async def result(self, key: str) -> str | None:
        """Return what the write with this key has returned, or None when it never happened."""
        record = await self._records.get("key", key)
        return None if record is None else str(record.body["result"])

    async def waiting(self, *, limit: int = 50) -> list[Happening]:
        """Return what has not been handed over, oldest first."""
        found = await self._records.find("happening", limit=limit)
        return [
            Happening(
                id=record.id,
                key=record.body["key"],
                body=msgspec.convert(record.body["body"], _BODIES[record.body["kind"]]),
            )
            for record in found
        ]

    def seen(self, person: str, room: str) -> int:
        """Return how many of the room's posts somebody has seen."""
        return self._seen.get((person, room), 0)

    # writing

    async def number(self, sequence: str) -> int:
        """Return a number never given out before."""
        return await self._records.number(sequence)

    async def commit(self, *things: Room | Entry | Happening, key: str | None = None, result: str = "") -> None:
        """Write everything at once, with the record of `key`; then tell whoever watches."""
        writes = [_write(thing) for thing in things]
        if key is not None:
            writes.append(Write(kind="key", id=key, body={"result": result}, expected=0))
        await self._records.write(*writes)
        for thing in things:
            if isinstance(thing, Room):
                self.rooms[thing.id] = thing
        for thing in things:
            if isinstance(thing, Entry):
                self._changes.publish(thing.room, entry=thing.id, thread=thing.thread)
            elif isinstance(thing, Room):
                self._changes.publish(thing.id)
            else:
                self.happened.set()

    async def handed_over(self, happenings: Iterable[Happening]) -> None:
        """Forget what the server has taken."""
        for happening in happenings:
            await self._records.delete("happening", happening.id)

    async def see(self, person: Person, room: Room) -> None:
        """Remember that somebody has seen everything in a room."""
        if self.seen(person.id, room.id) != room.posts:
            self._seen[person.id, room.id] = room.posts
            body = {"person": person.id, "room": room.id, "posts": room.posts}
            await self._records.write(Write(kind="seen", id=f"{person.id}/{room.id}", body=body))

    async def _all(self, kind: str) -> Sequence[Record]:
        found: list[Record] = []
        while True:
            page = await self._records.find(kind, limit=_PAGE, offset=len(found))
            found.extend(page)
            if len(page) < _PAGE:
                return found


def _write(thing: Room | Entry | Happening) -> Write:
    if isinstance(thing, Happening):
        body = {"key": thing.key, "kind": thing.body.kind, "body": msgspec.to_builtins(thing.body)}
        return Write(kind="happening", id=thing.id, body=body)
    if isinstance(thing, Entry):
        columns = {"room": thing.room, "thread": thing.thread or _NO_THREAD}
        return Write(kind="entry", id=thing.id, body=msgspec.to_builtins(thing), columns=columns)
    return Write(kind="room", id=thing.id, body=msgspec.to_builtins(thing))
