"""The commands of macros."""

from __future__ import annotations

from chatops.cases.macros import Macros
from chatops.core.command import Option, command
from chatops.core.params import TicketName
from chatops.core.text import _
from chatops.core.unit import Unit

_NAME = Option(label=_("name"))


class MacroCommands:
    """Everything people say about macros."""

    def __init__(self, macros: Macros) -> None:
        self._macros = macros

    @command(
        "macro list",
        who="staff",
        summary=_("The macros there are"),
        aliases={"de": ("makro liste",), "nl": ("macro lijst",)},
        examples=("macro list",),
        acts=False,
    )
    async def list(self, unit: Unit) -> None:
        """List all."""
        await self._macros.listed(unit)

    @command(
        "macro show",
        who="staff",
        summary=_("The commands of a macro"),
        aliases={"de": ("makro zeigen",), "nl": ("macro tonen",)},
        examples=("macro show waiting",),
        options={"name": _NAME},
        acts=False,
    )
    async def show(self, unit: Unit, name: str) -> None:
        """Show one."""
        await self._macros.show(unit, name)

    @command(
        "macro run",
        who="staff",
        summary=_("Run a macro’s commands one by one, as far as you may"),
        aliases={"de": ("makro starten", "makro ausführen"), "nl": ("macro starten", "macro uitvoeren")},
        examples=("macro run waiting demo:1001", "macro run waiting demo:1001 rehearse"),
        options={
            "name": _NAME,
            "case": Option(label=_("case")),
            "rehearse": Option(label=_("only try its steps out"), aliases={"de": ("proben",), "nl": ("oefenen",)}),
        },
    )
    async def run(self, unit: Unit, name: str, case: TicketName | None = None, *, rehearse: bool = False) -> None:
        """Run one."""
        await self._macros.run(unit, name, case, dry_run=rehearse)
