"""Who is a guest of our tenant. Without the permission to ask, nobody is known to be one."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from chatops import Clock
from chatops.errors import PortError, Rejected
from teams_network.graph import Graph

log = structlog.get_logger("teams")

FRESH = 3600.0
"""Seconds for which an answer is good; and a refusal."""

PAUSE = 30.0
"""Seconds to leave Graph alone when it does not answer."""

_AT_ONCE = 15
"""People one filter names (Microsoft Graph, "Use the $filter query parameter": `in` takes 15)."""


class Guests:
    """Asks Graph, and remembers for an hour. Never raises: rooms are opened without knowing it, too."""

    def __init__(self, graph: Graph, clock: Clock) -> None:
        self._graph = graph
        self._clock = clock
        self._known: dict[str, tuple[bool, float]] = {}
        self._not_before = float("-inf")

    async def among(self, users: Sequence[str]) -> frozenset[str]:
        """Return those who are known to be guests."""
        now = self._clock.monotonic()
        self._known = {user: kept for user, kept in self._known.items() if kept[1] > now}
        unknown = [user for user in users if user not in self._known]
        if unknown and now >= self._not_before:
            await self._ask(unknown)
        return frozenset(user for user in users if self._known.get(user, (False, 0.0))[0])

    async def _ask(self, users: Sequence[str]) -> None:
        for start in range(0, len(users), _AT_ONCE):
            some = users[start : start + _AT_ONCE]
            try:
                guests = await self._graph.guests(some)
            except PortError as error:
                pause = FRESH if isinstance(error, Rejected) else PAUSE
                self._not_before = self._clock.monotonic() + pause
                log.info("guests cannot be told from members", code=error.code)
                return
            until = self._clock.monotonic() + FRESH
            self._known |= {user: (user in guests, until) for user in some}
