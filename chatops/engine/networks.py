"""Keeps the chat networks listening: one that breaks is started again, one whose credentials are wrong is not."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from chatops.core.clock import Clock
from chatops.engine.bounded import Raised, guarded
from chatops.engine.intake import Intake
from chatops.engine.tasks import Tasks
from chatops.engine.trace import trace_of
from chatops.errors import AuthExpired
from chatops.ports.chat import ChatNetwork

log = structlog.get_logger("chatops.engine")

LONGEST_PAUSE = 60.0
STEADY = 60.0
"""Seconds after which an earlier failure is forgotten."""


class Networks:
    """The listening side of the connected networks."""

    def __init__(self, networks: Sequence[ChatNetwork], *, intake: Intake, clock: Clock) -> None:
        self._networks = tuple(networks)
        self._intake = intake
        self._clock = clock
        self._tasks = Tasks()
        self.ailing: dict[str, str] = {network.name: "not started" for network in networks}
        """Why a network does not listen; networks that do are not in it."""
        self.names = tuple(network.name for network in networks)

    def start(self) -> None:
        """Let all of them listen."""
        for network in self._networks:
            self._tasks.spawn(self._listen(network), name=f"network {network.name}")

    async def stop(self) -> None:
        """Let none of them listen."""
        await self._tasks.cancel()

    async def close(self) -> None:
        """Let go of all connections."""
        for network in self._networks:
            outcome = await guarded(network.close())
            if isinstance(outcome, Raised):
                log.error("a chat network did not close", network=network.name, trace=trace_of(outcome.error))

    async def _listen(self, network: ChatNetwork) -> None:
        pause = 1.0
        while True:
            self.ailing.pop(network.name, None)
            started = self._clock.monotonic()
            outcome = await guarded(network.run(self._intake.accept_for(network.name)))
            if not isinstance(outcome, Raised):
                self.ailing[network.name] = "ended by itself"
                log.warning("a chat network stopped listening", network=network.name)
            elif isinstance(outcome.error, AuthExpired):
                self.ailing[network.name] = "credentials are wrong"
                log.error("a chat network refuses our credentials; it is not asked again", network=network.name)
                return
            elif isinstance(outcome.error, asyncio.CancelledError):
                self.ailing[network.name] = "cancelled"
            else:
                self.ailing[network.name] = type(outcome.error).__name__
                log.error("a chat network broke", network=network.name, trace=trace_of(outcome.error))
            if self._clock.monotonic() - started > STEADY:
                pause = 1.0
            await self._clock.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
