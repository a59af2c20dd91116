"""A chat network in memory. It remembers everything, does what a test tells it to get wrong, and never waits."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from chatops.core.clock import Clock, SystemClock
from chatops.core.frozen import Body, replace
from chatops.core.message import ButtonPress, File, Identity, MemberChange, Message, MessageRef, Redaction, RoomRef
from chatops.errors import Forbidden, Missing, OutcomeUnknown, PortError, Unsupported
from chatops.ports.chat import Accept, Capabilities, CheckResult, Outgoing, RoomSpec
from chatops.ports.chat_files import too_large

Change = Literal["joined", "invited", "left", "removed", "banned", "knocked"]

EVERYTHING = Capabilities(
    buttons=True,
    forms=True,
    edits=True,
    threads=True,
    pins=True,
    open_rooms=True,
    private_rooms=True,
    direct_rooms=True,
    files=True,
    native_keys=True,
    per_second=1_000_000.0,
    room_per_second=1_000_000.0,
)


@dataclass
class Posted:
    """A message of ours as it stands now."""

    ref: MessageRef
    body: Outgoing
    thread: str | None = None
    key: str = ""
    pinned: bool = False
    edits: int = 0
    reactions: list[str] = field(default_factory=list)


@dataclass
class FakeRoom:
    """A room and who is in it."""

    ref: RoomRef
    title: str = ""
    members: list[Identity] = field(default_factory=list)
    archived: bool = False
    private: bool = False
    direct: bool = False
    renewed: bool = False
    """It goes on as another room and takes nothing any more."""


class FakeNetwork:
    """Implements `chatops.ports.chat.ChatNetwork`.

    `fail(error, after=…)` makes the next write raise; an OutcomeUnknown is raised after the write has been done. `down`
    makes every write raise. `hang` makes every write wait until it is cleared.
    """

    def __init__(
        self, name: str = "fake", *, capabilities: Capabilities = EVERYTHING, clock: Clock | None = None
    ) -> None:
        self._name = name
        self._capabilities = capabilities
        self._clock = clock or SystemClock()
        self._accept: Accept | None = None
        self._listening = asyncio.Event()
        self._numbers = itertools.count(1)
        self._done: dict[tuple[str, str], object] = {}
        self._failures: list[PortError] = []
        self._failures_in: dict[str, list[PortError]] = {}
        self._incoming: dict[MessageRef, Message] = {}
        self.files: dict[str, bytes] = {}
        """What is in the files people sent, by reference. Take one out, and it is gone."""
        self.file_failures: list[PortError] = []
        """Raised by the next readings of files, one each."""
        self.files_read: list[str] = []
        """References of the files that were asked for, in order."""
        self.down: PortError | None = None
        self.free = asyncio.Event()
        """Cleared while writes hang."""
        self.free.set()
        self.rooms: dict[str, FakeRoom] = {}
        self.posted: list[Posted] = []
        """All messages of ours, oldest first."""
        self.calls: list[tuple[str, str]] = []
        """(method, key) of every write that reached us, repeated ones included."""

    @property
    def name(self) -> str:
        """The connection's name."""
        return self._name

    @property
    def listening(self) -> bool:
        """Whether it receives."""
        return self._listening.is_set()

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""
        return self._capabilities

    def beside(self) -> FakeNetwork:
        """Return another connection to the same network, for another replica: what one does, the other sees."""
        other = FakeNetwork(self._name, capabilities=self._capabilities, clock=self._clock)
        same = ("_numbers", "_done", "_failures", "_failures_in", "_incoming", "rooms", "posted", "calls", "files")
        vars(other).update({name: vars(self)[name] for name in same})
        return other

    # the test's side

    def room(self, id_: str, *members: Identity, title: str = "", direct: bool = False) -> FakeRoom:
        """Return a room, made if it is not there."""
        known = self.rooms.get(id_)
        if known is None:
            ref = RoomRef(network=self._name, id=id_)
            known = self.rooms[id_] = FakeRoom(ref=ref, title=title, members=list(members), direct=direct)
        return known

    def fail(self, *errors: PortError) -> None:
        """Let the next writes fail, one error each."""
        self._failures.extend(errors)

    def fail_in(self, room: str, *errors: PortError) -> None:
        """Let the next writes to one room fail, one error each, before anything is done."""
        self._failures_in.setdefault(room, []).extend(errors)

    def upgrade(self, room: str, to: str) -> tuple[RoomRef, RoomRef]:
        """Let a room go on as another with the same members: the old one refuses every write from now on."""
        old = self.room(room)
        new = self.room(to, *old.members, title=old.title, direct=old.direct)
        old.renewed = True
        return old.ref, new.ref

    def file(self, name: str, content: bytes, media_type: str = "text/plain") -> File:
        """Return a file that somebody can send: `say(…, files=(file,))`."""
        ref = f"f{next(self._numbers)}"
        self.files[ref] = content
        return File(name=name, media_type=media_type, size=len(content), ref=ref)

    async def say(
        self,
        sender: Identity,
        text: str,
        room: str,
        *,
        addressed: bool = True,
        direct: bool = False,
        thread: str | None = None,
        reply_to: str | None = None,
        edited: bool = False,
        automated: bool = False,
        files: Sequence[File] = (),
    ) -> MessageRef:
        """Let somebody write; return the message once it has been accepted."""
        ref = MessageRef(room=self.room(room, direct=direct).ref, id=f"m{next(self._numbers)}")
        message = Message(
            ref=ref,
            sender=sender,
            text=text,
            at=self._clock.now(),
            addressed=addressed or direct,
            direct=direct,
            thread=thread,
            reply_to=reply_to,
            edited=edited,
            automated=automated,
            files=tuple(files),
        )
        self._incoming[ref] = message
        await self.deliver((ref.id, message))
        return ref

    async def member(
        self, who: Identity, room: str, change: Change, *, by: Identity | None = None, ourselves: bool = False
    ) -> None:
        """Let somebody, or the server itself, come, go or knock."""
        known = self.room(room)
        if who in known.members and change in {"left", "removed", "banned"}:
            known.members.remove(who)
        if who not in known.members and change == "joined" and not ourselves:
            known.members.append(who)
        body = MemberChange(room=known.ref, member=who, change=change, at=self._clock.now(), by=by, ourselves=ourselves)
        await self.deliver((f"c{next(self._numbers)}", body))

    async def press(self, presser: Identity, action: str, room: str, *, fields: dict[str, str] | None = None) -> str:
        """Let somebody press a button; return the event's key."""
        key = f"p{next(self._numbers)}"
        press = ButtonPress(
            room=self.room(room).ref, presser=presser, action=action, at=self._clock.now(), fields=fields or {}
        )
        await self.deliver((key, press))
        return key

    async def redact(self, ref: MessageRef) -> None:
        """Let a message be deleted."""
        self._incoming.pop(ref, None)
        await self.deliver((f"r{next(self._numbers)}", Redaction(ref=ref, at=self._clock.now())))

    async def deliver(self, *events: tuple[str, Body]) -> None:
        """Hand over events as they are. Waits until the network has been started."""
        await self._listening.wait()
        if self._accept is not None:
            await self._accept(events)

    def heard(self) -> list[MessageRef]:
        """Return the messages people wrote and did not delete, oldest first."""
        return list(self._incoming)

    def history(self, room: str) -> list[Posted]:
        """Return our messages in a room, oldest first."""
        return [posted for posted in self.posted if posted.ref.room.id == room]

    # the engine's side

    async def run(self, accept: Accept) -> None:
        """Receive until cancelled."""
        self._accept = accept
        self._listening.set()
        try:
            await asyncio.Event().wait()
        finally:
            self._accept = None
            self._listening.clear()

    async def post(self, room: RoomRef, body: Outgoing, *, key: str, thread: str | None = None) -> MessageRef:
        """Post."""
        known = self._known(room)
        repeated = await self._begin("post", key, room)
        if isinstance(repeated, MessageRef):
            return repeated
        ref = MessageRef(room=known.ref, id=f"m{next(self._numbers)}")
        self.posted.append(Posted(ref=ref, body=body, thread=thread, key=key))
        self._end("post", key, ref)
        return ref

    async def edit(self, message: MessageRef, body: Outgoing, *, key: str) -> None:
        """Replace a message of ours."""
        self._can(self._capabilities.edits, "edits")
        posted = self._posted(message)
        if await self._begin("edit", key, message.room) is not None:
            return
        posted.body = body
        posted.edits += 1
        self._end("edit", key, message)

    async def react(self, message: MessageRef, emoji: str, *, key: str) -> None:
        """Put a reaction on a message."""
        if await self._begin("react", key) is not None:
            return
        for posted in self.posted:
            if posted.ref == message and emoji not in posted.reactions:
                posted.reactions.append(emoji)
        self._end("react", key, message)

    async def pin(self, message: MessageRef, *, key: str) -> None:
        """Pin a message."""
        self._can(self._capabilities.pins, "pins")
        posted = self._posted(message)
        if await self._begin("pin", key, message.room) is not None:
            return
        posted.pinned = True
        self._end("pin", key, message)

    async def unpin(self, message: MessageRef, *, key: str) -> None:
        """Take a message off what is pinned."""
        self._can(self._capabilities.pins, "pins")
        posted = self._posted(message)
        if await self._begin("unpin", key, message.room) is not None:
            return
        posted.pinned = False
        self._end("unpin", key, message)

    async def open_room(self, spec: RoomSpec, *, key: str) -> RoomRef:
        """Create a room."""
        self._can(self._capabilities.open_rooms, "opening rooms")
        repeated = await self._begin("open_room", key)
        if isinstance(repeated, RoomRef):
            return repeated
        room = self.room(f"room-{next(self._numbers)}", *spec.members, title=spec.title)
        room.private = spec.private
        self._end("open_room", key, room.ref)
        return room.ref

    async def invite(self, room: RoomRef, identity: Identity, *, key: str) -> None:
        """Let somebody in."""
        known = self._known(room)
        if await self._begin("invite", key, room) is None:
            if identity not in known.members:
                known.members.append(identity)
            self._end("invite", key, room)

    async def remove(self, room: RoomRef, identity: Identity, *, key: str) -> None:
        """Take somebody out."""
        known = self._known(room)
        if await self._begin("remove", key, room) is None:
            if identity in known.members:
                known.members.remove(identity)
            self._end("remove", key, room)

    async def archive_room(self, room: RoomRef, *, key: str) -> None:
        """Close a room."""
        known = self._known(room)
        if await self._begin("archive", key, room) is None:
            known.archived = True
            self._end("archive", key, room)

    async def direct_room(self, identity: Identity, *, key: str) -> RoomRef:
        """Return the direct chat with somebody."""
        self._can(self._capabilities.direct_rooms, "direct chats")
        await self._begin("direct_room", key)
        return self.room(f"direct-{identity.id}", identity, direct=True).ref

    async def members(self, room: RoomRef) -> Sequence[Identity]:
        """Return who is in a room."""
        return tuple(self._known(room).members)

    async def read(self, message: MessageRef) -> Message | None:
        """Return a message somebody wrote."""
        return self._incoming.get(message)

    async def read_file(self, ref: str, *, most: int) -> AsyncIterator[bytes]:
        """Yield what is in a file, in pieces of a few bytes."""
        self._can(self._capabilities.files, "files")
        self.files_read.append(ref)
        if self.file_failures:
            raise self.file_failures.pop(0)
        if ref not in self.files:
            message = "the file is gone"
            raise Missing(message)
        content = self.files[ref]
        for begin in range(0, len(content), 1024):
            if begin + len(content[begin : begin + 1024]) > most:
                raise too_large(most)
            yield content[begin : begin + 1024]

    async def check(self) -> Sequence[CheckResult]:
        """Report that all is well, or not."""
        return (
            CheckResult(name="connection", ok=self.down is None, detail="" if self.down is None else str(self.down)),
        )

    async def close(self) -> None:
        """There is nothing to let go of."""

    # inside

    async def _begin(self, method: str, key: str, room: RoomRef | None = None) -> object | None:
        self.calls.append((method, key))
        await self.free.wait()
        if room is not None and (failures := self._failures_in.get(room.id)):
            raise failures.pop(0)
        if room is not None and (known := self.rooms.get(room.id)) is not None and known.renewed:
            message = f"{room} goes on elsewhere"
            raise Forbidden(message)
        if self.down is not None:
            raise self.down
        if self._failures and not isinstance(self._failures[0], OutcomeUnknown):
            raise self._failures.pop(0)
        return self._done.get((method, key)) if self._capabilities.native_keys else None

    def _end(self, method: str, key: str, result: object) -> None:
        self._done[method, key] = result
        if self._failures:
            raise self._failures.pop(0)

    def _known(self, room: RoomRef) -> FakeRoom:
        known = self.rooms.get(room.id)
        if known is None or room.network != self._name:
            message = f"there is no room {room}"
            raise Missing(message)
        return known

    def _posted(self, message: MessageRef) -> Posted:
        for posted in self.posted:
            if posted.ref == message:
                return posted
        error = f"there is no message {message.id}"
        raise Missing(error)

    def _can(self, capability: bool, what: str) -> None:  # noqa: FBT001 - the capability itself
        if not capability:
            message = f"{self._name} has no {what}"
            raise Unsupported(message)


def without(**missing: bool) -> Capabilities:
    """Return everything but what is given as False: `without(native_keys=False)`."""
    return replace(EVERYTHING, **missing)
