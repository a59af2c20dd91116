"""Who has which direct chats with us. Kept in our records: what a direct chat is, a homeserver does not decide."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from chatops.ports.records import Records, Write

MOST = 100_000
"""Direct chats read at start."""


class Directs:
    """Somebody may have several direct chats with us; we write in the newest. A room with anybody else in it is none."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._users: dict[str, str] | None = None
        """User by room, the newest room of each last; nobody for rooms that were direct chats once."""
        self._ends: dict[str, tuple[str, str]] = {}
        """By room that was one: whose, and the event that ended it."""
        self._alone = asyncio.Lock()

    async def load(self) -> None:
        """Read all of them, once."""
        if self._users is not None:
            return
        found = await self._records.find("direct", limit=MOST)
        if self._users is None:
            newest_last = sorted(found, key=lambda record: int(record.body["number"]))
            self._users = {record.id: str(record.body["user"]) for record in newest_last}
            self._ends = {record.id: tuple(record.body["ended"]) for record in newest_last if "ended" in record.body}

    async def room(self, user: str) -> str | None:
        """Return somebody's newest direct chat."""
        users = await self._known()
        return next((room for room in reversed(users) if users[room] == user), None)

    async def user(self, room: str) -> str | None:
        """Return whose direct chat a room is, or None when it is none."""
        return (await self._known()).get(room) or None

    async def until(self, room: str, events: Collection[str]) -> str | None:
        """Return whose direct chat a room was before one of these events ended it.

        What is told again, because accepting it was cut off, must be read as it was the first time.
        """
        await self.load()
        user, event = self._ends.get(room, ("", ""))
        return user if event in events else None

    async def was(self, room: str) -> bool:
        """Whether a room is a direct chat or was one: what was meant for it is for one person."""
        return room in await self._known()

    async def remember(self, user: str, room: str) -> None:
        """Make a room somebody's newest direct chat."""
        users = await self._known()
        async with self._alone:
            await self._write(users, room, user)

    async def forget(self, room: str, *, by: str = "") -> None:
        """A room is no direct chat any more: somebody else came in (the event `by`), or it is gone. Harmless when it was
        none."""
        users = await self._known()
        async with self._alone:
            if user := users.get(room):
                await self._write(users, room, "", ended=(user, by))

    async def _write(
        self, users: dict[str, str], room: str, user: str, *, ended: tuple[str, str] | None = None
    ) -> None:
        number = await self._records.number("direct")
        body = {"user": user, "number": number} | ({"ended": ended} if ended else {})
        await self._records.write(Write(kind="direct", id=room, body=body))
        users.pop(room, None)
        users[room] = user
        self._ends.pop(room, None)
        if ended:
            self._ends[room] = ended

    async def _known(self) -> dict[str, str]:
        await self.load()
        return self._users if self._users is not None else {}
