"""How much one person may ask for. Kept in memory: a restart forgives.

Each replica counts for itself. What is protected is a server's time, and with more replicas there is more of it; that a
flood is answered once, and not once by each, is seen to where it is answered (`Seldom.everywhere`).
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal

from chatops.core.clock import Clock
from chatops.engine.settings import EngineSettings

Verdict = Literal["welcome", "told", "silent"]

MOST = 10_000
"""People remembered."""


@dataclass
class _Tap:
    tokens: float
    at: float
    told_at: float | None = None


class Flood:
    """A token bucket per person, and one answer per window."""

    def __init__(self, clock: Clock, settings: EngineSettings) -> None:
        self._clock = clock
        self._settings = settings
        self._taps: OrderedDict[str, _Tap] = OrderedDict()

    def asks(self, who: str) -> Verdict:
        """Count a command; say whether it may run (`welcome`), is to be refused (`told`) or ignored (`silent`)."""
        tap = self._tap(who)
        if tap.tokens >= 1:
            tap.tokens -= 1
            return "welcome"
        return self._once(tap)

    def once(self, who: str) -> Verdict:
        """Say whether somebody who may do nothing at all is to be told so now, or was told lately."""
        return self._once(self._tap(who))

    def _tap(self, who: str) -> _Tap:
        now = self._clock.monotonic()
        tap = self._taps.setdefault(who, _Tap(tokens=self._settings.flood_burst, at=now))
        self._taps.move_to_end(who)
        if len(self._taps) > MOST:
            self._taps.popitem(last=False)
        grown = tap.tokens + (now - tap.at) * self._settings.flood_per_second
        tap.tokens = min(float(self._settings.flood_burst), grown)
        tap.at = now
        return tap

    def _once(self, tap: _Tap) -> Verdict:
        now = self._clock.monotonic()
        if tap.told_at is not None and now - tap.told_at < self._settings.flood_window:
            return "silent"
        tap.told_at = now
        return "told"
