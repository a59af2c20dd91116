"""Waking those who wait for something to change."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable

from chatops.core.clock import Clock

WATCHED = 4096
"""Roots whose settling can be waited for at the same time."""


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


class Watched:
    """A bell for each root whose settling somebody waits for."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._bells: OrderedDict[str, Bell] = OrderedDict()

    def of(self, cause: str) -> Bell:
        """Return the bell of a root; made when nobody has waited for it before."""
        bell = self._bells.get(cause)
        if bell is None:
            bell = self._bells[cause] = Bell(self._clock)
            if len(self._bells) > WATCHED:
                self._bells.popitem(last=False)
        return bell

    def ring(self, causes: Iterable[str]) -> None:
        """Something of these roots has changed."""
        for cause in causes:
            if cause in self._bells:
                self._bells[cause].ring()

    def ring_all(self) -> None:
        """Something of any root may have changed."""
        self.ring(tuple(self._bells))
