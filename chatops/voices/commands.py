"""The commands of voices."""

from __future__ import annotations

from typing import Annotated

from chatops.core.command import Option, command
from chatops.core.params import IdOf, Rest, Selector
from chatops.core.text import _
from chatops.core.unit import Unit
from chatops.voices.coaching import Coaching
from chatops.voices.feedback import FeedbackDesk
from chatops.voices.ideas import Ideas
from chatops.voices.model import PREFIX, Idea

IdeaId = Annotated[str, IdOf(kind=Idea.kind, prefix=PREFIX)]
"""`IDEA-3`."""

_POD = Option(label=_("pod"))


class VoicesCommands:
    """Everything people say that is about no single case."""

    def __init__(self, ideas: Ideas, desk: FeedbackDesk, coaching: Coaching) -> None:
        self._ideas = ideas
        self._desk = desk
        self._coaching = coaching

    @command(
        "idea",
        who="staff",
        summary=_("Say how something could be better"),
        aliases={"de": ("idee",), "nl": ("idee",)},
        examples=("idea one template for refunds that loop", "idea a shared calendar pod=emea-1"),
        options={"text": Option(label=_("idea")), "pod": _POD},
    )
    async def idea(self, unit: Unit, text: Rest, *, pod: str = "") -> None:
        """Keep an idea for a pod."""
        await self._ideas.say(unit, text, pod)

    @command(
        "idea list",
        who="staff",
        summary=_("List the ideas that wait for a pod’s lead"),
        aliases={"de": ("idee liste",), "nl": ("idee lijst",)},
        examples=("idea list", "idea list pod=emea-1"),
        options={"pod": _POD},
        acts=False,
    )
    async def ideas(self, unit: Unit, *, pod: str = "") -> None:
        """List the ideas of a pod."""
        await self._ideas.listed(unit, pod)

    @command(
        "idea take",
        who="pod_lead | manager",
        summary=_("Take an idea up; who had it hears of it"),
        aliases={"de": ("idee aufnehmen",), "nl": ("idee oppakken",)},
        examples=("idea take IDEA-3 from next week on",),
        options={"idea": Option(label=_("idea")), "words": Option(label=_("a word to it"))},
    )
    async def take(self, unit: Unit, idea: IdeaId, words: Rest = "") -> None:
        """Take an idea up."""
        await self._ideas.answer(unit, idea, words, take=True)

    @command(
        "idea drop",
        who="pod_lead | manager",
        summary=_("Leave an idea; who had it hears why"),
        aliases={"de": ("idee verwerfen",), "nl": ("idee laten",)},
        examples=("idea drop IDEA-3 we tried that last year",),
        options={"idea": Option(label=_("idea")), "words": Option(label=_("a word to it"))},
    )
    async def drop(self, unit: Unit, idea: IdeaId, words: Rest = "") -> None:
        """Leave an idea."""
        await self._ideas.answer(unit, idea, words, take=False)

    @command(
        "feedback",
        who="staff",
        summary=_("Say something about a product"),
        aliases={"de": ("rückmeldung",), "nl": ("terugkoppeling",)},
        examples=("feedback product:checkout the error does not say which field",),
        options={"product": Option(label=_("product:NAME")), "text": Option(label=_("what you noticed"))},
    )
    async def feedback(self, unit: Unit, product: str, text: Rest) -> None:
        """Keep something about a product."""
        await self._desk.say(unit, product, text)

    @command(
        "feedback list",
        who="staff",
        summary=_("List what was said about a product; with csv as a table for you alone"),
        aliases={"de": ("rückmeldung liste",), "nl": ("terugkoppeling lijst",)},
        examples=("feedback list product:checkout", "feedback list product:checkout csv"),
        options={"product": Option(label=_("product:NAME")), "csv": Option(label=_("as a table"))},
        acts=False,
    )
    async def feedbacks(self, unit: Unit, product: str = "", *, csv: bool = False) -> None:
        """List feedback."""
        await self._desk.listed(unit, product, csv=csv)

    @command(
        "coach",
        who="pod_lead | manager | colleague",
        summary=_("Whisper a word of advice to somebody; nobody else reads it"),
        aliases={"de": ("coachen",), "nl": ("coachen",)},
        examples=("coach ben ask which browser first",),
        options={"who": Option(label=_("whom")), "text": Option(label=_("advice"))},
        secret=True,
    )
    async def coach(self, unit: Unit, who: Selector, text: Rest) -> None:
        """Tell somebody something alone."""
        await self._coaching.whisper(unit, who, text)
