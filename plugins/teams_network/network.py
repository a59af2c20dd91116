"""Teams as a chat network: puts the parts together behind `chatops.ports.chat.ChatNetwork`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress

from chatops.core.message import Identity, Message, MessageRef, RoomRef
from chatops.errors import AuthExpired, Forbidden, Missing, PortError, StoreError, StoreUnavailable
from chatops.ports.chat import Accept, Capabilities, CheckResult, Outgoing, RoomSpec
from teams_network.door import Door
from teams_network.downloads import Downloads
from teams_network.http import Http
from teams_network.keys import Keys
from teams_network.reading import Reading
from teams_network.rooms import Rooms
from teams_network.sending import Sending
from teams_network.settings import TeamsSettings
from teams_network.tokens import Tokens

PER_SECOND, ROOM_PER_SECOND = 50.0, 7.0
"""Of the tenant and of one conversation; the finer limits are kept in `buckets`."""

MOST_TEXT = 200_000
"""UTF-8 bytes of a post. What does not fit into one message stands in several."""


class TeamsChat:
    """Implements `chatops.ports.chat.ChatNetwork`."""

    def __init__(
        self,
        settings: TeamsSettings,
        *,
        http: Http,
        keys: Keys,
        tokens: Tokens,
        door: Door,
        sending: Sending,
        reading: Reading,
        rooms: Rooms,
        downloads: Downloads,
    ) -> None:
        self._settings = settings
        self._http = http
        self._keys = keys
        self._tokens = tokens
        self._door = door
        self._sending = sending
        self._reading = reading
        self._rooms = rooms
        self._downloads = downloads
        self._capabilities = Capabilities(
            buttons=True,
            message_actions=True,
            forms=True,
            edits=True,
            threads=True,
            open_rooms=True,
            private_rooms=True,
            direct_rooms=True,
            files=True,
            keyed_rooms=True,
            max_text=MOST_TEXT,
            per_second=PER_SECOND,
            room_per_second=ROOM_PER_SECOND,
        )

    @property
    def name(self) -> str:
        """The connection's name."""
        return self._settings.network

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""
        return self._capabilities

    async def run(self, accept: Accept) -> None:
        """Let in what the Bot Connector brings, until cancelled."""
        self._tokens.retry()
        async with asyncio.TaskGroup() as both:
            both.create_task(self._door.listen(accept))
            both.create_task(self._prune())

    async def post(self, room: RoomRef, body: Outgoing, *, key: str, thread: str | None = None) -> MessageRef:
        """Post and return the message; of a post that became several, the first.

        Raise Forbidden in a room that we closed: Teams itself cannot lock threads and chats.
        """
        self._here(room)
        if await self._rooms.is_closed(room):
            message = "the room is closed"
            raise Forbidden(message, code="closed")
        return await self._sending.post(room, body, key=key, thread=thread)

    async def edit(self, message: MessageRef, body: Outgoing, *, key: str) -> None:
        """Replace one of our own messages. Raise Missing when it is gone."""
        self._here(message.room)
        await self._sending.edit(message, body, key=key)

    async def react(self, message: MessageRef, emoji: str, *, key: str) -> None:
        """Raise Unsupported: bots cannot."""
        await self._sending.react(message, emoji, key=key)

    async def pin(self, message: MessageRef, *, key: str) -> None:
        """Raise Unsupported: bots cannot."""
        await self._sending.pin(message, key=key)

    async def unpin(self, message: MessageRef, *, key: str) -> None:
        """Raise Unsupported: bots cannot."""
        await self._sending.unpin(message, key=key)

    async def open_room(self, spec: RoomSpec, *, key: str) -> RoomRef:
        """Open a room, once per key, with its members in it."""
        return await self._rooms.open_room(spec, key=key)

    async def invite(self, room: RoomRef, identity: Identity, *, key: str) -> None:
        """Let somebody in."""
        await self._rooms.invite(room, identity, key=key)

    async def remove(self, room: RoomRef, identity: Identity, *, key: str) -> None:
        """Take somebody out."""
        await self._rooms.remove(room, identity, key=key)

    async def archive_room(self, room: RoomRef, *, key: str) -> None:
        """Close a room as far as Teams can."""
        await self._rooms.archive_room(room, key=key)

    async def direct_room(self, identity: Identity, *, key: str) -> RoomRef:
        """Return the personal chat with somebody. Raise Forbidden when they do not have the app."""
        return await self._rooms.direct_room(identity, key=key)

    async def members(self, room: RoomRef) -> Sequence[Identity]:
        """Return who is in a room, ourselves left out."""
        return await self._rooms.members(room)

    async def read(self, message: MessageRef) -> Message | None:
        """Return a message, or None when it is gone or cannot be seen."""
        if message.room.network != self.name:
            return None
        return await self._reading.read(message)

    def read_file(self, ref: str, *, most: int) -> AsyncIterator[bytes]:
        """Yield what is in a file. See `chatops.ports.chat_files.FileReading`."""
        return self._downloads.read_file(ref, most=most)

    async def check(self) -> Sequence[CheckResult]:
        """Look whether Entra gives us a token for the Bot Connector. Never raises."""
        try:
            await self._tokens.current(self._settings.where.connector_scope)
        except AuthExpired as error:
            return [CheckResult(name=self.name, ok=False, detail=str(error), fix=error.fix)]
        except (PortError, StoreError) as error:
            return [CheckResult(name=self.name, ok=False, detail=str(error), fix="chatops doctor")]
        return [CheckResult(name=self.name, ok=True, detail=f"bot {self._settings.app_id}")]

    async def close(self) -> None:
        """Let go of connections. Calling twice is harmless."""
        await self._keys.close()
        await self._http.close()

    async def _prune(self) -> None:
        """Forget what nobody needs any more. Nobody at the door waits for that."""
        with suppress(StoreUnavailable):  # what is not forgotten now is with the next start
            await self._rooms.prune()
            await self._sending.prune()

    def _here(self, room: RoomRef) -> None:
        if room.network != self.name:
            message = f"{room} is not on {self.name}"
            raise Missing(message)
