"""A database that does not answer: everybody waits, one line is logged when it begins and one when it ends."""

from __future__ import annotations

import structlog

from chatops.core.clock import Clock
from chatops.errors import StoreUnavailable
from chatops.ports.store import Store

log = structlog.get_logger("chatops.engine")

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0


class Outage:
    """Waits until the store is back."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self.since: float | None = None
        """Monotonic seconds when it began; None while all is well."""
        self._before = 0.0

    @property
    def seconds(self) -> float:
        """Seconds without a database since the start, the present outage included."""
        return self._before + (0.0 if self.since is None else self._clock.monotonic() - self.since)

    async def over(self) -> None:
        """Return once a durable write works again."""
        if self.since is None:
            self.since = self._clock.monotonic()
            log.error("the database does not answer; waiting for it")
        pause = FIRST_PAUSE
        while True:
            try:
                await self._store.ping()
            except StoreUnavailable:
                await self._clock.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
                continue
            break
        if self.since is not None:
            lasted = self._clock.monotonic() - self.since
            log.warning("the database answers again", after=round(lasted, 1))
            self._before += lasted
            self.since = None
