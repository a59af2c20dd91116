"""A person who measures: types, and has the answer when their own client gets it."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict

from raw_matrix import Wire, said

WITHIN = 60.0
"""Seconds an answer may take."""


class Human:
    """One client with a long poll of its own."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self._seen: defaultdict[tuple[str, str], asyncio.Queue[float]] = defaultdict(asyncio.Queue)
        self._joined: defaultdict[tuple[str, str], asyncio.Event] = defaultdict(asyncio.Event)

    async def watch(self) -> None:
        """Follow until cancelled."""
        async for rooms in self.wire.syncs():
            now = time.perf_counter()
            for room, event in said(rooms):
                self._seen[room, event["sender"]].put_nowait(now)
            for room, joined in rooms.get("join", {}).items():
                events = [*joined.get("state", {}).get("events", ()), *joined["timeline"]["events"]]
                for event in events:
                    if event["type"] == "m.room.member" and event["content"].get("membership") == "join":
                        self._joined[room, event["state_key"]].set()

    async def met(self, room: str, bot: str) -> None:
        """Wait until a bot has come in."""
        async with asyncio.timeout(WITHIN):
            await self._joined[room, bot].wait()

    async def ask(self, room: str, text: str, bot: str) -> float:
        """Return the seconds from before typing until the bot's answer is there."""
        started = time.perf_counter()
        await self.wire.send(room, text)
        async with asyncio.timeout(WITHIN):
            return await self._seen[room, bot].get() - started

    async def tell(self, room: str, text: str, bot: str, rooms: list[str]) -> float:
        """Return the seconds from before typing until the bot's message is there in each of the rooms."""
        started = time.perf_counter()
        await self.wire.send(room, text)
        async with asyncio.timeout(WITHIN):
            return max([await self._seen[one, bot].get() for one in rooms]) - started
