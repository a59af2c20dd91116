"""Things worth saying, but not again and again. Kept in memory: a restart forgets."""

from __future__ import annotations

from collections import OrderedDict

from chatops.core.clock import Clock

MOST = 10_000
"""Names remembered."""


class Seldom:
    """Says yes once per name and so many seconds."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._last: OrderedDict[str, float] = OrderedDict()

    def __call__(self, name: str) -> bool:
        """Whether it is time for `name` again; if so, that time begins now."""
        now = self._clock.monotonic()
        last = self._last.get(name)
        if last is not None and now - last < self._seconds:
            return False
        self._last[name] = now
        self._last.move_to_end(name)
        if len(self._last) > MOST:
            self._last.popitem(last=False)
        return True
