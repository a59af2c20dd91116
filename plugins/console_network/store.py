"""The console's own storage: rooms in memory, everything on disk, one write per change."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

import msgspec

from chatops import Body, replace
from chatops.core.message import ButtonPress, File, MemberChange, Message, Person, Reaction, Redaction
from chatops.errors import Conflict, Unreachable
from chatops.ports.records import Record, Records, Write
from console_network.live import Changes, Touched
from console_network.model import Entry, Happening, Room
from console_network.replicas import Replicas

_BODIES: dict[str, type[Body]] = {body.kind: body for body in (ButtonPress, MemberChange, Message, Reaction, Redaction)}
_NO_THREAD = "-"
_PAGE = 200
_TRIES = 25

LOOK = 5.0
"""Seconds between looks for what another replica did not come to hand over."""


class Keeping(Protocol):
    """Whoever works on the console's data."""

    _store: Store


T = TypeVar("T")
P = ParamSpec("P")
K = TypeVar("K", bound=Keeping)


def alone(act: Callable[Concatenate[K, P], Awaitable[T]]) -> Callable[Concatenate[K, P], Coroutine[Any, Any, T]]:
    """Do a method with nobody else writing. When another replica has, it is done anew, on what that wrote."""

    @wraps(act)
    async def repeated(self: K, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._store.alone(lambda: act(self, *args, **kwargs))

    return repeated


class Store:
    """All of the console's data. Whoever changes something is `alone` from reading to `commit`."""

    def __init__(self, records: Records, changes: Changes, replicas: Replicas | None = None) -> None:
        """`replicas`: the line to the others, where there are any."""
        self.rooms: dict[str, Room] = {}
        """Every room, in the order they were made. Read freely; change through `commit`."""
        self.happened = asyncio.Event()
        """Set when there is something to hand over."""
        self._lock = asyncio.Lock()
        self._records = records
        self._changes = changes
        self._replicas = replicas
        self._seen: dict[tuple[str, str], int] = {}
        self._ours: set[str] = set()
        """Happenings that were stored here and not handed over."""
        self._loading = asyncio.Lock()
        self._loaded = False

    async def load(self, first: Iterable[Room]) -> None:
        """Read the rooms; on the very first start make `first`. Harmless when it has been done."""
        async with self._loading:
            if self._loaded:
                return
            if self._replicas is not None:
                await self._replicas.listen()
            await self.reread_all()
            for room in first:
                if room.id not in self.rooms:
                    with suppress(Conflict):  # another replica has just made it
                        await self.commit(room)
            self._loaded = True

    async def alone(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do `work` with nobody else writing here, anew when another replica has written meanwhile.

        Raise Unreachable when that goes on and on.
        """
        for _attempt in range(_TRIES):
            async with self._lock:
                with suppress(Conflict):
                    return await work()
        message = "too much is being written at once"
        raise Unreachable(message)

    # other replicas

    async def reread_all(self) -> None:
        """Read all rooms, and what people have seen."""
        for record in await self._all("room"):
            self._learn(record)
        for record in await self._all("seen"):
            self.note_seen(record.body["person"], record.body["room"], record.body["posts"])

    async def reread(self, rooms: Iterable[str]) -> None:
        """Read rooms again."""
        for room in rooms:
            record = await self._records.get("room", room)
            if record is not None:
                self._learn(record)

    async def catch_up(self, room: str) -> None:
        """Read a room again where another replica may have changed it: who may read there must not rest on hearsay."""
        if self._replicas is not None:
            await self.reread((room,))

    def note_seen(self, person: str, room: str, posts: int) -> None:
        """Somebody has seen so many posts of a room."""
        self._seen[person, room] = max(posts, self.seen(person, room))

    async def tell_again(self, room: str, entry: str | None = None) -> None:
        """Tell of a write that another replica may have died of before it told anybody."""
        if self._replicas is not None:
            await self.reread((room,))
            await self._tell([Touched(room=room, entry=entry)])

    # reading

    async def entry(self, id: str) -> Entry | None:
        """Return an entry, or None."""
        record = await self._records.get("entry", id)
        return None if record is None else _entry(record)

    async def newest(self, room: str, *, limit: int, thread: str | None = None) -> list[Entry]:
        """Return the newest entries of a room, or of one thread in it, oldest first. Replies belong to their thread."""
        found = await self._records.find("entry", newest=True, limit=limit, room=room, thread=thread or _NO_THREAD)
        return [_entry(record) for record in reversed(found)]

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
        """Write everything at once, with the record of `key`; then tell whoever watches.

        Raise Conflict when another replica has written some of it since it was read; its rooms are known then.
        """
        writes = [_write(thing) for thing in things]
        for entry in things:
            if isinstance(entry, Entry) and not entry.version:
                writes += [Write(kind="file", id=file.ref, body={"entry": entry.id}) for file in entry.files]
        if key is not None:
            writes.append(Write(kind="key", id=key, body={"result": result}, expected=0))
        try:
            versions = await self._records.write(*writes)
        except Conflict:
            await self.reread(thing.id for thing in things if isinstance(thing, Room))
            raise
        touched: list[Touched] = []
        for thing, version in zip(things, versions, strict=False):
            if isinstance(thing, Room):
                self.rooms[thing.id] = replace(thing, version=version)
                touched.append(Touched(room=thing.id))
            elif isinstance(thing, Entry):
                touched.append(Touched(room=thing.room, entry=thing.id, thread=thing.thread))
            else:
                self._ours.add(thing.id)
        if touched:
            await self._tell(touched)
        if any(isinstance(thing, Happening) for thing in things):
            self.happened.set()

    async def needs(self, file: str) -> bool:
        """Return whether a file, by its reference, belongs to an entry that is there."""
        record = await self._records.get("file", file)
        entry = None if record is None else await self.entry(record.body["entry"])
        return entry is not None and any(one.ref == file for one in entry.files)

    async def let_go(self, files: Iterable[File]) -> None:
        """Forget which entry files belonged to."""
        for file in files:
            await self._records.delete("file", file.ref)

    async def handed_over(self, happenings: Iterable[Happening]) -> None:
        """Forget what the server has taken; of what another replica left behind, tell whoever watches as well."""
        for happening in happenings:
            await self._records.delete("happening", happening.id)
            if happening.id in self._ours:
                self._ours.discard(happening.id)
                continue
            match happening.body:
                case Message() | Reaction() | Redaction() as body:
                    await self.tell_again(body.ref.room.id, body.ref.id)
                case MemberChange() as change:
                    await self.tell_again(change.room.id)

    async def idle(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        """Return when something has happened. What another replica left behind is looked for now and then."""
        if self._replicas is None:
            await self.happened.wait()
            return
        waits = {asyncio.ensure_future(self.happened.wait()), asyncio.ensure_future(sleep(LOOK))}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def follow(self) -> None:
        """Take over what other replicas change, until cancelled."""
        if self._replicas is not None:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._replicas.follow(self), name="console: follow")
                group.create_task(self._replicas.beat(), name="console: beat")

    async def see(self, person: Person, room: Room) -> None:
        """Remember that somebody has seen everything in a room."""
        if self.seen(person.id, room.id) < room.posts:
            self.note_seen(person.id, room.id, room.posts)
            body = {"person": person.id, "room": room.id, "posts": room.posts}
            await self._records.write(Write(kind="seen", id=f"{person.id}/{room.id}", body=body))
            if self._replicas is not None:
                await self._replicas.tell_seen(person.id, room.id, room.posts)

    async def _tell(self, touched: Sequence[Touched]) -> None:
        change = self._changes.publish(touched)
        if self._replicas is not None:
            await self._replicas.tell(change)

    def _learn(self, record: Record) -> None:
        known = self.rooms.get(record.id)
        if known is None or known.version < record.version:
            self.rooms[record.id] = replace(msgspec.convert(record.body, Room), version=record.version)

    async def _all(self, kind: str) -> Sequence[Record]:
        found: list[Record] = []
        while True:
            page = await self._records.find(kind, limit=_PAGE, offset=len(found))
            found.extend(page)
            if len(page) < _PAGE:
                return found


def _entry(record: Record) -> Entry:
    return replace(msgspec.convert(record.body, Entry), version=record.version)


def _write(thing: Room | Entry | Happening) -> Write:
    if isinstance(thing, Happening):
        body = {"key": thing.key, "kind": thing.body.kind, "body": msgspec.to_builtins(thing.body)}
        return Write(kind="happening", id=thing.id, body=body)
    body = msgspec.to_builtins(thing)
    body.pop("version", None)
    if isinstance(thing, Entry):
        columns = {"room": thing.room, "thread": thing.thread or _NO_THREAD}
        return Write(kind="entry", id=thing.id, body=body, columns=columns, expected=thing.version)
    return Write(kind="room", id=thing.id, body=body, expected=thing.version)
