"""How often one token may call: a bucket that fills again. Kept in memory; a restart forgives, and each replica counts."""

from __future__ import annotations

import math
from collections import OrderedDict

from chatops.core.clock import Clock

MOST = 10_000
"""Tokens remembered."""


class Allowance:
    """`burst` calls at once, then `per_second` for long."""

    def __init__(self, clock: Clock, *, burst: int, per_second: float) -> None:
        self._clock = clock
        self._burst = float(burst)
        self._rate = per_second
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, who: str) -> int:
        """Count a call. Return 0 when it may be, else the seconds after which the next one may."""
        now = self._clock.monotonic()
        tokens, at = self._left.get(who, (self._burst, now))
        tokens = min(self._burst, tokens + (now - at) * self._rate)
        wait = 0 if tokens >= 1 else max(1, math.ceil((1 - tokens) / self._rate))
        self._left[who] = (tokens - 1 if not wait else tokens, now)
        self._left.move_to_end(who)
        if len(self._left) > MOST:
            self._left.popitem(last=False)
        return wait
