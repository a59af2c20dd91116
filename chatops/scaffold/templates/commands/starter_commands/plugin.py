"""A list that people keep together: `startercommands add TEXT`, `startercommands list`."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from chatops import Aggregate, Body, Option, PluginContext, Rest, Unit, command, hookimpl, replace
from chatops.core.text import _, _n, lines

ALL = "all"
"""The id of the one list there is."""


class StarterCommandsList(Aggregate, frozen=True, kw_only=True):
    """What is on the list, oldest first. `kind` is the name it is stored under, for ever."""

    kind: ClassVar[str] = "starter_commands.list"

    lines: tuple[str, ...] = ()


class StarterCommands:
    """Made once, with what the server has for it; then each hook is called once."""

    def __init__(self, context: PluginContext) -> None:
        self._most = int(context.settings.get("most", 100))

    @command(
        "startercommands add",
        who="staff",
        summary=_("Put something on the list"),
        examples=("startercommands add call the printer’s support",),
        options={"text": Option(label=_("what"))},
    )
    async def add(self, unit: Unit, text: Rest) -> None:
        """Put something on the list. Two people at once are no problem: the second runs again on what the first left."""
        known = await unit.get(StarterCommandsList, ALL) or StarterCommandsList(id=ALL)
        unit.put(replace(known, lines=(*known.lines, text)[-self._most :]))
        unit.answer(_("It is on the list: {text}", text=text))

    @command(
        "startercommands list",
        who="staff",
        summary=_("Show the list"),
        examples=("startercommands list",),
        acts=False,
    )
    async def list(self, unit: Unit) -> None:
        """Show the list."""
        known = await unit.get(StarterCommandsList, ALL)
        if known is None:
            unit.answer(_("There is nothing on the list."))
            return
        count = _n("{count} thing:", "{count} things:", len(known.lines))
        unit.answer(lines(count, *(_("· {line}", line=line) for line in known.lines)))

    @hookimpl
    def chatops_register_bodies(self, register: Callable[[type[Body]], None]) -> None:
        """Register what is stored."""
        register(StarterCommandsList)

    @hookimpl
    def chatops_register_commands(self, register: Callable[[object], None]) -> None:
        """Register the commands."""
        register(self)
