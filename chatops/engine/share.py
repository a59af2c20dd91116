"""A network's limit among replicas: each takes a little of it at a time, and what it does not use is nobody's.

A send costs no question to the database: while there is much to send, a quarter of a second's worth is taken at once.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from chatops.core.clock import Clock
from chatops.engine.limits import Bucket
from chatops.errors import StoreUnavailable
from chatops.ports.store import Grant, Store

QUARTER = 0.25
"""Seconds that what was taken lasts, and how much is taken at most at a time, in seconds of the rate."""

RECKONED = 8
"""Replicas reckoned with while the store does not answer: each keeps to its part of the limit."""

OPEN = 1_000_000.0
"""Rate and burst of the allowance that only ever rests: by it, one replica tells all that broadcasts have to wait."""


@dataclass
class _Taken:
    tokens: int = 0
    until: float = float("-inf")
    asked_at: float = float("-inf")
    not_before: float = float("-inf")
    size: int = 1
    alone: asyncio.Lock = field(default_factory=asyncio.Lock)


class Share:
    """What this replica has taken of an allowance of all, for broadcasts and for everything else."""

    def __init__(self, bucket: str, *, store: Store, clock: Clock, rate: float, reserve: float) -> None:
        """`reserve`: the share of the burst that broadcasts leave to everything else."""
        self._bucket = bucket
        self._store = store
        self._clock = clock
        self._rate = rate
        self._burst = max(1.0, rate)
        self._reserve = reserve * (self._burst - 1.0)
        self._most = max(1, int(self._burst * QUARTER))
        self._taken = {False: _Taken(), True: _Taken()}
        self._spare = Bucket(rate / RECKONED, clock)

    async def take(self, *, bulk: bool) -> float:
        """Take one and return 0, or return the seconds until there may be one."""
        taken = self._taken[bulk]
        async with taken.alone:
            now = self._clock.monotonic()
            if taken.tokens and now < taken.until:
                taken.tokens -= 1
                return 0.0
            if now < taken.not_before:
                return taken.not_before - now
            return await self._more(taken, now, bulk=bulk)

    async def rest(self, seconds: float) -> None:
        """Let no replica broadcast for so long. Where the store does not answer, the others find out by themselves."""
        try:
            await self._store.rest(self._gate, seconds)
        except StoreUnavailable:
            return

    @property
    def _gate(self) -> str:
        return f"{self._bucket}/bulk"

    async def _more(self, taken: _Taken, now: float, *, bulk: bool) -> float:
        """Take twice as much as the last time if that was used up quickly; else begin with one."""
        taken.size = min(taken.size * 2, self._most) if now - taken.asked_at < 2 * QUARTER else 1
        taken.asked_at, taken.until, taken.tokens = now, now + QUARTER, 0
        try:
            grant = await self._granted(taken.size, bulk=bulk)
        except StoreUnavailable:
            wait = self._spare.wait(self._reserve / self._burst if bulk else 0.0)
            if wait <= 0:
                self._spare.take()
            return wait
        if grant.granted < taken.size:
            taken.not_before = now + max(grant.after, min(QUARTER, taken.size / self._rate))
        if not grant.granted:
            return taken.not_before - now
        taken.tokens = grant.granted - 1
        return 0.0

    async def _granted(self, wanted: int, *, bulk: bool) -> Grant:
        if bulk:
            rests = await self._store.take(self._gate, wanted=1, rate=OPEN, burst=OPEN)
            if not rests.granted:
                return rests
        return await self._store.take(
            self._bucket,
            wanted=wanted,
            rate=self._rate,
            burst=self._burst,
            reserve=self._reserve if bulk else 0.0,
        )
