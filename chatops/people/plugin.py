"""Commands about people, brought in through the same hooks as any plugin."""

from __future__ import annotations

from collections.abc import Callable

from chatops.hookspecs import PluginContext, hookimpl
from chatops.people.commands import PeopleCommands


class PeoplePlugin:
    """Registers `me`, `whoami` and `audit`. No settings."""

    def __init__(self, context: PluginContext) -> None:
        self._commands = PeopleCommands(context.people, sections=context.sections, prefixes=context.prefixes)

    @hookimpl
    def chatops_register_commands(self, register: Callable[[object], None]) -> None:
        """Register the commands."""
        register(self._commands)
