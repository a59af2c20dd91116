"""A plugin whose commands go wrong in every way."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import ClassVar

from chatops import (
    Aggregate,
    Body,
    Effect,
    EffectPerformer,
    Listener,
    Performed,
    PluginContext,
    Unit,
    command,
    hookimpl,
)
from chatops.core.text import _

SLOW = 20.0
"""Seconds a slow command takes, within the deadline of 30."""


class Bad(Aggregate, frozen=True, kw_only=True):
    """Something that cannot be written."""

    kind: ClassVar[str] = "trouble.bad"

    text: str


class Told(Body, frozen=True, kw_only=True):
    """A fact whose listener never gets anywhere."""

    kind: ClassVar[str] = "trouble.told"


class Pull(Effect, frozen=True, kw_only=True):
    """An effect that is never done."""

    kind: ClassVar[str] = "trouble.pull"

    @property
    def target(self) -> str:
        """Somewhere."""
        return "trouble:rope"


class Trouble:
    """The plugin. `began` holds when a quick command's handler began, in seconds of `time.perf_counter`."""

    def __init__(self, context: PluginContext) -> None:
        self._clock = context.clock
        self.began: dict[str, float] = {}
        self.slow = 0
        self.pulled = 0
        self.released = asyncio.Event()
        """Set when what hangs may end."""

    @command("trouble quick", who="staff", summary=_("Answer at once"))
    async def quick(self, unit: Unit, name: str) -> None:
        """Answer."""
        self.began.setdefault(name, time.perf_counter())
        unit.answer(_("{name} is done.", name=name))

    @command("trouble slow", who="staff", summary=_("Take long"))
    async def take_long(self, unit: Unit) -> None:
        """Take `SLOW` seconds."""
        self.slow += 1
        await self._clock.sleep(SLOW)
        unit.answer(_("Slow and steady."))

    @command("trouble raise", who="staff", summary=_("Raise"))
    async def fail(self, unit: Unit, what: str) -> None:
        """Raise one of the worst."""
        unit.answer(_("Never said."))
        errors: dict[str, BaseException] = {
            "value": ValueError('Traceback (most recent call last): File "secret.py"'),
            "exit": SystemExit(3),
            "interrupt": KeyboardInterrupt(),
            "cancel": asyncio.CancelledError(),
            "memory": MemoryError(),
            "recursion": RecursionError(),
            "group": BaseExceptionGroup("several", [ValueError("one"), SystemExit()]),
        }
        raise errors[what]

    @command("trouble hang", who="staff", summary=_("Never return"))
    async def hang(self, unit: Unit, *, stubborn: bool = False) -> None:
        """Wait for ever; a stubborn one does not let itself be stopped either."""
        while True:
            try:
                await self.released.wait()
                break
            except asyncio.CancelledError:
                if not stubborn:
                    raise

    @command("trouble poison", who="staff", summary=_("Keep what cannot be kept"))
    async def poison(self, unit: Unit) -> None:
        """Put something that cannot be written."""
        await unit.get(Bad, "bad")
        unit.put(Bad(id="bad", text="\ud800"))
        unit.answer(_("Never said."))

    @command("trouble tell", who="staff", summary=_("Tell a listener that hangs"))
    async def tell(self, unit: Unit) -> None:
        """Tell it."""
        unit.emit(Told())

    @command("trouble pull", who="staff", summary=_("Do something that is never done"))
    async def pull(self, unit: Unit) -> None:
        """Pull."""
        unit.effect(Pull())

    async def listen(self, unit: Unit, told: Told) -> None:
        """Wait for ever."""
        await self.released.wait()

    async def perform(self, effect: Pull, key: str) -> Performed:
        """Wait for ever."""
        self.pulled += 1
        await self.released.wait()
        return Performed()

    @hookimpl
    def chatops_register_bodies(self, register: Callable[[type[Body]], None]) -> None:
        """Store them."""
        for body in (Bad, Told, Pull):
            register(body)

    @hookimpl
    def chatops_register_commands(self, register: Callable[[object], None]) -> None:
        """Bring the commands."""
        register(self)

    @hookimpl
    def chatops_register_listeners(self, register: Callable[[Listener], None]) -> None:
        """Listen."""
        register(Listener(name="trouble.listen", of=Told, handle=self.listen))

    @hookimpl
    def chatops_register_effects(self, register: Callable[[EffectPerformer], None]) -> None:
        """Perform."""
        register(EffectPerformer(of=Pull, perform=self.perform))
