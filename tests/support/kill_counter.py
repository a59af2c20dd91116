"""A plugin that counts: per person, over all of them by facts told to another lane, and later by timers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import ClassVar

from chatops import Aggregate, Body, Listener, PluginContext, Unit, command, direct_target, hookimpl, replace
from chatops.core.text import _

LATER = timedelta(milliseconds=200)
"""When a bell rings."""


class Count(Aggregate, frozen=True, kw_only=True):
    """How often somebody has counted."""

    kind: ClassVar[str] = "kill.count"

    value: int = 0


class Total(Aggregate, frozen=True, kw_only=True):
    """How often everybody together has counted."""

    kind: ClassVar[str] = "kill.total"

    value: int = 0


class Counted(Body, frozen=True, kw_only=True):
    """Somebody has counted."""

    kind: ClassVar[str] = "kill.counted"

    name: str


class Bell(Body, frozen=True, kw_only=True):
    """Rings for somebody."""

    kind: ClassVar[str] = "kill.bell"

    name: str
    person: str


class Counter:
    """The plugin."""

    def __init__(self, context: PluginContext) -> None:
        self._name = context.name

    @command("count", who="staff", summary=_("Count"))
    async def count(self, unit: Unit, name: str, *, later: bool = False) -> None:
        """Count once, tell the total, and perhaps ring later."""
        mine = await unit.get(Count, unit.actor.id) or Count(id=unit.actor.id)
        mine = replace(mine, value=mine.value + 1)
        unit.put(mine)
        unit.emit(Counted(name=name), lane="kill:total")
        if later:
            unit.wake(f"kill.bell/{name}", Bell(name=name, person=unit.actor.id), LATER, lane="kill:bells")
        unit.answer(_("{name} is number {number}.", name=name, number=str(mine.value)))

    @command("total", who="staff", summary=_("Tell the total"), acts=False)
    async def total(self, unit: Unit) -> None:
        """Tell how often everybody together has counted."""
        total = await unit.get(Total, "all")
        unit.answer(_("{number} altogether.", number=str(total.value if total else 0)))

    async def add(self, unit: Unit, fact: Counted) -> None:
        """Add to the total."""
        total = await unit.get(Total, "all") or Total(id="all")
        unit.put(replace(total, value=total.value + 1))

    async def ring(self, unit: Unit, bell: Bell) -> None:
        """Ring."""
        unit.post(direct_target(bell.person), _("{name} has rung.", name=bell.name))

    @hookimpl
    def chatops_register_bodies(self, register: Callable[[type[Body]], None]) -> None:
        """Store counts."""
        for body in (Count, Total, Counted, Bell):
            register(body)

    @hookimpl
    def chatops_register_commands(self, register: Callable[[object], None]) -> None:
        """Bring `count`."""
        register(self)

    @hookimpl
    def chatops_register_listeners(self, register: Callable[[Listener], None]) -> None:
        """Hear of counts, and of the time."""
        register(Listener(name="kill.add", of=Counted, handle=self.add))
        register(Listener(name="kill.ring", of=Bell, handle=self.ring))
