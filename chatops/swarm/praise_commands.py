"""The commands of kudos."""

from __future__ import annotations

from typing import Annotated

from chatops.core.command import Option, command
from chatops.core.message import Person
from chatops.core.params import IdOf, Rest
from chatops.core.text import _
from chatops.core.unit import Unit
from chatops.swarm.model import PREFIX, Swarm
from chatops.swarm.praise import Praising


class PraiseCommands:
    """Thanks by name."""

    def __init__(self, praising: Praising) -> None:
        self._praising = praising

    @command(
        "kudos",
        who="staff",
        summary=_("Thank somebody by name, for all to hear"),
        aliases={"de": ("lob",), "nl": ("lof",)},
        examples=("kudos anna for finding the lock", 'kudos anna swarm=SW-12 "for finding the lock"'),
        options={
            "person": Option(label=_("whom")),
            "text": Option(label=_("what for")),
            "swarm": Option(label=_("for which swarm"), aliases={"de": ("schwarm",), "nl": ("zwerm",)}),
        },
    )
    async def kudos(
        self,
        unit: Unit,
        person: Person,
        text: Rest = "",
        *,
        swarm: Annotated[str, IdOf(kind=Swarm.kind, prefix=PREFIX)] = "",
    ) -> None:
        """Thank somebody."""
        await self._praising.give(unit, person, text, swarm)

    @command(
        "kudos show",
        who="staff",
        summary=_("What you were thanked for: for you alone"),
        aliases={"de": ("lob zeigen",), "nl": ("lof tonen",)},
        examples=("kudos show",),
        acts=False,
    )
    async def show(self, unit: Unit) -> None:
        """Show the asker's kudos."""
        await self._praising.show(unit)

    @command(
        "kudos quiet",
        who="staff",
        summary=_("Be thanked alone from now on"),
        aliases={"de": ("lob leise",), "nl": ("lof stil",)},
        examples=("kudos quiet",),
    )
    async def quiet(self, unit: Unit) -> None:
        """Prefer to be thanked alone."""
        await self._praising.prefer(unit, quiet=True)

    @command(
        "kudos aloud",
        who="staff",
        summary=_("Be thanked where everybody hears it"),
        aliases={"de": ("lob laut",), "nl": ("lof hardop",)},
        examples=("kudos aloud",),
    )
    async def aloud(self, unit: Unit) -> None:
        """Prefer to be thanked aloud."""
        await self._praising.prefer(unit, quiet=False)
