"""The commands about what is known: the article draft, searching, linking, saying what was of use."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from chatops.core.command import Option, command
from chatops.core.params import IdOf, Rest
from chatops.core.text import _
from chatops.core.unit import Unit
from chatops.swarm.capture_views import CaptureViews
from chatops.swarm.capturing import Capturing
from chatops.swarm.model import PREFIX, Swarm
from chatops.swarm.suggesting import Suggesting

SwarmId = Annotated[str, IdOf(kind=Swarm.kind, prefix=PREFIX)]


class Vote(StrEnum):
    """Whether something was of use."""

    UP = "up"
    DOWN = "down"

    @classmethod
    def aliases(cls) -> Mapping[str, str]:
        """Return the same as an emoji, in German and Dutch."""
        return {"👍": "up", "👎": "down", "gut": "up", "schlecht": "down", "goed": "up", "slecht": "down"}


class KnowledgeCommands:
    """Everything people say about articles and earlier swarms."""

    def __init__(self, capturing: Capturing, views: CaptureViews, suggesting: Suggesting) -> None:
        self._capturing = capturing
        self._views = views
        self._suggesting = suggesting

    @command(
        "kb draft",
        who="staff",
        summary=_("Show the article that grows in a swarm, or write into it"),
        aliases={"de": ("wissen entwurf",), "nl": ("kennis concept",)},
        examples=("kb draft", 'kb draft environment="web shop 4.2" cause="a lock that stays"'),
        options={
            "title": Option(label=_("title"), aliases={"de": ("titel",), "nl": ("titel",)}),
            "problem": Option(label=_("the problem, in the words of who has it"), aliases={"nl": ("probleem",)}),
            "environment": Option(
                label=_("where it happens: product, version"),
                aliases={"en": ("env",), "de": ("umgebung",), "nl": ("omgeving",)},
            ),
            "cause": Option(label=_("why it happens"), aliases={"de": ("ursache",), "nl": ("oorzaak",)}),
        },
    )
    async def draft(
        self,
        unit: Unit,
        swarm: SwarmId,
        *,
        title: str = "",
        problem: str = "",
        environment: str = "",
        cause: str = "",
    ) -> None:
        """Show the draft; write into it what is given."""
        found = await self._capturing.write(
            unit, swarm, title=title, problem=problem, environment=environment, cause=cause
        )
        self._views.draft(unit, found)

    @command(
        "kb search",
        who="staff",
        summary=_("Search articles, cases and earlier swarms"),
        aliases={"de": ("wissen suchen",), "nl": ("kennis zoeken",)},
        examples=("kb search refund loops",),
        options={"text": Option(label=_("words"))},
        acts=False,
    )
    async def search(self, unit: Unit, text: Rest) -> None:
        """Search."""
        await self._suggesting.search(unit, text)

    @command(
        "kb similar",
        who="staff",
        summary=_("Show what may help a swarm"),
        aliases={"de": ("wissen ähnlich",), "nl": ("kennis vergelijkbaar",)},
        examples=("kb similar SW-12",),
        acts=False,
    )
    async def similar(self, unit: Unit, swarm: SwarmId) -> None:
        """Show what was found."""
        await self._suggesting.similar(unit, swarm)

    @command(
        "kb link",
        who="colleague | owner | pod_lead",
        summary=_("Record on the case that an article helped"),
        aliases={"de": ("wissen verknüpfen",), "nl": ("kennis koppelen",)},
        examples=("kb link KB12",),
        options={"article": Option(label=_("an article’s number"))},
    )
    async def link(self, unit: Unit, swarm: SwarmId, article: str) -> None:
        """Link an article."""
        await self._capturing.link(unit, swarm, article)

    @command(
        "kb use",
        who="colleague | owner | pod_lead",
        summary=_("Look at what solved an earlier swarm"),
        aliases={"de": ("wissen nutzen",), "nl": ("kennis gebruiken",)},
        examples=("kb use SW-12 SW-3",),
        options={"other": Option(label=_("the earlier swarm"))},
    )
    async def use(self, unit: Unit, swarm: SwarmId, other: SwarmId) -> None:
        """Show an earlier swarm's solution."""
        await self._suggesting.use(unit, swarm, other)

    @command(
        "kb rate",
        who="staff",
        summary=_("Say whether a suggestion was of use"),
        aliases={"de": ("wissen bewerten",), "nl": ("kennis beoordelen",)},
        examples=("kb rate KB12 up", "kb rate SW-3 down"),
        options={"thing": Option(label=_("what")), "vote": Option(label=_("up or down"))},
    )
    async def rate(self, unit: Unit, thing: str, vote: Vote) -> None:
        """Count a vote."""
        await self._suggesting.rate(unit, thing, good=vote is Vote.UP)
