"""Waking a loop: by a ring, by the store, or by the clock at the latest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from chatops.engine.bounded import guarded


class Bell:
    """Rings are never lost: one that comes while nobody waits wakes the next who does."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()
        self.waiting = False
        """True while the loop waits with nothing to do."""

    def ring(self) -> None:
        """Wake the loop."""
        self._rung.set()

    @property
    def quiet(self) -> bool:
        """True when the loop waits and nobody has rung."""
        return self.waiting and not self._rung.is_set()

    async def wait(self, *others: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Return at a ring, or when one of `others` returns or fails."""
        if not self._rung.is_set():
            tasks = [asyncio.create_task(guarded(other())) for other in others]
            ring = asyncio.create_task(self._rung.wait())
            self.waiting = True
            try:
                await asyncio.wait([ring, *tasks], return_when=asyncio.FIRST_COMPLETED)
            finally:
                self.waiting = False
                for task in (ring, *tasks):
                    task.cancel()
        self._rung.clear()
