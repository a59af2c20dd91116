"""Wakes the pages that are being looked at when something they show may have changed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress

from chatops.core.clock import Clock
from chatops.ports.store import Store

LOOK = 3.0
"""Seconds after which a page looks again without having been told: timelines grow without a word."""


class Changes:
    """Hears of every write of certain kinds, by this process or another. What changed, a page reads from the store."""

    def __init__(self, store: Store, kinds: Iterable[str], clock: Clock) -> None:
        self._clock = clock
        self._told = asyncio.Event()
        self.count = 0
        """How often something was written, as far as this process has heard."""
        for kind in kinds:
            store.announce(kind)
            store.signals.listen(f"aggregate:{kind}", lambda _id: self._wake(), missed=self._wake)

    async def wait(self, since: int) -> bool:
        """Return True once something was written after the count was `since`; False after `LOOK` seconds."""
        if self.count != since:
            return True
        told = asyncio.ensure_future(self._told.wait())
        late = asyncio.ensure_future(self._clock.sleep(LOOK))
        try:
            await asyncio.wait({told, late}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in (told, late):
                one.cancel()
            for one in (told, late):
                with suppress(asyncio.CancelledError):
                    await one
        return self.count != since

    def _wake(self) -> None:
        self.count += 1
        self._told.set()
        self._told = asyncio.Event()
