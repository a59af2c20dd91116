"""Runbooks that people write down themselves: `runbook set refunds https://…`, `runbook show refunds`."""

from collections.abc import Callable
from typing import ClassVar

from chatops import Aggregate, Body, PluginContext, Rest, Unit, command, hookimpl
from chatops.core.text import _


class Runbook(Aggregate, frozen=True, kw_only=True):
    """Where the runbook of one subject is, and who said so. The id is the subject."""

    kind: ClassVar[str] = "shared_runbooks.runbook"

    address: str
    by: str


class SharedRunbooks:
    def __init__(self, context: PluginContext) -> None:
        """It needs nothing of the server."""

    @command(
        "runbook set",
        who="staff",
        summary=_("Say where a runbook is"),
        examples=("runbook set refunds https://wiki.example/refunds",),
    )
    async def set(self, unit: Unit, subject: str, address: Rest) -> None:
        await unit.get(Runbook, subject)
        unit.put(Runbook(id=subject, address=address, by=unit.actor.name))
        unit.answer(_("Noted: {subject} is at {address}.", subject=subject, address=address))

    @command("runbook show", who="staff", summary=_("Show where a runbook is"), acts=False)
    async def show(self, unit: Unit, subject: str) -> None:
        missing = _("There is no runbook for {subject}.", subject=subject)
        runbook = await unit.need(Runbook, subject, missing)
        unit.answer(_("{address}, says {name}.", address=runbook.address, name=runbook.by))

    @hookimpl
    def chatops_register_bodies(self, register: Callable[[type[Body]], None]) -> None:
        register(Runbook)

    @hookimpl
    def chatops_register_commands(self, register: Callable[[object], None]) -> None:
        register(self)
