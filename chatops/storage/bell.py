"""Waking those who wait for something to change."""

from __future__ import annotations

import asyncio

from chatops.core.clock import Clock


class Bell:
    """Wakes everybody who waits, or the next who comes: a ring between looking and waiting is not lost."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Something has changed."""
        self._rung.set()

    def mute(self) -> None:
        """Forget earlier rings: whoever calls this looks right after."""
        self._rung.clear()

    async def wait(self, at_most: float) -> None:
        """Return when rung, at the latest after `at_most` seconds of the clock."""
        if not self._rung.is_set():
            ring = asyncio.ensure_future(self._rung.wait())
            nap = asyncio.ensure_future(self._clock.sleep(at_most))
            try:
                await asyncio.wait((ring, nap), return_when=asyncio.FIRST_COMPLETED)
            finally:
                ring.cancel()
                nap.cancel()
        self._rung.clear()
