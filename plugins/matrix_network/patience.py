"""How long to wait before asking again, and telling of an outage once when it begins and once when it ends."""

from __future__ import annotations

import secrets

import structlog

from chatops import Clock
from chatops.errors import ChatopsError, PortError, RateLimited

log = structlog.get_logger("matrix_network")

LONGEST = 2.0
"""Seconds between two looks whether a homeserver is back: after a restart people are heard in under three seconds."""


class Backoff:
    """Pauses in seconds: doubling, and by chance up to a quarter shorter, so that not everybody comes back at once."""

    def __init__(self, *, first: float, most: float) -> None:
        self._first = first
        self._most = most
        self._tries = 0

    def after(self, error: ChatopsError) -> float:
        """Return how long to wait after one more failure."""
        if isinstance(error, RateLimited):
            return error.retry_after
        pause = min(self._most, self._first * 2.0 ** min(self._tries, 32))
        self._tries += 1
        return pause * (1 - secrets.randbelow(250) / 1000)

    def begin_anew(self) -> None:
        """It has worked: the next failure is the first."""
        self._tries = 0


class Outage:
    """The homeserver, or our own store, and whether it can be worked with."""

    def __init__(self, clock: Clock, *, network: str) -> None:
        self._clock = clock
        self._network = network
        self._backoff = Backoff(first=0.5, most=LONGEST)
        self._since: float | None = None

    @property
    def lasts(self) -> bool:
        """Whether the last try failed."""
        return self._since is not None

    async def wait(self, error: ChatopsError) -> None:
        """Wait after a failure."""
        if self._since is None:
            self._since = self._clock.monotonic()
            code = error.code if isinstance(error, PortError) else None
            log.warning("receiving is interrupted", network=self._network, error=type(error).__name__, code=code)
        await self._clock.sleep(self._backoff.after(error))

    def over(self) -> None:
        """It works. Harmless when it always did."""
        if self._since is None:
            return
        lasted = self._clock.monotonic() - self._since
        log.info("receiving goes on", network=self._network, seconds=round(lasted, 1))
        self._since = None
        self._backoff.begin_anew()
