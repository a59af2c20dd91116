"""What has to be done now and then: seal the journals' heads, forget what is long settled."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import structlog

from chatops.core.clock import Clock
from chatops.errors import StoreUnavailable
from chatops.ports.store import Store

log = structlog.get_logger("chatops.engine")

PURGE_EVERY = 6 * 3600.0
"""Seconds between looks for what can be forgotten."""

KEEP_KEYS = timedelta(days=400)
"""How long keys are known after what they belong to was forgotten, unless the settings say otherwise."""

PURGES = "upkeep:purge"
"""The name that one replica has while it forgets."""


Forgets = tuple[timedelta, Callable[[datetime], Awaitable[int]]]
"""How long something stays, and what forgets what is older than that, telling how much it was."""


class Upkeep:
    """Anchors and purges until cancelled.

    Among replicas each anchors, since each keeps a witness of its own; one of them purges.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        anchor_every: float,
        keep: timedelta,
        keep_keys: timedelta = KEEP_KEYS,
        forgets: Sequence[Forgets] = (),
    ) -> None:
        """`anchor_every`: seconds; `keep`: how long settled events and posts stay; `keep_keys`: how long then their keys.

        `forgets`: what else there is to forget, each with how long it stays.
        """
        self._store = store
        self._clock = clock
        self._anchor_every = anchor_every
        self._keep = keep
        self._keep_keys = keep_keys
        self._forgets = tuple(forgets)

    async def run(self) -> None:
        """Do what is due. A store that does not answer is asked again the next time."""
        purged = float("-inf")
        while True:
            await self._clock.sleep(self._anchor_every)
            try:
                await self._store.anchor()
                if self._clock.monotonic() - purged >= PURGE_EVERY:
                    await self._purge()
                    purged = self._clock.monotonic()
            except StoreUnavailable:
                log.warning("upkeep waits for the database")

    async def _purge(self) -> None:
        if not await self._store.hold(PURGES, lease=timedelta(seconds=PURGE_EVERY / 2)):
            return
        now = self._clock.now()
        before = now - self._keep
        forgotten = await self._store.purge(
            events_before=before, posts_before=before, keys_before=now - self._keep_keys
        )
        for keep, forget in self._forgets:
            forgotten += await forget(now - keep)
        if forgotten:
            log.info("forgot what was long settled", rows=forgotten)
