"""`swarm find`: who could help, and why; and how much a pod has to do."""

from __future__ import annotations

from typing import Annotated

from chatops.core.command import Option, command
from chatops.core.params import IdOf, Many, Rest
from chatops.core.text import _
from chatops.core.unit import Unit
from chatops.errors import BadArgument
from chatops.people.needs import read_wanted
from chatops.ports.roster import Directory
from chatops.swarm.desk import the_swarm
from chatops.swarm.finding import Finder
from chatops.swarm.finding_cards import found_card
from chatops.swarm.model import PREFIX, Swarm
from chatops.swarm.pod_load import PodLoads
from chatops.swarm.wording import Names

MOST = 10
"""People shown at once."""


class FindingCommands:
    """Looking before asking."""

    def __init__(self, directory: Directory, names: Names) -> None:
        self._directory = directory
        self._names = names
        self._finder = Finder(directory)
        self._loads = PodLoads(directory)

    @command(
        "swarm find",
        who="staff",
        summary=_("Who could help, best first, with the reasons; and who not, and why"),
        aliases={"de": ("schwarm finden", "schwarm suchen"), "nl": ("zwerm vinden", "zwerm zoeken")},
        examples=("swarm find skill:billing", "swarm find skill:billing>=3 lang:de n=3", "swarm find billing tax de"),
        options={
            "what": Option(label=_("skills and languages")),
            "n": Option(label=_("how many"), aliases={"de": ("anzahl",), "nl": ("aantal",)}),
            "lang": Option(
                label=_("languages"),
                aliases={"de": ("sprache",), "nl": ("taal",)},
            ),
            "swarm": Option(label=_("for which swarm"), aliases={"de": ("schwarm",), "nl": ("zwerm",)}),
        },
        acts=False,
    )
    async def find(
        self,
        unit: Unit,
        what: Rest,
        *,
        n: int = 5,
        lang: Annotated[tuple[str, ...], Many()] = (),
        swarm: Annotated[str, IdOf(kind=Swarm.kind, prefix=PREFIX)] = "",
    ) -> None:
        """Rank people for what is wanted; in a swarm's room, each can be invited with a press."""
        if not 1 <= n <= MOST:
            raise BadArgument(
                _("{count} is too many or too few: from 1 to {most}.", count=n, most=MOST), commands=("5",)
            )
        words = [word for word in what.replace(",", " ").split() if word]
        wanted = read_wanted([*words, *(f"lang:{one}" for one in lang)], self._directory)
        room = unit.origin.room if unit.origin is not None else None
        here = (
            room.subject.partition(":")[2]
            if room is not None and room.subject and room.subject.startswith("swarm:")
            else ""
        )
        meant = await the_swarm(unit, swarm or here) if swarm or here else None
        present = [member.person for member in meant.present] if meant is not None else [unit.actor.id]
        ranking = await self._finder.ranked(unit, wanted, but=present)
        private = meant is not None and meant.has_guests
        unit.answer(found_card(wanted, ranking, self._names, most=n, swarm=meant), private=private)

    @command(
        "pod load",
        who="staff",
        summary=_("How much a pod has to do; each person’s figures are for them and their lead"),
        aliases={"de": ("pod auslastung",), "nl": ("pod belasting",)},
        examples=("pod load", "pod load emea-1"),
        options={"pod": Option(label=_("pod"))},
        acts=False,
    )
    async def load(self, unit: Unit, pod: Rest = "") -> None:
        """Show a pod's load."""
        await self._loads.show(unit, pod)
