"""`runbook refunds` says where that runbook is, as the settings have it: `[plugins.runbooks] refunds = "https://…"`."""

from collections.abc import Callable

from chatops import PluginContext, Unit, command, hookimpl
from chatops.core.text import _
from chatops.errors import NotFound


class Runbooks:
    def __init__(self, context: PluginContext) -> None:
        self._addresses = context.settings

    @command("runbook", who="staff", summary=_("Where a runbook is"), examples=("runbook refunds",), acts=False)
    async def show(self, unit: Unit, subject: str) -> None:
        if subject not in self._addresses:
            raise NotFound(_("There is no runbook for {subject}.", subject=subject))
        unit.answer(_("{subject}: {address}", subject=subject, address=self._addresses[subject]))

    @hookimpl
    def chatops_register_commands(self, register: Callable[[object], None]) -> None:
        register(self)
