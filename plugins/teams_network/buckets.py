"""Turns: how often the Bot Connector may be asked, by conversation and by tenant. Nothing here asks anybody.

Source: Microsoft Learn, "Optimize your bot with rate limiting": per bot and thread, where a thread is a personal chat, a
group chat or a whole channel, 7 sends in 1 s, 8 in 2 s, 60 in 30 s and 1,800 in an hour, the same for what is begun, and
twice as many looks; 50 requests a second per app and tenant. Other replicas count for themselves: what they add is told
by 429, after which a thread rests.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right, insort
from collections import OrderedDict, deque
from collections.abc import Mapping
from contextlib import suppress
from itertools import islice
from typing import Literal

from chatops import Clock
from chatops.errors import RateLimited

Turn = Literal["send", "get"]

Windows = tuple[tuple[int, float], ...]
"""(turns, seconds): never more turns than that begin within any so many seconds."""

WINDOWS: Mapping[Turn, Windows] = {
    "send": ((7, 1.0), (8, 2.0), (60, 30.0), (1800, 3600.0)),
    "get": ((14, 1.0), (16, 2.0), (120, 30.0), (3600, 3600.0)),
}

TENANT = (50, 1.0)

NEAR = 4.0
"""Seconds: a turn within them is waited for, others are told."""

MOST = 10_000
"""Threads whose turns are remembered."""

_LONGEST = 3600.0


class _Thread:
    """Turns of one kind in one thread, those to come included, in order."""

    def __init__(self, windows: Windows) -> None:
        self._windows = windows
        self._most = max(turns for turns, _seconds in windows)
        self.taken: deque[float] = deque()
        self.rests = float("-inf")

    def earliest(self, now: float) -> float:
        """Return when the next turn is, behind all others."""
        taken = self.taken
        return max(
            now,
            self.rests,
            taken[-1] if taken else now,
            *(taken[-turns] + seconds for turns, seconds in self._windows if len(taken) >= turns),
        )

    def take(self, at: float) -> None:
        self.taken.append(at)
        if len(self.taken) > self._most:
            self.taken.popleft()

    def is_idle(self, now: float) -> bool:
        return self.rests <= now and (not self.taken or self.taken[-1] + _LONGEST <= now)


class _Tenant:
    """Turns of all threads of a tenant. Those to come may lie behind others that are taken later."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    def earliest(self, after: float) -> float:
        """Return the first time from `after` on at which there is room."""
        _turns, seconds = TENANT
        at = after
        while not self._has_room(at):
            at = min(taken + seconds for taken in self.taken if taken + seconds > at)
        return at

    def take(self, at: float, now: float) -> None:
        insort(self.taken, at)
        while self.taken and self.taken[0] + TENANT[1] <= now:
            del self.taken[0]

    def _has_room(self, at: float) -> bool:
        turns, seconds = TENANT
        place = bisect_right(self.taken, at)
        around = [*self.taken[max(0, place - turns) : place], at, *self.taken[place : place + turns]]
        return all(later >= earlier + seconds for earlier, later in zip(around, around[turns:], strict=False))


class Buckets:
    """Gives turns, within a thread in the order they are asked for."""

    def __init__(self, clock: Clock, *, near: float = NEAR, most: int = MOST) -> None:
        self._clock = clock
        self._near = near
        self._most = most
        self._threads: OrderedDict[tuple[Turn, str], _Thread] = OrderedDict()
        self._tenants: dict[str, _Tenant] = {}

    async def turn(self, kind: Turn, thread: str, tenant: str) -> None:
        """Return when a request may be made. Raise RateLimited, and take no turn, where that is not near."""
        now = self._clock.monotonic()
        own, all_ = self._thread(kind, thread, now), self._tenants.setdefault(tenant, _Tenant())
        at = all_.earliest(own.earliest(now))
        if at - now > self._near:
            message = "the limit of that conversation is reached"
            raise RateLimited(message, retry_after=at - now)
        own.take(at)
        all_.take(at, now)
        if at > now:
            try:
                await self._clock.sleep(at - now)
            except asyncio.CancelledError:
                with suppress(ValueError):  # a turn long over is no longer remembered
                    own.taken.remove(at)
                with suppress(ValueError):
                    all_.taken.remove(at)
                raise

    def rest(self, kind: Turn, thread: str, seconds: float) -> None:
        """Give no turn for so long: Teams has said so."""
        now = self._clock.monotonic()
        own = self._thread(kind, thread, now)
        own.rests = max(own.rests, now + seconds)

    @property
    def remembered(self) -> int:
        """Threads whose turns are remembered, each kind for itself."""
        return len(self._threads)

    def _thread(self, kind: Turn, thread: str, now: float) -> _Thread:
        own = self._threads.setdefault((kind, thread), _Thread(WINDOWS[kind]))
        self._threads.move_to_end((kind, thread))
        for first in tuple(islice(self._threads, 2)):
            if first != (kind, thread) and (len(self._threads) > self._most or self._threads[first].is_idle(now)):
                del self._threads[first]
        return own
