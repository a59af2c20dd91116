"""What takes its time must not hold up receiving: joins, invitations, moves, each done beside it until it is done."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from chatops import Clock
from chatops.errors import AuthExpired, PortError, Rejected, StoreError
from matrix_network.patience import Backoff

MOST_PAUSE = 60.0
"""Seconds between two tries of a chore."""

log = structlog.get_logger("matrix_network")


class Chores:
    """Chores by name, each done by one task at a time. They end with the task group; AuthExpired ends the group."""

    def __init__(self, group: asyncio.TaskGroup, clock: Clock) -> None:
        self._group = group
        self._clock = clock
        self._again: dict[str, bool] = {}

    def start(self, name: str, chore: Callable[[], Awaitable[None]]) -> None:
        """Do a chore soon. When it is being done, it is done once more after that."""
        running = name in self._again
        self._again[name] = running
        if not running:
            self._group.create_task(self._until_done(name, chore), name=f"matrix: {name}")

    async def _until_done(self, name: str, chore: Callable[[], Awaitable[None]]) -> None:
        backoff = Backoff(first=0.5, most=MOST_PAUSE)
        while name in self._again:
            self._again[name] = False
            try:
                await chore()
            except AuthExpired:
                raise
            except Rejected as error:
                log.warning("a chore was refused", chore=name, code=error.code)
            except (PortError, StoreError) as error:
                log.info("a chore has to be tried again", chore=name, error=type(error).__name__)
                await self._clock.sleep(backoff.after(error))
                continue
            if not self._again[name]:
                del self._again[name]
