"""Staying below what a network allows, before it has to say so."""

from __future__ import annotations

from collections import OrderedDict
from typing import Protocol

from chatops.core.clock import Clock
from chatops.ports.chat import Capabilities

MOST_ROOMS = 10_000
"""Rooms whose allowance is remembered."""


class Bucket:
    """So many at once, then so many per second."""

    def __init__(self, rate: float, clock: Clock) -> None:
        self._rate = rate
        self._burst = max(1.0, rate)
        self._clock = clock
        self._tokens = self._burst
        self._at = clock.monotonic()
        self._rests_until = float("-inf")

    def wait(self, reserve: float = 0.0) -> float:
        """Return the seconds until one may go while `reserve` (a share of the burst) is left; 0 means now."""
        self._fill()
        missing = 1.0 + reserve * (self._burst - 1.0) - self._tokens
        return max(0.0, missing / self._rate, self._rests_until - self._clock.monotonic())

    def rest(self, seconds: float) -> None:
        """Let nothing go for so long."""
        self._rests_until = max(self._rests_until, self._clock.monotonic() + seconds)

    def take(self) -> None:
        """Count one."""
        self._fill()
        self._tokens -= 1.0

    def _fill(self) -> None:
        now = self._clock.monotonic()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now


class Whole(Protocol):
    """One network's limit as a whole, among replicas (`chatops.engine.share`)."""

    async def take(self, *, bulk: bool) -> float:
        """Take one and return 0, or return the seconds until there may be one."""
        ...

    async def rest(self, seconds: float) -> None:
        """Let no replica broadcast for so long."""
        ...


class Allowance:
    """One network's limits, as a whole and per room.

    Among replicas the whole is `shared`. A room's limit each keeps by itself: only one of them sends to a target at a time,
    so they take turns there, and a post that the network refuses all the same waits, as the head of its target, for all.
    """

    def __init__(
        self, capabilities: Capabilities, clock: Clock, *, bulk_reserve: float, shared: Whole | None = None
    ) -> None:
        self._shared = shared
        self._capabilities = capabilities
        self._clock = clock
        self._reserve = bulk_reserve
        self._whole = Bucket(capabilities.per_second, clock)
        self._rooms: OrderedDict[str, Bucket] = OrderedDict()
        self._bulk_from = float("-inf")

    async def turn(self, room: str | None, *, bulk: bool) -> float:
        """Return the seconds until a send may go; 0 counts it as gone."""
        if self._shared is None:
            return self.wait(room, bulk=bulk)
        bucket = None if room is None else self._room(room)
        here = max(0.0 if bucket is None else bucket.wait(), self._bulk_from - self._clock.monotonic() if bulk else 0.0)
        longest = here if here > 0 else await self._shared.take(bulk=bulk)
        if longest <= 0 and bucket is not None:
            bucket.take()
        return max(0.0, longest)

    async def refused(self, retry_after: float, room: str | None = None) -> None:
        """The network said no all the same: broadcasts rest, also other replicas', and the room concerned."""
        self.limited(retry_after, room)
        if self._shared is not None:
            await self._shared.rest(retry_after)

    def wait(self, room: str | None, *, bulk: bool) -> float:
        """Return the seconds until a send may go, where there is one process; 0 counts it as gone."""
        now = self._clock.monotonic()
        waits = [self._whole.wait(self._reserve if bulk else 0.0)]
        bucket = None if room is None else self._room(room)
        if bucket is not None:
            waits.append(bucket.wait())
        if bulk:
            waits.append(self._bulk_from - now)
        longest = max(waits)
        if longest > 0:
            return longest
        self._whole.take()
        if bucket is not None:
            bucket.take()
        return 0.0

    def limited(self, retry_after: float, room: str | None = None) -> None:
        """The network said no all the same: broadcasts rest, everything else only in the room concerned."""
        self._bulk_from = max(self._bulk_from, self._clock.monotonic() + retry_after)
        if room is not None:
            self._room(room).rest(retry_after)

    def _room(self, room: str) -> Bucket:
        bucket = self._rooms.setdefault(room, Bucket(self._capabilities.room_per_second, self._clock))
        self._rooms.move_to_end(room)
        if len(self._rooms) > MOST_ROOMS:
            self._rooms.popitem(last=False)
        return bucket
