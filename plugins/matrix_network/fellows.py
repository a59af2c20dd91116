"""Replicas that speak for one account: what one of them learns or renews, the others have to know."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

from chatops import PluginContext
from chatops.errors import Conflict
from chatops.ports.records import Write

TURN = timedelta(seconds=90)
"""How long a turn lasts at most: longer than a homeserver is waited for. Whoever is stopped meanwhile has lost it."""

PAUSE = 0.25
"""Seconds until it is looked again whether a turn is free."""

_KIND, _NAME = "turn", "session"


class Fellows:
    """The other replicas. Where there are none, a `Session` has none."""

    def __init__(self, context: PluginContext) -> None:
        self._records = context.records
        self._signals = context.signals
        self._clock = context.clock
        self._topic = f"plugin:{context.name}:session"
        self._until: datetime | None = None

    def listen(self, changed: Callable[[], None]) -> None:
        """Call `changed` when another replica has changed the login, or may have."""
        self._signals.listen(self._topic, lambda _text: changed(), missed=changed)

    async def tell(self) -> None:
        """Tell all that the login has changed."""
        await self._signals.send(self._topic, "")

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Renew the login with nobody else renewing it. Raise StoreUnavailable."""
        version = await self._taken()
        try:
            yield
        finally:
            self._until = None
            with suppress(Conflict):  # it took longer than a turn, and another has the next
                await self._write(self._clock.now(), version)

    @property
    def ours(self) -> bool:
        """Whether our turn is not over yet."""
        return self._until is not None and self._clock.now() < self._until

    async def _taken(self) -> int:
        while True:
            record = await self._records.get(_KIND, _NAME)
            now = self._clock.now()
            if record is None or datetime.fromisoformat(record.body["until"]) <= now:
                with suppress(Conflict):
                    version = await self._write(now + TURN, 0 if record is None else record.version)
                    self._until = now + TURN
                    return version
            await self._clock.sleep(PAUSE)

    async def _write(self, until: datetime, expected: int) -> int:
        body = {"until": until.isoformat()}
        (version,) = await self._records.write(Write(kind=_KIND, id=_NAME, body=body, expected=expected))
        return version
