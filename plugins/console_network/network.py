"""The console as a chat network: what the server does in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress

from chatops import PluginContext, replace
from chatops.core.message import File, Identity, Message, MessageRef, RoomRef
from chatops.errors import Forbidden, Missing, StoreUnavailable, Unreachable
from chatops.ports.chat import Accept, Capabilities, CheckResult, Outgoing, RoomSpec
from console_network.handover import hand_over
from console_network.model import SERVER, SERVER_NAME, Entry, Room
from console_network.store import Store, alone
from console_network.uploads import Uploads

CAPABILITIES = Capabilities(
    buttons=True,
    forms=True,
    edits=True,
    threads=True,
    pins=True,
    open_rooms=True,
    private_rooms=True,
    direct_rooms=True,
    foreign_reactions=True,
    message_actions=True,
    native_keys=True,
    files=True,
    per_second=200.0,
    room_per_second=100.0,
)

ROOMS = ("General", "Support")
"""Rooms made at the very first start, with all staff in them."""


class ConsoleChat:
    """Implements `chatops.ports.chat.ChatNetwork` on the console's own storage."""

    def __init__(self, context: PluginContext, store: Store, uploads: Uploads, *, name: str) -> None:
        self._context = context
        self._store = store
        self._name = name
        self._uploads = uploads
        # What one replica keeps in its folder, the others do not have.
        self._capabilities = replace(CAPABILITIES, files=not context.shared)

    @property
    def name(self) -> str:
        """The connection's name."""
        return self._name

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""
        return self._capabilities

    async def ready(self) -> None:
        """Read the rooms, once; make the first ones on the very first start."""
        staff = tuple(person.id for person in self._context.people.everybody() if "guest" not in person.roles)
        await self._store.load(Room(id=title.lower(), title=title, members=staff) for title in ROOMS)

    async def run(self, accept: Accept) -> None:
        """Hand over what people do, until cancelled."""
        await self.ready()
        if not self._context.shared:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._tidied(), name="console: files nobody needs")
                await hand_over(self._store, accept, self._context.clock.sleep)
            return
        async with asyncio.TaskGroup() as group:
            group.create_task(self._store.follow(), name="console: other replicas")
            group.create_task(hand_over(self._store, accept, self._context.clock.sleep), name="console: hand over")

    @alone
    async def post(self, room: RoomRef, body: Outgoing, *, key: str, thread: str | None = None) -> MessageRef:
        """Write in a room, or in the thread `thread` belongs to."""
        await self.ready()
        key = f"post:{key}"
        done = await self._store.result(key)
        if done is not None:
            await self._store.tell_again(room.id, done)
            return MessageRef(room=room, id=done)
        place = await self._room(room)
        if place.archived:
            message = f"room {place.id} is closed"
            raise Forbidden(message)
        root = None if thread is None else await self._root(place, thread)
        entry, place = await self.written(place, author=SERVER, said=body, thread=root)
        touched = () if root is None else (replied(root, entry),)
        await self._store.commit(entry, place, *touched, key=key, result=entry.id)
        return MessageRef(room=room, id=entry.id)

    @alone
    async def edit(self, message: MessageRef, body: Outgoing, *, key: str) -> None:
        """Replace one of our own entries, where it stands."""
        await self.ready()
        key = f"edit:{key}"
        if await self._store.result(key) is not None:
            await self._store.tell_again(message.room.id, message.id)
            return
        entry = await self._entry(message)
        if not entry.by_server:
            text = f"{entry.id} was written by somebody else"
            raise Forbidden(text)
        await self._store.commit(replace(entry, said=body, edits=entry.edits + 1), key=key)

    @alone
    async def react(self, message: MessageRef, emoji: str, *, key: str) -> None:
        """Put our reaction on an entry."""
        await self.ready()
        entry = await self._entry(message)
        who = entry.reactions.get(emoji, ())
        changed = replace(entry, reactions={**entry.reactions, emoji: (*who, SERVER)})
        await self._once(f"react:{key}", changed if SERVER not in who else None)

    @alone
    async def pin(self, message: MessageRef, *, key: str) -> None:
        """Put an entry on top of its room."""
        await self.ready()
        entry = await self._entry(message)
        room = await self._room(message.room)
        changed = replace(room, pinned=(*room.pinned, entry.id))
        await self._once(f"pin:{key}", changed if entry.id not in room.pinned else None)

    @alone
    async def unpin(self, message: MessageRef, *, key: str) -> None:
        """Take an entry down from the top of its room."""
        await self.ready()
        entry = await self._entry(message)
        room = await self._room(message.room)
        changed = replace(room, pinned=tuple(id for id in room.pinned if id != entry.id))
        await self._once(f"unpin:{key}", changed if entry.id in room.pinned else None)

    @alone
    async def open_room(self, spec: RoomSpec, *, key: str) -> RoomRef:
        """Make a room with its members in it."""
        await self.ready()
        key = f"room:{key}"
        done = await self._store.result(key)
        if done is None:
            room = Room(
                id=f"r{await self._store.number('room')}",
                title=spec.title,
                topic=spec.topic,
                kind="private" if spec.private else "public",
                members=tuple(dict.fromkeys(self._person(member) for member in spec.members)),
            )
            await self._store.commit(room, key=key, result=room.id)
            done = room.id
        return RoomRef(network=self._name, id=done)

    @alone
    async def invite(self, room: RoomRef, identity: Identity, *, key: str) -> None:
        """Put somebody into a room."""
        await self.ready()
        person = self._person(identity)
        await self._once(f"invite:{key}", (await self._room(room)).with_member(person))

    @alone
    async def remove(self, room: RoomRef, identity: Identity, *, key: str) -> None:
        """Take somebody out of a room."""
        await self.ready()
        await self._once(f"remove:{key}", (await self._room(room)).without_member(identity.id))

    @alone
    async def archive_room(self, room: RoomRef, *, key: str) -> None:
        """Close a room for writing."""
        await self.ready()
        await self._once(f"archive:{key}", replace(await self._room(room), archived=True))

    async def direct_room(self, identity: Identity, *, key: str) -> RoomRef:
        """Return somebody's direct chat with the server."""
        await self.ready()
        room = await self.direct(self._person(identity))
        return RoomRef(network=self._name, id=room.id)

    async def members(self, room: RoomRef) -> Sequence[Identity]:
        """Return who is in a room."""
        await self.ready()
        return [self.identity(member) for member in (await self._room(room)).members]

    async def read(self, message: MessageRef) -> Message | None:
        """Return an entry as a message."""
        await self.ready()
        entry = await self._store.entry(message.id)
        if entry is None or entry.gone or entry.room != message.room.id:
            return None
        return Message(
            ref=message,
            sender=self.identity(entry.author),
            text=entry.said.plain if entry.said else entry.text,
            at=entry.at,
            direct=(await self._room(message.room)).kind == "direct",
            thread=entry.thread,
            reply_to=entry.reply_to,
            edited=entry.edits > 0,
            files=entry.files,
            automated=entry.by_server,
        )

    def read_file(self, ref: str, *, most: int) -> AsyncIterator[bytes]:
        """Yield what is in a file somebody sent. See `chatops.ports.chat_files.FileReading`."""
        return self._uploads.read(ref, most=most)

    async def check(self) -> Sequence[CheckResult]:
        """Nothing can be wrong outside: there is no outside."""
        return [CheckResult(name=self._name, ok=True, detail=f"in the browser at {self._context.web.base_url}")]

    async def close(self) -> None:
        """There is nothing to let go of."""

    # shared with what people do; the caller is `alone` with the store unless it says otherwise

    def identity(self, person: str) -> Identity:
        """Return somebody's identity in the console."""
        return Identity(network=self._name, id=person)

    @alone
    async def direct(self, person: str) -> Room:
        """Return somebody's direct chat, made when there is none. Sees itself to being alone."""
        id_ = f"d-{person}"
        if id_ not in self._store.rooms:
            await self._store.commit(Room(id=id_, title=SERVER_NAME, kind="direct", members=(person,)))
        return self._store.rooms[id_]

    async def written(
        self,
        room: Room,
        *,
        author: str,
        text: str = "",
        said: Outgoing | None = None,
        thread: Entry | None = None,
        reply_to: str | None = None,
        mentions: Sequence[str] = (),
        files: tuple[File, ...] = (),
    ) -> tuple[Entry, Room]:
        """Return a new entry and its room as they shall be stored."""
        now = self._context.clock.now()
        entry = Entry(
            id=f"m{await self._store.number('entry')}",
            room=room.id,
            seq=room.posts + 1,
            author=author,
            at=now,
            text=text,
            said=said,
            thread=thread.id if thread else None,
            reply_to=reply_to,
            files=files,
            follows=thread is None and said is None and _goes_on(room, author, entry_at=now.timestamp()),
        )
        told = {identity.id for identity in said.notify if identity.network == self._name} if said else set(mentions)
        room = replace(
            room,
            posts=entry.seq,
            mentioned={**room.mentioned, **dict.fromkeys(sorted(told), entry.seq)},
        )
        if thread is None:
            room = replace(room, last_author=author, last_at=now)
        return entry, room

    async def _tidied(self) -> None:
        with suppress(Unreachable, StoreUnavailable):  # the next start is early enough
            await self._uploads.tidy(self._store.needs)

    async def _once(self, key: str, changed: Room | Entry | None) -> None:
        """Store a change unless the write with this key has happened already: somebody may have undone it since."""
        if await self._store.result(key) is None:
            await self._store.commit(*(() if changed is None else (changed,)), key=key)
        elif isinstance(changed, Room):
            await self._store.tell_again(changed.id)
        elif changed is not None:
            await self._store.tell_again(changed.room, changed.id)

    def _person(self, identity: Identity) -> str:
        if identity.network != self._name or self._context.people.by_id(identity.id) is None:
            message = f"nobody in the console is {identity}"
            raise Missing(message)
        return identity.id

    async def _room(self, room: RoomRef) -> Room:
        """Return a room. One that another replica has just made is read: word of it may still be on its way."""
        if room.id not in self._store.rooms:
            await self._store.catch_up(room.id)
        found = self._store.rooms.get(room.id)
        if found is None or room.network != self._name:
            message = f"there is no room {room}"
            raise Missing(message)
        return found

    async def _entry(self, message: MessageRef) -> Entry:
        entry = await self._store.entry(message.id)
        if entry is None or entry.gone or entry.room != (await self._room(message.room)).id:
            text = f"there is no message {message.id} in {message.room}"
            raise Missing(text)
        return entry

    async def _root(self, room: Room, thread: str) -> Entry:
        ref = RoomRef(network=self._name, id=room.id)
        entry = await self._entry(MessageRef(room=ref, id=thread))
        return entry if entry.thread is None else await self._entry(MessageRef(room=ref, id=entry.thread))


def replied(root: Entry, reply: Entry) -> Entry:
    """Return the start of a thread, one reply richer."""
    return replace(root, replies=root.replies + 1, last_reply=reply.at)


_MOMENT = 300
"""Seconds within which an author goes on."""


def _goes_on(room: Room, author: str, *, entry_at: float) -> bool:
    return room.last_author == author and room.last_at is not None and entry_at - room.last_at.timestamp() < _MOMENT
