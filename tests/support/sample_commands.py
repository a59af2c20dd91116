"""Commands of every kind of parameter, and all commands the server has, for tests of how they are read."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import chatops
from chatops.core.access import Relations
from chatops.core.command import Command, Declaration, Option, ReadContext, command, declared
from chatops.core.message import Person
from chatops.core.params import Duration, IdOf, Many, Rest, Selector, TicketName, When
from chatops.core.table import CommandTable
from chatops.core.text import _
from chatops.core.unit import Unit

NOW = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
"""Friday, 09:30 in Berlin."""

SwarmId = Annotated[str, IdOf(kind="swarm", prefix="SW")]


class Size(StrEnum):
    """A choice with words in other languages."""

    SMALL = "small"
    VERY_LARGE = "very-large"

    @classmethod
    def aliases(cls) -> dict[str, str]:
        """Return other words for the values."""
        return {"klein": "small", "riesig": "very-large"}


class Sample:
    """What a domain's commands look like."""

    @command(
        "swarm open",
        who="agent",
        summary=_("Open"),
        aliases={"en": ("sw open",), "de": ("schwarm öffnen",), "nl": ("zwerm openen",)},
        examples=("swarm open demo:1001 refund loops",),
        options={
            "help_needed": Option(label=_("help needed")),
            "tried": Option(label=_("what you tried"), aliases={"de": ("versucht",)}),
            "private": Option(label=_("only for its members"), aliases={"de": ("privat",)}),
        },
    )
    async def open(
        self,
        unit: Unit,
        case: TicketName,
        help_needed: Rest,
        *,
        tried: str = "",
        skills: Annotated[tuple[str, ...], Many()] = (),
        timebox: Duration | None = None,
        private: bool = False,
    ) -> None:
        """Open."""

    @command("swarm show", who="staff", summary=_("Show"), aliases={"de": ("schwarm zeigen",)}, acts=False)
    async def show(self, unit: Unit, swarm: SwarmId) -> None:
        """Show."""

    @command("swarm merge", who="agent", summary=_("Merge"))
    async def merge(self, unit: Unit, swarm: SwarmId, other: SwarmId) -> None:
        """Merge."""

    @command("swarm question", who="agent", summary=_("Ask"), aliases={"de": ("schwarm frage",)})
    async def question(self, unit: Unit, swarm: SwarmId, text: Rest) -> None:
        """Ask."""

    @command("swarm invite", who="agent", summary=_("Invite"), aliases={"de": ("schwarm einladen",)})
    async def invite(
        self,
        unit: Unit,
        swarm: SwarmId,
        who: Annotated[tuple[Selector, ...], Many()],
        why: Rest = "",
        *,
        ask: int = 1,
        page: bool = False,
    ) -> None:
        """Invite."""

    @command("swarm accept", who="agent", summary=_("Accept"), anywhere=("accept", "annehmen"))
    async def accept(self, unit: Unit, swarm: SwarmId = "") -> None:
        """Accept."""

    @command("swarm cancel", who="owner", summary=_("Cancel"), aliases={"de": ("schwarm abbrechen",)})
    async def cancel(self, unit: Unit, swarm: SwarmId, because: Rest) -> None:
        """Cancel."""

    @command("swarm hold", who="owner", summary=_("Hold"))
    async def hold(self, unit: Unit, swarm: SwarmId, why: Rest = "", *, until: When | None = None) -> None:
        """Hold."""

    @command("thing find", who="staff", summary=_("Find"))
    async def find(self, unit: Unit, swarm: SwarmId = "", case: TicketName | None = None) -> None:
        """Find."""

    @command("thing size", who="staff", summary=_("Size"), aliases={"de": ("ding größe",)})
    async def size(self, unit: Unit, size: Size, times: int = 1) -> None:
        """Size."""

    @command("remind", who="staff", summary=_("Remind"), aliases={"de": ("erinnere",), "nl": ("herinner",)})
    async def remind(self, unit: Unit, at: When, text: Rest) -> None:
        """Remind."""

    @command("person show", who="staff", summary=_("Show somebody"))
    async def person(self, unit: Unit, person: Person) -> None:
        """Show somebody."""

    @command("order accept", who="agent", summary=_("Accept an order"), anywhere=("accept",))
    async def order(self, unit: Unit, wait: Duration | None = None) -> None:
        """Accept an order."""


class AnyRelation(Relations):
    """Knows every relation that the commands name."""

    def __init__(self, names: frozenset[str]) -> None:
        super().__init__()
        self._named = names

    def names(self) -> frozenset[str]:
        """Return them."""
        return self._named


def sample_commands() -> list[Command]:
    """Return the commands of `Sample`."""
    return list(declared(Sample, relations=AnyRelation(frozenset({"owner"})), plugin="sample"))


def sample_table() -> CommandTable:
    """Return a table of them."""
    return CommandTable(sample_commands())


def server_commands() -> list[Command]:
    """Return every command declared in the server, whether or not a plugin registers it."""
    sources = list(_declaring_classes())
    who = {
        name.strip()
        for source in sources
        for function in vars(source).values()
        if isinstance(declaration := getattr(function, "__chatops_command__", None), Declaration)
        for spelled in (declaration.who, declaration.among)
        for name in spelled.split("|")
    }
    relations = AnyRelation(frozenset(who))
    return [one for source in sources for one in declared(source, relations=relations, plugin=source.__module__)]


def context(**changes: object) -> ReadContext:
    """Return how somebody in Berlin speaks, with one ticket system connected, and `changes`."""
    values = {"now": NOW, "zone": "Europe/Berlin", "systems": ("demo",), **changes}
    return ReadContext(**values)  # type: ignore[arg-type]  # the tests say what they change


def in_room(**changes: object) -> ReadContext:
    """Return how somebody speaks in the room of swarm 12."""
    return context(noun="swarm", id="12", **changes)


def _declaring_classes() -> Iterator[type]:
    for module in pkgutil.walk_packages(chatops.__path__, "chatops."):
        last = module.name.rsplit(".", 1)[-1]
        if last != "help" and not last.endswith("commands"):
            continue
        for _name, source in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if source.__module__ == module.name and any(
                hasattr(function, "__chatops_command__") for function in vars(source).values()
            ):
                yield source
