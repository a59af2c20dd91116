"""Several stores over one memory, as the processes of one server have them over one database.

::

    replicas = Replicas(clock)
    town = FakeNetwork(clock=clock)
    async with Stage(store=replicas.store(), clock=clock, network=town) as one:
        async with Stage(store=replicas.store(), clock=clock, network=town.beside()) as two:
            await one.says("anna", "swarm open")
            await together(one, two)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from chatops.core.clock import Clock
from chatops.core.commit import InboxRow
from chatops.errors import StaleUnit, StoreUnavailable
from chatops.ports.store import Checkpoint
from chatops.testing.memory_store import Bell, MemoryStore

if TYPE_CHECKING:
    from chatops.testing.stage import Stage

TURNS = 3
"""Times all stages settle without any change until they count as settled together."""


class Exchange:
    """Implements `chatops.ports.signals.Signals` for one replica. While it is `cut`, it neither hears nor is heard."""

    def __init__(self, others: list[Exchange]) -> None:
        self._all = others
        self._all.append(self)
        self.listeners: dict[str, list[tuple[Callable[[str], None], Callable[[], None]]]] = defaultdict(list)
        self.cut = False
        self.sent: list[tuple[str, str]] = []
        """(topic, text) of every signal from here."""

    async def send(self, topic: str, text: str) -> None:
        """Tell every replica that is not cut off."""
        self.sent.append((topic, text))
        for one in () if self.cut else self._all:
            for heard, _missed in () if one.cut else tuple(one.listeners[topic]):
                heard(text)

    def listen(self, topic: str, heard: Callable[[str], None], *, missed: Callable[[], None]) -> None:
        """Call `heard` with each signal's text."""
        self.listeners[topic].append((heard, missed))

    def mend(self) -> None:
        """Connect again after `cut`: whoever listens may have missed something."""
        self.cut = False
        for listeners in tuple(self.listeners.values()):
            for _heard, missed in listeners:
                missed()


class Replicas:
    """One memory, and as many stores over it as a test has processes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._memory = MemoryStore(clock=clock)
        self._exchanges: list[Exchange] = []
        self._held: dict[str, tuple[ReplicaStore, datetime]] = {}
        self._bells: list[Bell] = []

    def store(self) -> ReplicaStore:
        """Return the store of one more process."""
        store = ReplicaStore(self._memory, clock=self._clock, held=self._held, bells=self._bells)
        store.exchange = store.signals = Exchange(self._exchanges)
        return store


class ReplicaStore(MemoryStore):
    """A `MemoryStore` that others work on as well. `broken` cuts off this one only. Dying is never closing it."""

    exchange: Exchange

    def __init__(
        self,
        memory: MemoryStore,
        *,
        clock: Clock,
        held: dict[str, tuple[ReplicaStore, datetime]],
        bells: list[Bell],
    ) -> None:
        super().__init__(clock=clock)
        own = {name: vars(self)[name] for name in ("broken", "signals", "_announced", "_events", "_posts", "_settled")}
        vars(self).update(vars(memory) | own)
        self.shared = True
        self._held = held
        self._bells = bells
        bells += (self._events, self._posts, self._settled)

    async def open(self) -> None:
        """Take up work; what others have claimed stays theirs."""
        self._up()
        self._ring()

    async def close(self) -> None:
        """Give back the names; claims run out by themselves."""
        for name in [name for name, (holder, _until) in self._held.items() if holder is self]:
            await self.let_go(name)

    async def accept_many(self, rows: Sequence[InboxRow], checkpoint: Checkpoint | None = None) -> tuple[bool, ...]:
        """Store events and checkpoint, unless the checkpoint's name is another's by now."""
        self._up()
        holding = None if checkpoint is None else checkpoint.holding
        if holding is not None and self._holder(holding) is not self:
            raise StaleUnit("name", holding)  # noqa: EM101 - a code, not a sentence
        return await super().accept_many(rows, checkpoint)

    async def hold(self, name: str, *, lease: timedelta) -> bool:
        """Have `name` alone."""
        self._up()
        if self._holder(name) not in {self, None}:
            return False
        self._held[name] = (self, self._clock.now() + lease)
        return True

    async def let_go(self, name: str) -> None:
        """Give `name` back, if it is ours."""
        if self.broken:
            message = "the test has switched the store off"
            raise StoreUnavailable(message)
        if self._held.get(name, (None,))[0] is self:
            del self._held[name]

    def _holder(self, name: str) -> ReplicaStore | None:
        holder, until = self._held.get(name, (None, self._clock.now()))
        return holder if until > self._clock.now() else None

    def _ring(self) -> None:
        for bell in self._bells:
            bell.ring()


async def together(*stages: Stage) -> None:
    """Return when none of the stages has anything left to do, or when only the clock could bring anything forward."""
    still = 0
    before: tuple[tuple[int, int], ...] = ()
    while still < TURNS:
        for stage in stages:
            await stage.settle()
        now = tuple((stage.engine.inbox.handled, len(stage.network.calls)) for stage in stages)
        still, before = (still + 1, before) if now == before else (0, now)
