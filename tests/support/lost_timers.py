"""A command that forgets a timer, as if its event had become a dead letter."""

from __future__ import annotations

from collections.abc import Callable

from chatops.core.command import command
from chatops.core.params import Rest
from chatops.core.text import said
from chatops.core.unit import Unit


class LostTimers:
    """A plugin with that command alone."""

    def chatops_register_commands(self, register: Callable[[object], None]) -> None:
        """Register it."""
        register(self)

    @command("timer lose", who="anyone", summary=said("Lose a timer"), examples=("timer lose swarm:1/timebox",))
    async def lose(self, unit: Unit, series: Rest) -> None:
        """Forget the timer of a series."""
        unit.disarm(series)
        unit.answer(said("lost"))
