"""Who has which direct chat with us. Kept in our records: what a direct chat is, a homeserver does not decide."""

from __future__ import annotations

import asyncio

from chatops.ports.records import Records, Write

MOST = 100_000
"""Direct chats read at start."""


class Directs:
    """One direct chat per user; a room with anybody else in it is none."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._rooms: dict[str, str] | None = None
        self._users: dict[str, str] = {}
        self._alone = asyncio.Lock()

    async def load(self) -> None:
        """Read all of them, once."""
        if self._rooms is not None:
            return
        found = await self._records.find("direct", limit=MOST)
        if self._rooms is None:
            self._rooms = {record.id: str(record.body["room"]) for record in found}
            self._users = {room: user for user, room in self._rooms.items()}

    async def room(self, user: str) -> str | None:
        """Return somebody's direct chat."""
        await self.load()
        return (self._rooms or {}).get(user)

    async def user(self, room: str) -> str | None:
        """Return whose direct chat a room is, or None when it is none."""
        await self.load()
        return self._users.get(room)

    async def remember(self, user: str, room: str) -> None:
        """Make a room somebody's direct chat, instead of the one before."""
        await self.load()
        async with self._alone:
            await self._records.write(Write(kind="direct", id=user, body={"room": room}))
            if self._rooms is not None:
                self._users.pop(self._rooms.get(user, ""), None)
                self._rooms[user] = room
            self._users[room] = user

    async def forget(self, room: str) -> None:
        """A room is no direct chat any more: somebody else came in, or it is gone. Harmless when it was none."""
        await self.load()
        async with self._alone:
            user = self._users.get(room)
            if user is not None and self._rooms is not None and self._rooms.get(user) == room:
                await self._records.delete("direct", user)
                del self._rooms[user]
            self._users.pop(room, None)
