"""Who has which direct chats with us. Kept in our records: what a direct chat is, a homeserver does not decide."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from chatops.ports.records import Record, Records, Write

MOST = 100_000
"""Direct chats read at start."""


class Directs:
    """Somebody may have several direct chats with us; we write in the newest. A room with anybody else in it is none."""

    def __init__(self, records: Records, *, shared: bool = False) -> None:
        """`shared`: other replicas write here as well, so that each room is read again whenever it is asked about."""
        self._records = records
        self._shared = shared
        self._users: dict[str, str] | None = None
        """User by room; nobody for rooms that were direct chats once."""
        self._numbers: dict[str, int] = {}
        """By room: the newest of somebody has the highest."""
        self._ends: dict[str, tuple[str, str]] = {}
        """By room that was one: whose, and the event that ended it."""
        self._alone = asyncio.Lock()

    async def load(self) -> None:
        """Read all of them, once."""
        if self._users is not None:
            return
        found = await self._records.find("direct", limit=MOST)
        if self._users is None:
            self._users = {}
            for record in found:
                self._take(self._users, record)

    async def room(self, user: str) -> str | None:
        """Return somebody's newest direct chat."""
        users = await self._known()
        if self._shared:
            for record in await self._records.find("direct", limit=MOST, user=user):
                self._take(users, record)
            # Those written before they could be found by their user, and those that are somebody else's by now.
            for room in [room for room, whose in users.items() if whose == user]:
                await self._known(room)
        theirs = [room for room, whose in users.items() if whose == user]
        return max(theirs, key=self._numbers.__getitem__, default=None)

    async def user(self, room: str) -> str | None:
        """Return whose direct chat a room is, or None when it is none."""
        return (await self._known(room)).get(room) or None

    async def until(self, room: str, events: Collection[str]) -> str | None:
        """Return whose direct chat a room was before one of these events ended it.

        What is told again, because accepting it was cut off, must be read as it was the first time.
        """
        await self._known(room)
        user, event = self._ends.get(room, ("", ""))
        return user if event in events else None

    async def was(self, room: str) -> bool:
        """Whether a room is a direct chat or was one: what was meant for it is for one person."""
        return room in await self._known(room)

    async def remember(self, user: str, room: str) -> None:
        """Make a room somebody's newest direct chat."""
        users = await self._known()
        async with self._alone:
            await self._write(users, room, user)

    async def forget(self, room: str, *, by: str = "") -> None:
        """A room is no direct chat any more: somebody else came in (the event `by`), or it is gone. Harmless when it was
        none."""
        users = await self._known(room)
        async with self._alone:
            if user := users.get(room):
                await self._write(users, room, "", ended=(user, by))

    async def _write(
        self, users: dict[str, str], room: str, user: str, *, ended: tuple[str, str] | None = None
    ) -> None:
        number = await self._records.number("direct")
        body = {"user": user, "number": number} | ({"ended": ended} if ended else {})
        await self._records.write(Write(kind="direct", id=room, body=body, columns={"user": user}))
        self._put(users, room, user, number, ended)

    async def _known(self, room: str | None = None) -> dict[str, str]:
        await self.load()
        users = self._users if self._users is not None else {}
        if self._shared and room is not None and (record := await self._records.get("direct", room)) is not None:
            self._take(users, record)
        return users

    def _take(self, users: dict[str, str], record: Record) -> None:
        ended = tuple(record.body["ended"]) if "ended" in record.body else None
        self._put(users, record.id, str(record.body["user"]), int(record.body["number"]), ended)

    def _put(self, users: dict[str, str], room: str, user: str, number: int, ended: tuple[str, str] | None) -> None:
        if number < self._numbers.get(room, 0):
            return
        users[room] = user
        self._numbers[room] = number
        self._ends.pop(room, None)
        if ended:
            self._ends[room] = ended
