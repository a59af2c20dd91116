"""A stand-in for the network's own service, in memory. Put the client of the real one in its place.

It has rooms, people who write in them, a stream of what happened, and it takes a post with a key once.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(frozen=True)
class Happened:
    """One thing that happened: somebody wrote, or deleted what they wrote."""

    number: int
    room: str
    message: str
    author: str = ""
    text: str = ""
    deleted: bool = False
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


class NoSuchRoom(Exception):
    """It is not there."""


class Service:
    """The network."""

    US = "the bot"

    def __init__(self) -> None:
        self.stream: list[Happened] = []
        self.rooms: dict[str, set[str]] = {"lobby": set()}
        self._posted: dict[str, str] = {}
        self._news = asyncio.Condition()

    async def write(self, room: str, author: str, text: str, *, key: str = "") -> str:
        """Write into a room; return the message's id. Writing again with the same key returns the first one's."""
        if room not in self.rooms:
            raise NoSuchRoom(room)
        if key and key in self._posted:
            return self._posted[key]
        if author != self.US:
            self.rooms[room].add(author)
        message = f"m{len(self.stream) + 1}"
        if key:
            self._posted[key] = message
        await self._tell(Happened(len(self.stream) + 1, room, message, author=author, text=text))
        return message

    async def delete(self, room: str, message: str) -> None:
        """Delete a message."""
        await self._tell(Happened(len(self.stream) + 1, room, message, deleted=True))

    async def after(self, number: int) -> list[Happened]:
        """Return what happened after a number, as soon as there is something."""
        async with self._news:
            await self._news.wait_for(lambda: len(self.stream) > number)
            return self.stream[number:]

    def find(self, room: str, message: str) -> Happened | None:
        """Return a message that is there."""
        about = [one for one in self.stream if (one.room, one.message) == (room, message)]
        return about[0] if about and not about[-1].deleted else None

    async def _tell(self, happened: Happened) -> None:
        async with self._news:
            self.stream.append(happened)
            self._news.notify_all()
