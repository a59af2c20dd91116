"""The commands of light swarms: ask in a thread, say that it helped."""

from __future__ import annotations

from typing import Annotated

from chatops.core.command import Option, command
from chatops.core.params import IdOf, Many, Rest, Selector
from chatops.core.text import _
from chatops.core.unit import Unit
from chatops.swarm.light import ASK_PREFIX, LightSwarm
from chatops.swarm.lights import Lights

LightId = Annotated[str, IdOf(kind=LightSwarm.kind, prefix=ASK_PREFIX)]
"""`ASK-3`; in its thread the thread says which."""


class LightCommands:
    """Ask somebody, without a room."""

    def __init__(self, lights: Lights) -> None:
        self._lights = lights

    @command(
        "swarm ask",
        who="staff",
        summary=_("Ask somebody in a thread, without a room; it can become a swarm"),
        aliases={"de": ("schwarm fragen",), "nl": ("zwerm vragen",)},
        examples=('swarm ask anna "which provider is it?"', "swarm ask skill:billing which provider is it?"),
        options={"who": Option(label=_("whom")), "question": Option(label=_("question"))},
    )
    async def ask(self, unit: Unit, who: Annotated[tuple[Selector, ...], Many()], question: Rest) -> None:
        """Ask somebody."""
        await self._lights.ask(unit, who, question)

    @command(
        "swarm solved",
        who="owner",
        summary=_("Say that the answer to your question helped"),
        aliases={"de": ("schwarm geklärt",), "nl": ("zwerm opgehelderd",)},
        examples=("swarm solved", "swarm solved ASK-3"),
        options={"light": Option(label=_("question"))},
    )
    async def solved(self, unit: Unit, light: LightId = "") -> None:
        """Mark a light swarm solved."""
        await self._lights.solve(unit, await self._lights.named(unit, light, "swarm solved"))

    @command(
        "swarm unask",
        who="owner",
        summary=_("Take a question back"),
        aliases={"de": ("schwarm zurückziehen",), "nl": ("zwerm intrekken",)},
        examples=("swarm unask ASK-3",),
        options={"light": Option(label=_("question"))},
    )
    async def unask(self, unit: Unit, light: LightId = "") -> None:
        """Take a light swarm back."""
        await self._lights.take_back(unit, light)

    @command(
        "swarm pass",
        who="staff",
        summary=_("Say that a question put to you is not your field"),
        aliases={"de": ("schwarm weitergeben",), "nl": ("zwerm doorgeven",)},
        examples=("swarm pass ASK-3",),
        options={"light": Option(label=_("question"))},
    )
    async def passes(self, unit: Unit, light: LightId = "") -> None:
        """Pass on a light swarm."""
        await self._lights.passes(unit, light)
