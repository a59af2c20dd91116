"""Networks that one replica reads at a time: who it is, for how long, and that an old one changes nothing any more.

The name `network:NAME` is held for `LEASE` seconds at a time. Who holds it reads; who cannot renew it stops reading
`MARGIN` seconds before another may begin. A process that was stopped meanwhile may wake up later than that and hand over
what it had read: its checkpoint asks for the name, so the store refuses it, and the events with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog

from chatops.core.clock import Clock
from chatops.core.frozen import Body, replace
from chatops.engine.bell import Bell
from chatops.engine.bounded import Bounded, Raised
from chatops.engine.roombook import RoomBook
from chatops.engine.trace import trace_of
from chatops.errors import StaleUnit, StoreUnavailable
from chatops.ports.chat import Accept, Answered
from chatops.ports.store import Checkpoint, Store

log = structlog.get_logger("chatops.engine")

LEASE = 12.0
"""Seconds the name is ours without a sign of life: what a network's people wait at most when its reader dies, and a bit."""

MARGIN = 3.0
"""Seconds before the end of the lease in which we do not read any more."""

RENEWAL = 3.0
"""Seconds between renewals, and between the questions of those who stand by."""

FREE = "engine.reader-free"
"""The signal that a name was given back, so that nobody waits for its lease to end."""


class OneReader:
    """One replica's part in reading one network."""

    def __init__(self, network: str, *, store: Store, clock: Clock, rooms: RoomBook) -> None:
        self._network = network
        self._name = f"network:{network}"
        self._store = store
        self._clock = clock
        self._rooms = rooms
        self._bounded = Bounded(clock)
        self._until = float("-inf")
        """Monotonic seconds until which we may read."""
        self._bell = Bell()
        rooms.trust(network, self._until)
        store.signals.listen(FREE, self._freed, missed=self._bell.ring)

    async def begin(self) -> None:
        """Return once it is our turn to read."""
        while not await self._held():
            await self._bell.wait(lambda: self._clock.sleep(RENEWAL))
        log.info("this replica reads the network", network=self._network)

    async def over(self) -> None:
        """Keep our turn; return when it is over. A store that does not answer once may answer the next time."""
        while self._left() > 0:
            await self._clock.sleep(min(RENEWAL, self._left()))
            if self._left() > 0:
                await self._held()
        self._rooms.trust(self._network, float("-inf"))
        log.warning("this replica does not read the network any more", network=self._network)

    async def end(self) -> None:
        """Let another replica read. Harmless when it is not our turn."""
        ours, self._until = self._left() > 0, float("-inf")
        self._rooms.trust(self._network, self._until)
        if ours:
            try:
                await self._store.let_go(self._name)
            except StoreUnavailable:
                return
            await self._store.signals.send(FREE, self._name)

    def fenced(self, accept: Accept) -> Fenced:
        """Return a door that lets in what we read only as long as it is our turn."""
        return Fenced(accept, self._name, lost=self._lost)

    async def _held(self) -> bool:
        """Ask for the name, or for more time. Our time counts from before we asked."""
        asked = self._clock.monotonic()
        patience = max(self._until - asked, 0.0) or RENEWAL
        answer = await self._bounded.run(
            self._store.hold(self._name, lease=timedelta(seconds=LEASE)), patience, name=f"hold {self._name}"
        )
        if isinstance(answer, Raised):
            if not isinstance(answer.error, StoreUnavailable):
                log.warning("a name cannot be held", name=self._name, trace=trace_of(answer.error))
            return False
        if answer.value:
            self._until = asked + LEASE - MARGIN
            self._rooms.trust(self._network, self._until)
        elif asked < self._until:
            self._lost()
        return answer.value

    def _left(self) -> float:
        return self._until - self._clock.monotonic()

    def _lost(self) -> None:
        self._until = float("-inf")

    def _freed(self, name: str) -> None:
        if name == self._name:
            self._bell.ring()


class Fenced:
    """Implements `chatops.ports.chat.Accept` for whoever reads now."""

    def __init__(self, accept: Accept, name: str, *, lost: Callable[[], None]) -> None:
        self._accept = accept
        self._name = name
        self._lost = lost

    async def answers(self, key: str, at_most: float) -> Sequence[Answered] | None:
        """Return what an accepted event has led to."""
        return await self._accept.answers(key, at_most)

    async def checkpoint(self, name: str) -> str | None:
        """Return a checkpoint's value."""
        return await self._accept.checkpoint(name)

    async def __call__(self, events: Sequence[tuple[str, Body]], checkpoint: Checkpoint | None = None) -> None:
        """Accept; for who is not the reader any more, never return: reading is about to be stopped."""
        fenced = None if checkpoint is None else replace(checkpoint, holding=self._name)
        try:
            await self._accept(events, fenced)
        except StaleUnit:
            self._lost()
            await asyncio.Event().wait()
