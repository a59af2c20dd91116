"""Is it alive, is it ready: two answers for machines."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web

from chatops.core.clock import Clock
from chatops.core.frozen import Frozen
from chatops.ports.web import Route
from chatops.web.answers import json_answer

BEAT = 1.0
"""Seconds between heartbeats."""

STALE = 10.0
"""Seconds after which a missing heartbeat means that the event loop hangs."""


class PartHealth(Frozen, frozen=True, kw_only=True):
    """How one part is."""

    name: str
    ok: bool
    required: bool = True
    """False: the server is of use without it."""
    detail: str = ""


Health = Callable[[], Awaitable[Sequence[PartHealth]]]


class Heartbeat:
    """Beats on the event loop. A loop that is held up beats late."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = clock.monotonic()

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            self._last = self._clock.monotonic()
            await self._clock.sleep(BEAT)

    @property
    def age(self) -> float:
        """Seconds since the last beat."""
        return self._clock.monotonic() - self._last

    def route(self) -> Route:
        """Return `/healthz`: 200 while the loop beats, else 503."""

        async def healthz(_request: web.Request) -> web.Response:
            alive = self.age <= STALE
            body = _Alive(status="ok" if alive else "stuck", heartbeat_age=round(self.age, 3))
            return json_answer(body, status=200 if alive else 503)

        return Route(method="GET", path="/healthz", handler=healthz)


def ready_route(health: Health) -> Route:
    """Return `/readyz`: every part, and 503 when a required one is unwell."""

    async def readyz(_request: web.Request) -> web.Response:
        parts = await health()
        bad = [part for part in parts if not part.ok]
        fatal = any(part.required for part in bad)
        status = "unready" if fatal else "degraded" if bad else "ready"
        return json_answer(_Ready(status=status, parts=tuple(parts)), status=503 if fatal else 200)

    return Route(method="GET", path="/readyz", handler=readyz)


class _Alive(Frozen, frozen=True, kw_only=True):
    status: str
    heartbeat_age: float


class _Ready(Frozen, frozen=True, kw_only=True, omit_defaults=False):
    status: str
    parts: tuple[PartHealth, ...]
