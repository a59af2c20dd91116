"""Matrix as a chat network: puts the parts together behind `chatops.ports.chat.ChatNetwork`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Protocol

from nio import Api

from chatops.core.message import Identity, Message, MessageRef, RoomRef
from chatops.errors import AuthExpired, Forbidden, Missing, PortError, StoreError, StoreUnavailable
from chatops.ports.chat import Accept, Capabilities, CheckResult, Outgoing, RoomSpec
from matrix_network.buttons import Accounts
from matrix_network.courtesies import Courtesies
from matrix_network.downloads import read_file
from matrix_network.homeserver import NO_TOKEN, Homeserver
from matrix_network.pins import Pins
from matrix_network.reading import Reading
from matrix_network.room_state import RoomStates
from matrix_network.rooms import Rooms
from matrix_network.sending import Sending
from matrix_network.session import UNHEARD
from matrix_network.settings import MatrixSettings

MOST_TEXT = 200_000
"""UTF-8 bytes of a post. What does not fit into an event is attached, so nothing of it is lost."""


class Receiving(Protocol):
    """The way in."""

    async def run(self, accept: Accept) -> None:
        """Receive until cancelled. Raise only AuthExpired."""
        ...


class MatrixChat:
    """Implements `chatops.ports.chat.ChatNetwork`."""

    def __init__(
        self,
        settings: MatrixSettings,
        *,
        homeserver: Homeserver,
        accounts: Accounts,
        receiving: Receiving,
        courtesies: Courtesies,
        sending: Sending,
        reading: Reading,
        pins: Pins,
        rooms: Rooms,
        states: RoomStates,
    ) -> None:
        self._settings = settings
        self._homeserver = homeserver
        self._accounts = accounts
        self._receiving = receiving
        self._courtesies = courtesies
        self._sending = sending
        self._reading = reading
        self._pins = pins
        self._rooms = rooms
        self._states = states
        self._capabilities = Capabilities(
            reaction_buttons=True,
            foreign_reactions=True,
            edits=True,
            threads=True,
            pins=True,
            open_rooms=True,
            private_rooms=True,
            direct_rooms=True,
            typing=True,
            files=True,
            native_keys=True,
            one_reader=True,
            max_text=MOST_TEXT,
            per_second=settings.per_second,
            room_per_second=settings.room_per_second,
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
        """Receive until cancelled. Raise only AuthExpired."""
        with suppress(StoreUnavailable):  # what is not forgotten now is with the next start
            await self._rooms.prune()
        await self._receiving.run(self._courtesies.around(accept))

    async def post(self, room: RoomRef, body: Outgoing, *, key: str, thread: str | None = None) -> MessageRef:
        """Post and return the message. Where a room has gone on as another one, in that, and in no thread."""
        try:
            async with self._inside(room):
                return await self._sending.post(room, body, key=key, thread=thread)
        except Forbidden:
            successor = await self._rooms.successor(room)
            if successor is None:
                raise
        return await self.post(successor, body, key=key)

    async def edit(self, message: MessageRef, body: Outgoing, *, key: str) -> None:
        """Replace one of our own messages. Raise Missing when it is gone, Forbidden when it is somebody else's."""
        async with self._inside(message.room):
            await self._sending.edit(message, body, key=key)

    async def react(self, message: MessageRef, emoji: str, *, key: str) -> None:
        """Put a reaction on a message."""
        async with self._inside(message.room):
            await self._sending.react(message, emoji, key=key)

    async def pin(self, message: MessageRef, *, key: str) -> None:
        """Pin a message."""
        async with self._inside(message.room):
            await self._pins.pin(message, key=key)

    async def unpin(self, message: MessageRef, *, key: str) -> None:
        """Take a message off what is pinned."""
        async with self._inside(message.room):
            await self._pins.unpin(message, key=key)

    async def open_room(self, spec: RoomSpec, *, key: str) -> RoomRef:
        """Create a room, with its members invited."""
        return await self._rooms.open_room(spec, key=key)

    async def invite(self, room: RoomRef, identity: Identity, *, key: str) -> None:
        """Let somebody in."""
        await self._rooms.invite(room, identity, key=key)

    async def remove(self, room: RoomRef, identity: Identity, *, key: str) -> None:
        """Take somebody out."""
        await self._rooms.remove(room, identity, key=key)

    async def archive_room(self, room: RoomRef, *, key: str) -> None:
        """Close a room for writing."""
        await self._rooms.archive_room(room, key=key)

    async def direct_room(self, identity: Identity, *, key: str) -> RoomRef:
        """Return the direct chat with somebody, made when there is none."""
        return await self._rooms.direct_room(identity, key=key)

    async def members(self, room: RoomRef) -> Sequence[Identity]:
        """Return who is in a room or has been let in, ourselves left out."""
        return await self._rooms.members(room)

    async def read(self, message: MessageRef) -> Message | None:
        """Return a message as it was last edited, or None when it is gone or cannot be seen."""
        if message.room.network != self.name:
            return None
        return await self._reading.read(message)

    def read_file(self, ref: str, *, most: int) -> AsyncIterator[bytes]:
        """Yield what is in a file. See `chatops.ports.chat_files.FileReading`."""
        return read_file(self._homeserver, ref, most=most)

    async def check(self) -> Sequence[CheckResult]:
        """Look whether the homeserver knows us. Never raises."""
        try:
            account = await self._accounts.account()
            answer = await self._homeserver.call(Api.whoami(NO_TOKEN))
        except AuthExpired as error:
            return [CheckResult(name=self.name, ok=False, detail=str(error), fix=error.fix)]
        except (PortError, StoreError) as error:
            return [CheckResult(name=self.name, ok=False, detail=str(error), fix=UNHEARD)]
        if answer.get("user_id") != account.user:
            detail = f"logged in as {account.user}, but the homeserver takes us for {answer.get('user_id')}"
            return [CheckResult(name=self.name, ok=False, detail=detail)]
        return [CheckResult(name=self.name, ok=True, detail=f"{account.user} on {self._homeserver.url}")]

    async def close(self) -> None:
        """Let go of connections. Calling twice is harmless."""
        await self._courtesies.close()
        await self._homeserver.close()

    @asynccontextmanager
    async def _inside(self, room: RoomRef) -> AsyncIterator[None]:
        """Raise Missing instead of Forbidden for a room we are not in.

        Synapse answers both with M_FORBIDDEN, so that nobody learns which rooms exist (`api/auth/base.py`).
        """
        if room.network != self.name:
            message = f"{room} is not on {self.name}"
            raise Missing(message)
        try:
            yield
        except Forbidden:
            await self._states.inside(room.id, (await self._accounts.account()).user)
            raise
