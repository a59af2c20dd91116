"""The commands that keep what was said: timeline, decisions, steps."""

from __future__ import annotations

from typing import Annotated

from chatops.core.command import Option, command
from chatops.core.params import IdOf, Rest, When
from chatops.core.text import _
from chatops.core.unit import Unit
from chatops.swarm.capture_views import CaptureViews
from chatops.swarm.capturing import Capturing
from chatops.swarm.model import PREFIX, Swarm

SwarmId = Annotated[str, IdOf(kind=Swarm.kind, prefix=PREFIX)]

_WHO = "participant | owner | pod_lead"
_AT = Option(label=_("when it happened, like 14:05"), aliases={"de": ("um",), "nl": ("om",)})
_TEXT = Option(label=_("the words; in a reply to a message, its own"))
_NUMBER = Option(label=_("which one, by its number"))


class CaptureCommands:
    """Everything people say to keep something."""

    def __init__(self, capturing: Capturing, views: CaptureViews) -> None:
        self._capturing = capturing
        self._views = views

    @command(
        "timeline add",
        who=_WHO,
        summary=_("Put something on the timeline: words, or the message you reply to"),
        aliases={"de": ("verlauf hinzufügen", "verlauf neu"), "nl": ("tijdlijn toevoegen", "tijdlijn nieuw")},
        replying=("timeline", "verlauf", "tijdlijn"),
        reaction="📌",
        examples=("timeline add the customer called back", 'timeline add "the job was restarted" at=14:05'),
        options={"text": _TEXT, "at": _AT},
    )
    async def add(self, unit: Unit, swarm: SwarmId, text: Rest = "", *, at: When | None = None) -> None:
        """Add to the timeline."""
        await self._capturing.keep(unit, swarm, "moments", text, at=at.at if at is not None else None)

    @command(
        "timeline show",
        who="staff",
        summary=_("Show what happened, in order"),
        aliases={"de": ("verlauf zeigen", "verlauf anzeigen"), "nl": ("tijdlijn tonen", "tijdlijn bekijken")},
        examples=("timeline show", "timeline show SW-12"),
        acts=False,
    )
    async def show(self, unit: Unit, swarm: SwarmId) -> None:
        """Show the timeline."""
        await self._views.timeline(unit, swarm)

    @command(
        "timeline edit",
        who=_WHO,
        summary=_("Put right what you put on the timeline; what it said is kept"),
        aliases={"de": ("verlauf ändern", "verlauf bearbeiten"), "nl": ("tijdlijn wijzigen", "tijdlijn bewerken")},
        examples=("timeline edit 3 the customer called back at noon",),
        options={"number": _NUMBER, "text": Option(label=_("what it should say"))},
    )
    async def edit(self, unit: Unit, swarm: SwarmId, number: int, text: Rest) -> None:
        """Put an entry right."""
        await self._capturing.put_right(unit, swarm, number, text)

    @command(
        "timeline export",
        who="staff",
        summary=_("The whole timeline as text, for you alone"),
        aliases={"de": ("verlauf exportieren",), "nl": ("tijdlijn exporteren",)},
        examples=("timeline export SW-12",),
        acts=False,
    )
    async def export(self, unit: Unit, swarm: SwarmId) -> None:
        """Give the timeline as text."""
        await self._views.export(unit, swarm)

    @command(
        "step add",
        who=_WHO,
        summary=_("Keep a step of the solution: words, or the message you reply to"),
        aliases={"de": ("schritt hinzufügen", "schritt neu"), "nl": ("stap toevoegen", "stap nieuw")},
        replying=("step", "schritt", "stap"),
        reaction="💡",
        examples=("step add stop the job, release the lock, start it again",),
        options={"text": _TEXT},
    )
    async def step(self, unit: Unit, swarm: SwarmId, text: Rest = "") -> None:
        """Keep a step."""
        await self._capturing.keep(unit, swarm, "steps", text)

    @command(
        "step drop",
        who=_WHO,
        summary=_("Take a step out again"),
        aliases={"de": ("schritt verwerfen", "schritt streichen"), "nl": ("stap schrappen",)},
        examples=("step drop 2",),
        options={"number": _NUMBER},
    )
    async def drop_step(self, unit: Unit, swarm: SwarmId, number: int) -> None:
        """Take a step out."""
        await self._capturing.drop(unit, swarm, "steps", number)

    @command(
        "step restore",
        who=_WHO,
        summary=_("Put a step back that was taken out"),
        aliases={"de": ("schritt wiederherstellen",), "nl": ("stap terugzetten",)},
        examples=("step restore 2",),
        options={"number": _NUMBER},
    )
    async def restore_step(self, unit: Unit, swarm: SwarmId, number: int) -> None:
        """Put a step back."""
        await self._capturing.restore(unit, swarm, "steps", number)

    @command(
        "step list",
        who="staff",
        summary=_("List the steps kept so far"),
        aliases={"de": ("schritt liste", "schritte"), "nl": ("stap lijst", "stappen")},
        examples=("step list",),
        acts=False,
    )
    async def steps(self, unit: Unit, swarm: SwarmId) -> None:
        """List steps."""
        await self._views.listed(unit, swarm, "steps")

    @command(
        "decision add",
        who=_WHO,
        summary=_("Record a decision: words, or the message you reply to"),
        aliases={
            "de": ("entscheidung hinzufügen", "entscheidung neu"),
            "nl": ("besluit toevoegen", "besluit nieuw"),
        },
        replying=("decision", "entscheidung", "besluit"),
        examples=("decision add we refund by hand today",),
        options={"text": _TEXT, "at": _AT},
    )
    async def decision(self, unit: Unit, swarm: SwarmId, text: Rest = "", *, at: When | None = None) -> None:
        """Record a decision."""
        await self._capturing.keep(unit, swarm, "decisions", text, at=at.at if at is not None else None)

    @command(
        "decision drop",
        who=_WHO,
        summary=_("Take a decision out again"),
        aliases={"de": ("entscheidung verwerfen",), "nl": ("besluit schrappen",)},
        examples=("decision drop 2",),
        options={"number": _NUMBER},
    )
    async def drop_decision(self, unit: Unit, swarm: SwarmId, number: int) -> None:
        """Take a decision out."""
        await self._capturing.drop(unit, swarm, "decisions", number)

    @command(
        "decision restore",
        who=_WHO,
        summary=_("Put a decision back that was taken out"),
        aliases={"de": ("entscheidung wiederherstellen",), "nl": ("besluit terugzetten",)},
        examples=("decision restore 2",),
        options={"number": _NUMBER},
    )
    async def restore_decision(self, unit: Unit, swarm: SwarmId, number: int) -> None:
        """Put a decision back."""
        await self._capturing.restore(unit, swarm, "decisions", number)

    @command(
        "decision list",
        who="staff",
        summary=_("List the decisions"),
        aliases={"de": ("entscheidung liste", "entscheidungen"), "nl": ("besluit lijst", "besluiten")},
        examples=("decision list",),
        acts=False,
    )
    async def decisions(self, unit: Unit, swarm: SwarmId) -> None:
        """List decisions."""
        await self._views.listed(unit, swarm, "decisions")
