"""The limits Teams documents, for when they are switched on.

Sources: Microsoft Learn, "Optimize your bot with rate limiting" (values "for estimation") and "Microsoft Graph
service-specific throttling limits: Teams".
"""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Callable
from urllib.parse import unquote

Windows = tuple[tuple[int, float], ...]

SENDING: Windows = ((7, 1), (8, 2), (60, 30), (1800, 3600))
READING: Windows = ((14, 1), (16, 2), (120, 30), (3600, 3600))
TENANT: Windows = ((50, 1),)
GRAPH: Windows = ((30, 1),)
GRAPH_ONE: Windows = ((4, 1),)
"""On one team or channel."""


class Limits:
    """Counts requests. `on` decides whether anybody is refused."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.on = False
        self._now = now
        self._seen: dict[tuple[str, Windows], deque[float]] = {}

    def wait(self, method: str, path: str) -> int:
        """Count a request. Return 0, or the seconds it has to wait in place of being answered."""
        if not self.on:
            return 0
        now = self._now()
        wanted = [*_counted(method, unquote(path))]
        waits = [self._until(name, windows, now) for name, windows in wanted]
        if any(waits):
            return max(1, math.ceil(max(waits)))
        for name, windows in wanted:
            self._seen[name, windows].append(now)
        return 0

    def _until(self, name: str, windows: Windows, now: float) -> float:
        seen = self._seen.setdefault((name, windows), deque(maxlen=max(count for count, _span in windows)))
        found = 0.0
        for count, span in windows:
            if len(seen) >= count and seen[-count] + span > now:
                found = max(found, seen[-count] + span - now)
        return found


def _counted(method: str, path: str) -> list[tuple[str, Windows]]:
    connector = re.search(r"/v3/(?:conversations|teams)(?:/([^/]+))?", path)
    if connector:
        name = connector.group(1) or "new conversations"
        return [(f"{name} {method == 'GET'}", READING if method == "GET" else SENDING), ("tenant", TENANT)]
    graph = re.search(r"/graph/v1\.0/(\w+(?:/[^/]+)?(?:/channels/[^/]+)?)", path)
    if graph:
        what = graph.group(1)
        one: list[tuple[str, Windows]] = [(what, GRAPH_ONE)] if what.startswith("teams/") else []
        return [(f"graph {method}", GRAPH), *one]
    return []
