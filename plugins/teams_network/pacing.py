"""How fast Graph is asked: 30 calls a second, and at most 4 a second about one team, channel or chat.

Source: Microsoft Graph, "Service-specific throttling limits", Microsoft Teams.
"""

from __future__ import annotations

from collections import OrderedDict, deque

from chatops import Clock

PER_SECOND, PLACE_PER_SECOND = 30, 4

_PLACES = 1000


class Pacing:
    """Lets calls through in their turn; waits where they would come too fast."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._all: deque[float] = deque(maxlen=PER_SECOND)
        self._places: OrderedDict[str, deque[float]] = OrderedDict()

    async def turn(self, place: str = "") -> None:
        """Wait for a turn. `place` is the team or chat asked about; nothing for calls about neither."""
        limits = [self._all] if not place else [self._all, self._place(place)]
        while (wait := max(_wait(times, self._clock.monotonic()) for times in limits)) > 0:
            await self._clock.sleep(wait)
        for times in limits:
            times.append(self._clock.monotonic())

    def _place(self, place: str) -> deque[float]:
        times = self._places.setdefault(place, deque(maxlen=PLACE_PER_SECOND))
        self._places.move_to_end(place)
        if len(self._places) > _PLACES:
            self._places.popitem(last=False)
        return times


def _wait(times: deque[float], now: float) -> float:
    """Return the seconds until there is room for one more within a second."""
    return times[0] + 1.0 - now if len(times) == times.maxlen else 0.0
