"""What replicas share, where there is one process and nobody to share with: stores of one process are made with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from chatops.core.clock import Clock
from chatops.ports.store import Grant


class LocalSignals:
    """Implements `chatops.ports.signals.Signals` within this process. Nothing is ever missed."""

    def __init__(self) -> None:
        self._listeners: dict[str, list[Callable[[str], None]]] = defaultdict(list)

    async def send(self, topic: str, text: str) -> None:
        """Tell everybody here."""
        for heard in tuple(self._listeners[topic]):
            heard(text)

    def listen(self, topic: str, heard: Callable[[str], None], *, missed: Callable[[], None]) -> None:
        """Call `heard` with each signal's text."""
        del missed
        self._listeners[topic].append(heard)


class LocalAllowances:
    """Allowances of this process alone, as the port's `take` and `rest` promise them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tokens: dict[str, tuple[float, float]] = {}
        self._rests: dict[str, float] = {}

    def take(self, bucket: str, *, wanted: int, rate: float, burst: float, reserve: float) -> Grant:
        """Take up to `wanted`."""
        now = self._clock.monotonic()
        rests = self._rests.get(bucket, float("-inf")) - now
        if rests > 0:
            return Grant(granted=0, after=rests)
        tokens, filled = self._tokens.get(bucket, (burst, now))
        tokens = min(burst, tokens + (now - filled) * rate)
        granted = max(0, min(wanted, int(tokens - reserve)))
        tokens -= granted
        self._tokens[bucket] = (tokens, now)
        return Grant(granted=granted, after=0.0 if granted == wanted else (1.0 + reserve - tokens) / rate)

    def rest(self, bucket: str, seconds: float) -> None:
        """Grant nothing for so long."""
        until = self._clock.monotonic() + seconds
        self._rests[bucket] = max(until, self._rests.get(bucket, until))
