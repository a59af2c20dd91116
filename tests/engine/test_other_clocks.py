"""Timers ring by the clock of whoever looks first; whoever handles them may have another one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from chatops.core.commit import InboxRow
from chatops.core.events import TimerFired
from chatops.core.frozen import Body
from chatops.core.unit import Unit
from chatops.hookspecs import Listener, hookimpl
from chatops.testing.stage import Stage


class Woken(Body, frozen=True, kw_only=True):
    """Time is up."""

    kind: ClassVar[str] = "other_clocks.woken"


class Sleeper:
    """A plugin that is woken."""

    def __init__(self) -> None:
        self.woken: list[datetime] = []

    @hookimpl
    def chatops_register_bodies(self, register: object) -> None:
        """Register the one."""
        assert callable(register)
        register(Woken)

    @hookimpl
    def chatops_register_listeners(self, register: object) -> None:
        """Register two: each is sent the timer on its own."""
        assert callable(register)
        for name in ("one", "other"):
            register(Listener(name=f"sleeper.{name}", of=Woken, handle=self._wake))

    async def _wake(self, unit: Unit, _body: Woken) -> None:
        self.woken.append(unit.now)


async def test_whom_a_timer_wakes_finds_that_its_time_has_come() -> None:
    """By a clock that is behind as well: what compares the times once and never again would miss it for ever."""
    sleeper = Sleeper()
    async with Stage(plugins=(sleeper,)) as stage:
        due = stage.clock.now() + timedelta(seconds=1)
        fired = TimerFired(
            series="sleeper", due=due, fired_at=due, body_kind=Woken.kind, body=stage.codec.encode(Woken())
        )
        body = stage.codec.encode(fired)
        await stage.store.accept_many([InboxRow(key="rung", lane="bed", kind=fired.kind, body=body, cause="rung")])
        await stage.settle()
        assert sleeper.woken == [due, due]
