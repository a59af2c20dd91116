"""Background tasks with an owner: none outlives it, none fails unseen."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from chatops.core.clock import Clock
from chatops.engine.bounded import Raised, guarded
from chatops.engine.trace import trace_of

log = structlog.get_logger("chatops.engine")

LONGEST_PAUSE = 30.0
"""Seconds before a part that keeps failing starts again."""


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
        # Cancelled before its first turn, the task never came to `work`.
        task.add_done_callback(lambda _task: work.close())

    def keep(self, work: Callable[[], Coroutine[Any, Any, None]], *, name: str, clock: Clock) -> None:
        """Start `work`, and start it again whenever it raises, after a pause that grows to half a minute."""
        self.spawn(self._kept(work, name, clock), name=name)

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

    async def _kept(self, work: Callable[[], Coroutine[Any, Any, None]], name: str, clock: Clock) -> None:
        for failures in itertools.count():
            outcome = await guarded(work())
            if not isinstance(outcome, Raised):
                return
            log.error("a background task failed and starts again", task=name, trace=trace_of(outcome.error))
            await clock.sleep(min(2.0 ** min(failures, 5), LONGEST_PAUSE))

    async def _watch(self, work: Coroutine[Any, Any, None], name: str) -> None:
        outcome = await guarded(work)
        if isinstance(outcome, Raised):
            log.error("a background task failed", task=name, trace=trace_of(outcome.error))
