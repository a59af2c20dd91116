"""One queue per conversation, and of several edits of one message that wait only the newest."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

from chatops.errors import PortError, RateLimited

T = TypeVar("T")

PATIENCE = 8.0
"""Seconds to stand in a queue. Who would wait longer is told so before anything was sent: given up by others in the
middle of the queue, it would count as a message that may have been sent."""


class _Slot:
    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.users = 0


class Queues:
    """Lets one at a time into a conversation, in the order they came."""

    def __init__(self, *, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._slots: dict[str, _Slot] = {}

    @asynccontextmanager
    async def turn(self, conversation: str) -> AsyncIterator[None]:
        """Wait for everybody before. Raise RateLimited when that takes too long."""
        slot = self._slots.setdefault(conversation, _Slot())
        slot.users += 1
        try:
            await self._enter(slot)
            try:
                yield
            finally:
                slot.lock.release()
        finally:
            slot.users -= 1
            if not slot.users:
                del self._slots[conversation]

    async def _enter(self, slot: _Slot) -> None:
        try:
            async with asyncio.timeout(self._patience):
                await slot.lock.acquire()
        except TimeoutError:
            message = "too much is waiting to be said in that conversation"
            raise RateLimited(message, retry_after=1.0) from None

    @property
    def open(self) -> int:
        """Conversations in which somebody waits or speaks."""
        return len(self._slots)


class _Waiting(Generic[T]):
    """Something that has not begun."""

    def __init__(self, newest: T) -> None:
        self.newest = newest
        self.outcome: asyncio.Future[PortError | None] = asyncio.get_running_loop().create_future()
        """How it went; cancelled when whoever led was cancelled."""


class Newest(Generic[T]):
    """Of what waits under the same name, only the newest is done; its outcome is that of all who waited."""

    def __init__(self, queues: Queues) -> None:
        self._queues = queues
        self._waiting: dict[tuple[str, str], _Waiting[T]] = {}

    async def run(self, conversation: str, name: str, value: T, do: Callable[[T], Awaitable[None]]) -> None:
        """Stand in the conversation's queue and do it, or have it done with what is newer by then. Raise its PortError."""
        while (waiting := self._waiting.get((conversation, name))) is not None:
            waiting.newest = value
            try:
                error = await asyncio.shield(waiting.outcome)
            except asyncio.CancelledError:
                own = asyncio.current_task()
                if not waiting.outcome.cancelled() or (own is not None and own.cancelling()):
                    raise
                continue
            if error is not None:
                raise error
            return
        await self._lead(conversation, name, value, do)

    async def _lead(self, conversation: str, name: str, value: T, do: Callable[[T], Awaitable[None]]) -> None:
        key = (conversation, name)
        waiting = self._waiting[key] = _Waiting(value)
        error: PortError | None = None
        try:
            async with self._queues.turn(conversation):
                del self._waiting[key]
                await do(waiting.newest)
        except PortError as raised:
            error = raised
            raise
        except BaseException:
            waiting.outcome.cancel()
            raise
        finally:
            if self._waiting.get(key) is waiting:
                del self._waiting[key]
            if not waiting.outcome.done():
                waiting.outcome.set_result(error)
