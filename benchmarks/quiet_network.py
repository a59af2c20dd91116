"""A network that takes everything at once, and tells whoever waits, in whichever process, that a room was answered."""

from __future__ import annotations

import asyncio
import socket
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from chatops.core.message import Identity, Message, MessageRef, RoomRef
from chatops.ports.chat import Accept, Capabilities, CheckResult, Outgoing, RoomSpec

UNLIMITED = 1e9
NAME = "quiet"


class QuietNetwork:
    """Implements `chatops.ports.chat.ChatNetwork`. `ears`: a folder in which every process has a socket to hear by."""

    name = NAME
    capabilities = Capabilities(native_keys=True, direct_rooms=True, per_second=UNLIMITED, room_per_second=UNLIMITED)

    def __init__(self, ears: Path, own: str) -> None:
        self.accept: asyncio.Future[Accept] = asyncio.get_running_loop().create_future()
        self._answered: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._ears = ears
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(ears / own))
        self._socket.settimeout(0)
        asyncio.get_running_loop().add_reader(self._socket, self._hear)

    async def answered(self, room: str, within: float) -> None:
        """Return when something was posted in a room since this was last asked."""
        async with asyncio.timeout(within):
            await self._answered[room].wait()
        self._answered[room].clear()

    def forget(self, room: str) -> None:
        """Count from now on."""
        self._answered[room].clear()

    async def run(self, accept: Accept) -> None:
        """Hand out the door; nothing comes by itself."""
        if not self.accept.done():
            self.accept.set_result(accept)
        await asyncio.Event().wait()

    async def post(self, room: RoomRef, body: Outgoing, *, key: str, thread: str | None = None) -> MessageRef:
        """Take a post, and say so to all."""
        del body, thread
        for ear in self._ears.iterdir():
            await self._tell(room.id.encode(), str(ear))
        return MessageRef(room=room, id=key)

    async def edit(self, message: MessageRef, body: Outgoing, *, key: str) -> None:
        """Take it."""

    async def react(self, message: MessageRef, emoji: str, *, key: str) -> None:
        """Take it."""

    async def pin(self, message: MessageRef, *, key: str) -> None:
        """Take it."""

    async def unpin(self, message: MessageRef, *, key: str) -> None:
        """Take it."""

    async def open_room(self, spec: RoomSpec, *, key: str) -> RoomRef:
        """Make one named by the key."""
        del spec
        return RoomRef(network=NAME, id=f"room {key}")

    async def invite(self, room: RoomRef, identity: Identity, *, key: str) -> None:
        """Take it."""

    async def remove(self, room: RoomRef, identity: Identity, *, key: str) -> None:
        """Take it."""

    async def archive_room(self, room: RoomRef, *, key: str) -> None:
        """Take it."""

    async def direct_room(self, identity: Identity, *, key: str) -> RoomRef:
        """Make one named by the person."""
        del key
        return RoomRef(network=NAME, id=f"direct {identity.id}")

    async def members(self, room: RoomRef) -> Sequence[Identity]:
        """Nobody it could name."""
        del room
        return ()

    async def read(self, message: MessageRef) -> Message | None:
        """Forgotten."""
        del message
        return None

    async def check(self) -> Sequence[CheckResult]:
        """All is well."""
        return ()

    async def close(self) -> None:
        """Hear no more."""
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    async def _tell(self, room: bytes, ear: str) -> None:
        while True:
            try:
                self._socket.sendto(room, ear)
            except BlockingIOError:  # a socket holds about ten
                await asyncio.sleep(0.001)
            except ConnectionRefusedError:  # its process has ended
                return
            else:
                return

    def _hear(self) -> None:
        while True:
            try:
                room = self._socket.recv(4096).decode()
            except BlockingIOError:
                return
            self._answered[room].set()
