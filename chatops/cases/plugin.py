"""Cases, brought in through the same hooks as any plugin."""

from __future__ import annotations

from collections.abc import Callable

from chatops.cases.commands import CaseCommands
from chatops.hookspecs import PluginContext, hookimpl


class CasesPlugin:
    """Registers `case …`. No settings."""

    def __init__(self, context: PluginContext) -> None:
        self._commands = CaseCommands(context.people, context.tickets)

    @hookimpl
    def chatops_register_commands(self, register: Callable[[object], None]) -> None:
        """Register `case …`."""
        register(self._commands)
