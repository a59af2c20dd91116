"""Who waits in this process, and what wakes them: what was done here, what others say they did, and time."""

from __future__ import annotations

import heapq
from datetime import datetime

from chatops.core.clock import Clock
from chatops.storage.bell import Bell, Watched
from chatops.storage.postgres_rows import News
from chatops.storage.postgres_signals import Word


class Waking:
    """The bells of one process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._events = Bell(clock)
        self._posts = Bell(clock)
        self.roots = Watched(clock)
        self._times: list[datetime] = []
        """Heap of when something becomes claimable by time alone, as far as this process knows."""

    def hear(self, word: Word) -> None:
        """Ring for what another process did."""
        if word.events:
            self._events.ring()
        if word.posts:
            self._posts.ring()
        if word.many:
            self.roots.ring_all()
        else:
            self.roots.ring(word.causes)

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

    def _patience(self, at_most: float) -> float:
        now = self._clock.now()
        while self._times and self._times[0] <= now:
            heapq.heappop(self._times)
        return min(at_most, (self._times[0] - now).total_seconds()) if self._times else at_most
