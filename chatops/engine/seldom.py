"""Things worth saying, but not again and again."""

from __future__ import annotations

from collections import OrderedDict

from chatops.core.clock import Clock
from chatops.engine.router import fit
from chatops.ports.store import Store

MOST = 10_000
"""Names remembered."""


class Seldom:
    """Says yes once per name and so many seconds: here, where a restart forgets, and `everywhere`, where replicas agree."""

    def __init__(self, clock: Clock, seconds: float, *, store: Store, topic: str) -> None:
        """`topic` keeps apart what is counted in the same store."""
        self._clock = clock
        self._seconds = seconds
        self._store = store
        self._topic = topic
        self._last: OrderedDict[str, float] = OrderedDict()

    def __call__(self, name: str) -> bool:
        """Whether it is time for `name` again, as far as this process knows; if so, that time begins now."""
        now = self._clock.monotonic()
        last = self._last.get(name)
        if last is not None and now - last < self._seconds:
            return False
        self._last[name] = now
        self._last.move_to_end(name)
        if len(self._last) > MOST:
            self._last.popitem(last=False)
        return True

    async def everywhere(self, name: str) -> bool:
        """Whether no other replica has had the time for `name` either. Raise StoreUnavailable."""
        if not self._store.shared:
            return True
        bucket = fit(f"{self._topic}:{name}")
        return bool((await self._store.take(bucket, wanted=1, rate=1 / self._seconds, burst=1.0)).granted)
