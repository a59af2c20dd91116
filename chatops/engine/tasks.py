"""Background tasks with an owner: none outlives it, none fails unseen."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from chatops.engine.bounded import Raised, guarded
from chatops.engine.trace import trace_of

log = structlog.get_logger("chatops.engine")


class Tasks:
    """The tasks of one part."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def spawn(self, work: Coroutine[Any, Any, None], *, name: str) -> None:
        """Start `work`. Should it raise, that is logged."""
        task = asyncio.create_task(self._watch(work, name), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self) -> None:
        """Wait until all have ended."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def cancel(self) -> None:
        """Stop all and wait until they have stopped."""
        while self._tasks:
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(set(self._tasks), timeout=1.0)

    async def _watch(self, work: Coroutine[Any, Any, None], name: str) -> None:
        outcome = await guarded(work)
        if isinstance(outcome, Raised):
            log.error("a background task failed", task=name, trace=trace_of(outcome.error))
