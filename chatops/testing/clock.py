"""A clock that stands still until a test moves it."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday morning."""


class ManualClock:
    """Wall and monotonic time that move together, and only by `advance`."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start.astimezone(UTC)
        self._elapsed = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    def now(self) -> datetime:
        """Return the time that was set, in UTC."""
        return self._now

    def monotonic(self) -> float:
        """Return the seconds this clock has been advanced by."""
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        """Return once the clock has been advanced by `seconds`; at once when that is nothing."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._elapsed + seconds, next(self._order), woken))
        await woken

    def advance(self, by: timedelta) -> None:
        """Move time on in one leap and wake everybody who slept no longer than that."""
        self._now += by
        self._elapsed += by.total_seconds()
        while self._sleepers and self._sleepers[0][0] <= self._elapsed:
            _due, _order, woken = heapq.heappop(self._sleepers)
            if not woken.done():
                woken.set_result(None)

    def jump(self, to: datetime) -> None:
        """Set the wall clock without letting time pass, as an operator or a time server might."""
        self._now = to.astimezone(UTC)
