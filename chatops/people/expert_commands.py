"""The commands of profiles."""

from __future__ import annotations

from chatops.core.command import Option, command
from chatops.core.message import Person
from chatops.core.params import Rest, Until
from chatops.core.text import _
from chatops.core.unit import Unit
from chatops.errors import BadArgument
from chatops.people.experts import Experts

_SKILL = Option(label=_("skill"))
_WHO = Option(label=_("whom"))


class ExpertCommands:
    """Everything people say about what they can do and when."""

    def __init__(self, experts: Experts) -> None:
        self._experts = experts

    @command(
        "expert profile",
        who="staff",
        summary=_("What somebody can do, where it is known from, when they can be asked"),
        aliases={"de": ("experte profil",), "nl": ("expert profiel",)},
        examples=("expert profile", "expert profile anna"),
        options={"who": _WHO},
        acts=False,
    )
    async def profile(self, unit: Unit, who: Person | None = None) -> None:
        """Show a profile, by default one's own."""
        await self._experts.profile(unit, who)

    @command(
        "expert skill add",
        who="staff",
        summary=_("Say what you can do, from 1 (learning) to 5 (teaches it); it is confirmed by others"),
        aliases={"de": ("experte fähigkeit hinzufügen",), "nl": ("expert vaardigheid toevoegen",)},
        examples=("expert skill add k8s 3",),
        options={"skill": _SKILL, "level": Option(label=_("level, 1 to 5"))},
    )
    async def skill_add(self, unit: Unit, skill: str, level: int) -> None:
        """Claim a skill, or another level of it."""
        await self._experts.claim(unit, skill, level)

    @command(
        "expert skill drop",
        who="staff",
        summary=_("Take a skill out of your profile"),
        aliases={"de": ("experte fähigkeit entfernen",), "nl": ("expert vaardigheid verwijderen",)},
        examples=("expert skill drop k8s",),
        options={"skill": _SKILL},
    )
    async def skill_drop(self, unit: Unit, skill: Rest) -> None:
        """Drop a skill."""
        await self._experts.drop(unit, skill.strip().strip('"'))

    @command(
        "expert confirm",
        who="manager | their_lead",
        summary=_("Confirm a level somebody has given themselves"),
        aliases={"de": ("experte bestätigen",), "nl": ("expert bevestigen",)},
        examples=("expert confirm anna k8s",),
        options={"who": _WHO, "skill": _SKILL},
    )
    async def confirm(self, unit: Unit, who: Person, skill: str) -> None:
        """Confirm what waits."""
        await self._experts.confirm(unit, who, skill)

    @command(
        "expert refuse",
        who="manager | their_lead",
        summary=_("Do not confirm a level somebody has given themselves"),
        aliases={"de": ("experte ablehnen",), "nl": ("expert weigeren",)},
        examples=("expert refuse anna k8s because let us talk first",),
        options={"who": _WHO, "skill": _SKILL, "because": Option(label=_("why"))},
    )
    async def refuse(self, unit: Unit, who: Person, skill: str, because: Rest = "") -> None:
        """Refuse what waits."""
        await self._experts.refuse(unit, who, skill, because)

    @command(
        "expert interest add",
        who="staff",
        summary=_("Say what you would like to learn: a learner’s seat may be yours"),
        aliases={"de": ("experte interesse hinzufügen",), "nl": ("expert interesse toevoegen",)},
        examples=("expert interest add tax",),
        options={"skill": _SKILL},
    )
    async def interest_add(self, unit: Unit, skill: Rest) -> None:
        """Add an interest."""
        await self._experts.interest(unit, skill.strip().strip('"'), add=True)

    @command(
        "expert interest drop",
        who="staff",
        summary=_("Say that you no longer want to learn something"),
        aliases={"de": ("experte interesse entfernen",), "nl": ("expert interesse verwijderen",)},
        examples=("expert interest drop tax",),
        options={"skill": _SKILL},
    )
    async def interest_drop(self, unit: Unit, skill: Rest) -> None:
        """Drop an interest."""
        await self._experts.interest(unit, skill.strip().strip('"'), add=False)

    @command(
        "expert load",
        who="staff",
        summary=_("Say how many swarms at a time you can bear"),
        aliases={"de": ("experte last",), "nl": ("expert belasting",)},
        examples=("expert load max=3", "expert load 2"),
        options={
            "count": Option(label=_("how many")),
            "most": Option(label=_("how many"), aliases={"en": ("max",), "de": ("höchstens",), "nl": ("hoogstens",)}),
        },
    )
    async def load(self, unit: Unit, count: int | None = None, *, most: int | None = None) -> None:
        """Set one's own limit."""
        wanted = most if most is not None else count
        if wanted is None:
            raise BadArgument(_("How many swarms at a time?"), commands=("expert load max=3",))
        await self._experts.load(unit, wanted)

    @command(
        "expert away",
        who="staff",
        summary=_("Be away: nobody asks you before you are back"),
        aliases={"de": ("experte abwesend",), "nl": ("expert afwezig",)},
        examples=("expert away until=tomorrow 09:00",),
        options={"until": Option(label=_("until when"), aliases={"de": ("bis",), "nl": ("tot",)})},
    )
    async def away(self, unit: Unit, *, until: Until) -> None:
        """Be away."""
        await self._experts.away(unit, until)

    @command(
        "expert back",
        who="staff",
        summary=_("Be back earlier than you said"),
        aliases={"de": ("experte zurück",), "nl": ("expert terug",)},
        examples=("expert back",),
    )
    async def back(self, unit: Unit) -> None:
        """Be back."""
        await self._experts.back(unit)

    @command(
        "expert quiet",
        who="staff",
        summary=_("Set the hours in which nobody asks you, in your own time"),
        aliases={"de": ("experte ruhe",), "nl": ("expert rust",)},
        examples=("expert quiet 22:00-07:00", "expert quiet off"),
        options={"hours": Option(label=_("from-to, or off"))},
    )
    async def quiet(self, unit: Unit, hours: Rest) -> None:
        """Set one's quiet hours."""
        await self._experts.quiet(unit, hours)
