"""Small things done beside the main work, which nobody waits for: an owner, a name, and an end."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from chatops.errors import PortError

log = structlog.get_logger("matrix_network")

MOST = 256
"""Done at the same time. What comes on top is left out: it is nothing that has to happen."""


class Background:
    """Tasks that may fail. What a homeserver refuses is let go; anything else is logged as the fault it is."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[Any, Any, None], *, name: str) -> None:
        """Start `work`."""
        if len(self._tasks) >= MOST:
            work.close()
            return
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def settled(self) -> None:
        """Wait until all have ended."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def close(self) -> None:
        """Stop all of them."""
        for task in self._tasks:
            task.cancel()
        await self.settled()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, PortError):
            log.error("a background task failed", task=task.get_name(), error=type(error).__name__)
