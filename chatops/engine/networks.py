"""Keeps the chat networks listening: one that breaks is started again, one whose credentials are wrong is not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

import structlog

from chatops.core.clock import Clock
from chatops.engine.alarms import Alarms
from chatops.engine.bounded import Bounded, Raised, Returned, guarded
from chatops.engine.calls import Lines
from chatops.engine.one_reader import OneReader
from chatops.engine.tasks import Tasks
from chatops.engine.trace import trace_of
from chatops.errors import AuthExpired
from chatops.ports.chat import Accept, ChatNetwork

log = structlog.get_logger("chatops.engine")

LONGEST_PAUSE = 60.0
STEADY = 60.0
"""Seconds after which an earlier failure is forgotten."""

PROOF = 5.0
"""Seconds a network that was lost must have listened before it is asked whether it is back."""

CHECK = 30.0
"""Seconds that answer may take."""


class Networks:
    """The listening side of the connected networks."""

    def __init__(
        self,
        networks: Sequence[ChatNetwork],
        *,
        accept_for: Callable[[str], Accept],
        clock: Clock,
        alarms: Alarms,
        lines: Lines,
        readers: Mapping[str, OneReader],
    ) -> None:
        """`accept_for`: the door of each network, by name. `readers`: our part in those that only one replica reads."""
        self._networks = tuple(networks)
        self._accept_for = accept_for
        self._clock = clock
        self._alarms = alarms
        self._lines = lines
        self._bounded = Bounded(clock)
        self._tasks = Tasks()
        self._given_up: dict[str, ChatNetwork] = {}
        self._cut_off: set[str] = set()
        """Names of those that gave up in this process and are not proven since."""
        self._readers = readers
        self.standing_by: set[str] = set()
        """Names of networks that another replica reads: all is well with them."""
        self.ailing: dict[str, str] = {network.name: "not started" for network in networks}
        """Why a network does not listen; networks that do are not in it."""
        self.names = tuple(network.name for network in networks)

    def start(self) -> None:
        """Let all of them listen."""
        for network in self._networks:
            self._spawn(network)

    def reconnect(self) -> None:
        """Try those again that had refused our credentials. The others do not notice."""
        for network in self._given_up.values():
            self._lines[network.name].given_up = False
            self._spawn(network)
        self._given_up = {}

    async def stop(self) -> None:
        """Let none of them listen."""
        await self._tasks.cancel()

    async def close(self) -> None:
        """Let go of all connections."""
        for network in self._networks:
            outcome = await guarded(network.close())
            if isinstance(outcome, Raised):
                log.error("a chat network did not close", network=network.name, trace=trace_of(outcome.error))

    def _spawn(self, network: ChatNetwork) -> None:
        self._tasks.spawn(self._listen(network), name=f"network {network.name}")

    async def _listen(self, network: ChatNetwork) -> None:
        pause = 1.0
        while True:
            self.ailing.pop(network.name, None)
            started = self._clock.monotonic()
            reader = self._readers.get(network.name)
            if reader is None:
                outcome = await self._run(network, self._accept_for(network.name))
            else:
                turn = await self._in_turn(network, reader)
                if turn is None:
                    continue
                outcome = turn
            if not isinstance(outcome, Raised):
                self.ailing[network.name] = "ended by itself"
                log.warning("a chat network stopped listening", network=network.name)
            elif isinstance(outcome.error, AuthExpired):
                await self._give_up(network, outcome.error)
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

    async def _in_turn(self, network: ChatNetwork, reader: OneReader) -> Returned[None] | Raised | None:
        """Listen once it is our turn, and only as long as it is; None when it was over."""
        self.standing_by.add(network.name)
        await reader.begin()
        self.standing_by.discard(network.name)
        heard = asyncio.create_task(self._run(network, reader.fenced(self._accept_for(network.name))))
        over = asyncio.create_task(reader.over())
        try:
            await asyncio.wait({heard, over}, return_when=asyncio.FIRST_COMPLETED)
            return heard.result() if heard.done() else None
        finally:
            heard.cancel()
            over.cancel()
            await asyncio.wait({heard, over})
            await reader.end()

    async def _run(self, network: ChatNetwork, accept: Accept) -> Returned[None] | Raised:
        proof = asyncio.create_task(self._prove(network), name=f"network {network.name}: proof")
        try:
            return await guarded(network.run(accept))
        finally:
            proof.cancel()
            await asyncio.wait({proof})
            if not proof.cancelled() and (error := proof.exception()) is not None:
                log.error("nobody can tell whether a network is back", network=network.name, trace=trace_of(error))

    async def _give_up(self, network: ChatNetwork, error: AuthExpired) -> None:
        fix = error.fix
        self.ailing[network.name] = f"credentials are wrong: {fix}" if fix else "credentials are wrong"
        self._given_up[network.name] = network
        self._cut_off.add(network.name)
        self._lines[network.name].given_up = True
        log.error("a chat network refuses our credentials; it is not asked again", network=network.name, fix=fix)
        await self._alarms.lost(network.name, fix=fix)

    async def _prove(self, network: ChatNetwork) -> None:
        """Say that a network is back which was lost: it listens, and finds nothing wrong with itself."""
        if network.name not in self._cut_off and not await self._alarms.known_lost(network.name):
            return
        pause = PROOF
        while True:
            await self._clock.sleep(pause)
            checked = await self._bounded.run(network.check(), CHECK, name=f"check of {network.name}")
            if not isinstance(checked, Raised) and all(result.ok for result in checked.value):
                break
            pause = min(pause * 2, LONGEST_PAUSE)
        log.warning("a chat network takes our credentials again", network=network.name)
        await self._alarms.back(network.name)
        self._cut_off.discard(network.name)
