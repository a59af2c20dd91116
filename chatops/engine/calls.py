"""Every write to a chat network goes through here: within its limits, in its time, and not at all while it is down."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, TypeVar

import structlog

from chatops.core.clock import Clock
from chatops.engine.bounded import Bounded, DeadlinePassed, Raised
from chatops.engine.limits import Allowance
from chatops.engine.meter import Called, Meter
from chatops.engine.performing import Hopeless, NotYet, Silent
from chatops.engine.settings import EngineSettings
from chatops.engine.share import Share
from chatops.errors import AuthExpired, OutcomeUnknown, RateLimited, Unreachable
from chatops.ports.chat import ChatNetwork
from chatops.ports.store import Store

log = structlog.get_logger("chatops.engine")

T = TypeVar("T")

WORTH_WAITING = 5.0
"""Seconds a send waits in place for its turn; for longer it goes back into the queue."""

LONGEST_TURN = 20.0
"""Seconds after which it goes back even if its turn always seemed near: its claim must not run out while it waits."""

TRIES_BEFORE_REST = 3
"""Failures in a row after which a network is left alone for a while."""

SHORTEST_REST, LONGEST_REST = 2.0, 30.0
"""Seconds. In between, a network that has not answered for a while is left alone for half as long again: so what waits
for it is late by half of an outage at most, and many sends that fail at once count as one outage, not as a long one."""


class Line:
    """The way to one network."""

    def __init__(
        self,
        network: ChatNetwork,
        *,
        clock: Clock,
        settings: EngineSettings,
        probe: Callable[[str], None],
        meter: Meter,
        store: Store,
    ) -> None:
        self.network = network
        self._clock = clock
        self._settings = settings
        self._probe = probe
        self._meter = meter
        self._bounded = Bounded(clock)
        self._slots = asyncio.Semaphore(settings.network_sends)
        self._queued = 0
        """Sends that wait for a slot."""
        reserve, limit = settings.bulk_reserve, network.capabilities.per_second
        shared = (
            Share(f"network:{network.name}", store=store, clock=clock, rate=limit, reserve=reserve)
            if store.shared
            else None
        )
        self._allowance = Allowance(network.capabilities, clock, bulk_reserve=reserve, shared=shared)
        self._failures = 0
        self._silent_since = float("-inf")
        """Monotonic seconds of the first of these failures."""
        self._rests_until = float("-inf")
        self.given_up = False
        """True while the network refuses our credentials: nothing is sent until somebody has mended that."""

    @property
    def resting(self) -> bool:
        """Whether the network is left alone because it does not answer."""
        return self.given_up or self._clock.monotonic() < self._rests_until

    async def write(
        self,
        room: str | None,
        work: Callable[[], Coroutine[Any, Any, T]],
        *,
        bulk: bool = False,
        repeatable: bool = False,
    ) -> T:
        """Call the network once. Raise NotYet, OutcomeUnknown or another PortError.

        `repeatable`: doing it twice is no different from doing it once, as always with native keys. Then an outcome
        that is not known is Unreachable.
        """
        self._awake()
        await self._slot()
        try:
            self._awake()
            await self._turn(room, bulk=bulk)
            self._probe("before-send")
            began = self._clock.monotonic()
            outcome = await self._bounded.run(work(), self._settings.send_deadline, name=f"send to {self.network.name}")
            self._probe("after-send")
        finally:
            self._slots.release()
        seconds = self._clock.monotonic() - began
        if isinstance(outcome, Raised):
            if isinstance(outcome.error, RateLimited):
                await self._allowance.refused(outcome.error.retry_after, room)
            error = self._judged(outcome.error, repeatable=repeatable or self.network.capabilities.native_keys)
            self._meter.called(self.network.name, word_for(error), seconds=seconds)
            raise error from outcome.error
        self._failures = 0
        self._meter.called(self.network.name, "sent", seconds=seconds)
        return outcome.value

    def _awake(self) -> None:
        if self.given_up:
            message = f"{self.network.name} refuses our credentials"
            raise AuthExpired(message)
        if self.resting:
            message = f"{self.network.name} does not answer"
            raise NotYet(self._rests_until - self._clock.monotonic(), message)

    def heard(self) -> None:
        """The network has just told us something: if it was left alone, it need not be any longer."""
        self._rests_until = float("-inf")

    async def _slot(self) -> None:
        """Take a slot. As many as there are may wait for one: more would keep the other networks from sending."""
        if self._queued >= self._settings.network_sends:
            message = f"{self.network.name} has its hands full"
            raise NotYet(WORTH_WAITING, message)
        self._queued += 1
        try:
            await self._slots.acquire()
        finally:
            self._queued -= 1

    async def _turn(self, room: str | None, *, bulk: bool) -> None:
        until = self._clock.monotonic() + LONGEST_TURN
        while (wait := await self._allowance.turn(room, bulk=bulk)) > 0:
            if wait > WORTH_WAITING or self._clock.monotonic() + wait > until:
                raise NotYet(wait, f"the limits of {self.network.name}")
            await self._clock.sleep(wait)

    def _judged(self, error: BaseException, *, repeatable: bool) -> BaseException:
        """Take note of a failure, and return what it means for the one who asked."""
        if not isinstance(error, Unreachable | AuthExpired | OutcomeUnknown | DeadlinePassed):
            return error
        rest = self._failed()
        if isinstance(error, OutcomeUnknown | DeadlinePassed):
            # Where a repetition is harmless, not knowing is no different from not having arrived.
            error = Unreachable(str(error)) if repeatable else OutcomeUnknown(str(error))
        if isinstance(error, Unreachable) and self._failures > 1:
            return Silent(rest, str(error), code=error.code)
        return error

    def _failed(self) -> float:
        """Count one more failure in a row, and return the seconds until the network is worth another look."""
        now = self._clock.monotonic()
        self._silent_since = now if self._failures == 0 else self._silent_since
        self._failures += 1
        rest = min(max((now - self._silent_since) / 2, SHORTEST_REST), LONGEST_REST)
        if self._failures >= TRIES_BEFORE_REST:
            if not self.resting:
                log.warning("a chat network does not answer", network=self.network.name, rest=round(rest, 1))
            self._rests_until = now + rest
        return rest


class Lines:
    """The ways to all networks, by name."""

    def __init__(
        self,
        networks: Sequence[ChatNetwork],
        *,
        clock: Clock,
        settings: EngineSettings,
        probe: Callable[[str], None],
        meter: Meter,
        store: Store,
    ) -> None:
        self._lines: Mapping[str, Line] = {
            network.name: Line(network, clock=clock, settings=settings, probe=probe, meter=meter, store=store)
            for network in networks
        }

    def __getitem__(self, network: str) -> Line:
        """Return the way to a network. Raise Hopeless when it is not connected."""
        line = self._lines.get(network)
        if line is None:
            message = f"the network {network} is not connected"
            raise Hopeless(message)
        return line

    def heard(self, network: str) -> None:
        """A network has just told us something."""
        line = self._lines.get(network)
        if line is not None:
            line.heard()

    def get(self, network: str) -> Line | None:
        """Return the way to a network, or None."""
        return self._lines.get(network)

    @property
    def names(self) -> tuple[str, ...]:
        """The connected networks."""
        return tuple(self._lines)


def word_for(error: BaseException) -> Called:
    """Return what a failed call counts as."""
    match error:
        case RateLimited():
            return "limited"
        case Unreachable():
            return "unreachable"
        case AuthExpired():
            return "login"
        case OutcomeUnknown():
            return "unknown"
        case _:
            return "failed"
