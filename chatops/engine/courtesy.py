"""Broadcasts step aside while somebody waits for an answer.

A network works on few things at once: with eight broadcasts under way, an answer waits behind all of them. Measured
(benchmarks/README.md): answers took four times as long beside eight broadcast sends, and 1.6 times beside two, while the
broadcast itself was no slower.
"""

from __future__ import annotations

from chatops.core.clock import Clock
from chatops.engine.settings import EngineSettings

LINGERS = 2.0
"""Seconds after the last sign of somebody during which broadcasts still step aside: people who ask, ask again."""


class Courtesy:
    """Knows when somebody last asked or was answered, here: what another replica hears is another machine's work.

    A hint only. What broadcasts of all replicas leave to everything else, the network's shared limit sees to.
    """

    def __init__(self, clock: Clock, settings: EngineSettings) -> None:
        self._clock = clock
        self._settings = settings
        self._seen = float("-inf")

    def somebody(self) -> None:
        """Somebody has asked, or is being answered."""
        self._seen = self._clock.monotonic()

    @property
    def broadcasts(self) -> int:
        """How many broadcast sends may be under way now."""
        waited_for = self._clock.monotonic() - self._seen <= LINGERS
        return self._settings.bulk_sends_beside if waited_for else self._settings.bulk_sends
