"""Pinned messages: one list per room, written as a whole."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from weakref import WeakValueDictionary

from nio import Api

from chatops.core.message import MessageRef
from chatops.errors import Missing
from matrix_network.homeserver import NO_TOKEN, Homeserver, Json
from matrix_network.once import Once
from matrix_network.reading import is_gone

TYPE = "m.room.pinned_events"


class Pins:
    """Pins messages, one after the other in each room, so that two at the same time both stay."""

    def __init__(self, homeserver: Homeserver, once: Once) -> None:
        self._homeserver = homeserver
        self._once = once
        self._alone: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def pin(self, message: MessageRef, *, key: str) -> None:
        """Pin a message. Harmless when it is pinned, or was by the same key and has been unpinned since."""
        key = f"pin:{key}"
        room = message.room.id
        async with self._alone.setdefault(room, asyncio.Lock()):
            if await self._once.result(key) is not None:
                return
            event, pinned = await _both(
                self._homeserver.call(Api.room_get_event(NO_TOKEN, room, message.id)), self._pinned(room)
            )
            if is_gone(event):
                text = "the message to pin is gone"
                raise Missing(text)
            if message.id not in pinned:
                await self._put(room, [*pinned, message.id])
            await self._once.done(key)

    async def unpin(self, message: MessageRef, *, key: str) -> None:
        """Take a message off the list. Harmless when it is not on it, or was taken off by the same key."""
        key = f"unpin:{key}"
        room = message.room.id
        async with self._alone.setdefault(room, asyncio.Lock()):
            if await self._once.result(key) is not None:
                return
            pinned = await self._pinned(room)
            if message.id in pinned:
                await self._put(room, [one for one in pinned if one != message.id])
            await self._once.done(key)

    async def _put(self, room: str, pinned: list[str]) -> None:
        await self._homeserver.call(Api.room_put_state(NO_TOKEN, room, TYPE, {"pinned": pinned}))

    async def _pinned(self, room: str) -> list[str]:
        try:
            content = await self._homeserver.call(Api.room_get_state_event(NO_TOKEN, room, TYPE))
        except Missing:
            return []
        pinned = content.get("pinned")
        return [one for one in pinned if isinstance(one, str)] if isinstance(pinned, list) else []


async def _both(event: Awaitable[Json], pinned: Awaitable[list[str]]) -> tuple[Json, list[str]]:
    """Wait for both; when one fails, the other is waited for as well, so that nothing is left running."""
    found, listed = await asyncio.gather(event, pinned, return_exceptions=True)
    if isinstance(found, BaseException):
        raise found
    if isinstance(listed, BaseException):
        raise listed
    return found, listed
