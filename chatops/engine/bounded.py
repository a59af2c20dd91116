"""Running code that is not ours: it may hang, raise anything, swallow its cancellation. The engine must not notice."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from chatops.core.clock import Clock

T = TypeVar("T")

CANCELS = 3
"""Times a hanging task is asked to stop before it is left behind."""


class DeadlinePassed(Exception):
    """It took too long and was stopped, or left behind if it would not stop."""


@dataclass(frozen=True)
class Returned(Generic[T]):
    """It came to its end."""

    value: T


@dataclass(frozen=True)
class Raised:
    """It raised."""

    error: BaseException


async def guarded(work: Coroutine[Any, Any, T]) -> Returned[T] | Raised:
    """Run `work`; whatever it raises is returned. Our own cancellation goes through.

    The one place in the engine that catches everything: SystemExit from a handler would end the event loop.
    """
    try:
        return Returned(await work)
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        return Raised(error)
    except BaseException as error:  # noqa: BLE001 - the one place
        return Raised(error)


class Bounded:
    """Runs coroutines with a deadline, and remembers those that would not stop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.left_behind: set[asyncio.Task[Any]] = set()

    async def run(self, work: Coroutine[Any, Any, T], seconds: float, *, name: str) -> Returned[T] | Raised:
        """Run `work` for at most `seconds`; past them the result is `Raised(DeadlinePassed)`."""
        until = self._clock.monotonic() + seconds
        task = asyncio.create_task(guarded(work), name=name)
        alarm: asyncio.Task[None] | None = None
        try:
            await asyncio.sleep(0)  # what needs nothing from outside is done after one turn, and needs no alarm
            if task.done():
                return task.result()
            alarm = asyncio.create_task(self._passed(until), name=f"{name}: deadline")
            await asyncio.wait({task, alarm}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
        finally:
            if alarm is not None:
                alarm.cancel()
            if not task.done():
                await self._stop(task)
        return Raised(DeadlinePassed(f"{name} took longer than {seconds:g} s"))

    async def _passed(self, until: float) -> None:
        await self._clock.sleep(max(0.0, until - self._clock.monotonic()))

    async def _stop(self, task: asyncio.Task[Any]) -> None:
        for _attempt in range(CANCELS):
            task.cancel()
            for _turn in range(3):
                await asyncio.sleep(0)
                if task.done():
                    return
        self.left_behind.add(task)
        task.add_done_callback(self.left_behind.discard)
