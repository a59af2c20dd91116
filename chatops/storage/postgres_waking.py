"""Who waits in this process, and what wakes them: what was done here, what others say they did, and time."""

from __future__ import annotations

import heapq
from collections import OrderedDict
from datetime import datetime

from chatops.core.clock import Clock
from chatops.storage.bell import Bell
from chatops.storage.postgres_rows import News
from chatops.storage.postgres_signals import Word

WATCHED = 4096
"""Roots whose settling can be waited for at the same time."""


class Waking:
    """The bells of one process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._events = Bell(clock)
        self._posts = Bell(clock)
        self._watched: OrderedDict[str, Bell] = OrderedDict()
        self._times: list[datetime] = []
        """Heap of when something becomes claimable by time alone, as far as this process knows."""

    def hear(self, word: Word) -> None:
        """Ring for what another process did."""
        if word.events:
            self._events.ring()
        if word.posts:
            self._posts.ring()
        for cause in tuple(self._watched) if word.many else word.causes:
            if cause in self._watched:
                self._watched[cause].ring()

    def learn(self, news: News) -> None:
        """Ring for what was committed here."""
        for at in news.times:
            heapq.heappush(self._times, at)
        self.hear(Word(sender="", events=news.events, posts=news.posts, causes=tuple(news.causes)))

    async def events(self, at_most: float) -> None:
        """Return when events may be claimable."""
        await self._events.wait(self._patience(at_most))

    async def posts(self, at_most: float) -> None:
        """Return when posts may be claimable."""
        await self._posts.wait(self._patience(at_most))

    def of(self, cause: str) -> Bell:
        """Return the bell of those who wait for a root to settle."""
        bell = self._watched.get(cause)
        if bell is None:
            bell = self._watched[cause] = Bell(self._clock)
            if len(self._watched) > WATCHED:
                self._watched.popitem(last=False)
        return bell

    def _patience(self, at_most: float) -> float:
        now = self._clock.now()
        while self._times and self._times[0] <= now:
            heapq.heappop(self._times)
        return min(at_most, (self._times[0] - now).total_seconds()) if self._times else at_most
