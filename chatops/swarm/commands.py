"""The commands of swarms. Thin: each says what it is called and hands over to the service."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from chatops.core.command import Option, command
from chatops.core.message import Person
from chatops.core.params import Duration, IdOf, Many, Rest, Selector, TicketName, Until
from chatops.core.text import _
from chatops.core.unit import Unit
from chatops.swarm.desk import own_to_finish
from chatops.swarm.guest_stays import Staying
from chatops.swarm.light_commands import LightId
from chatops.swarm.meeting import MeetingPlaces
from chatops.swarm.model import PREFIX, Swarm
from chatops.swarm.service import SwarmService
from chatops.swarm.views import SwarmViews

SwarmId = Annotated[str, IdOf(kind=Swarm.kind, prefix=PREFIX)]
"""`SW-12`; in a swarm's room the room says which."""


class Why(StrEnum):
    """Why somebody declines."""

    BUSY = "busy"
    WRONG_SKILL = "wrong-skill"
    OFF_SHIFT = "off-shift"
    CONFLICT = "conflict"

    @classmethod
    def aliases(cls) -> Mapping[str, str]:
        """Return the same in German and Dutch."""
        return {
            "beschäftigt": "busy",
            "bezet": "busy",
            "druk": "busy",
            "fachfremd": "wrong-skill",
            "falsches-fach": "wrong-skill",
            "verkeerd-vak": "wrong-skill",
            "feierabend": "off-shift",
            "frei": "off-shift",
            "vrij": "off-shift",
            "anderes": "conflict",
            "anders": "conflict",
        }


class Show(StrEnum):
    """Which swarms to list."""

    OPEN = "open"
    MINE = "mine"
    RECENT = "recent"

    @classmethod
    def aliases(cls) -> Mapping[str, str]:
        """Return the same in German and Dutch."""
        return {"offen": "open", "meine": "mine", "mijn": "mine", "neueste": "recent", "recente": "recent"}


_BECAUSE = Option(label=_("why"), aliases={"de": ("weil", "grund"), "nl": ("omdat", "reden")})
_ARTICLE = Option(
    label=_("new, none, or an article’s number"),
    aliases={"de": ("artikel",), "nl": ("artikel",)},
)
_WORDS = Option(
    label=_("title of the new article, or why none is needed"),
    aliases={"de": ("weil", "titel"), "nl": ("omdat", "titel")},
)


class SwarmCommands:
    """Everything people say about swarms."""

    def __init__(self, service: SwarmService, views: SwarmViews, staying: Staying, meeting: MeetingPlaces) -> None:
        self._staying = staying
        self._meeting = meeting
        self._service = service
        self._views = views

    @command(
        "swarm open",
        who="owner | pod_lead",
        inside=True,
        summary=_("Bring people together around a case"),
        aliases={
            "en": ("sw open",),
            "de": ("schwarm öffnen", "schwarm eröffnen"),
            "nl": ("zwerm openen", "zwerm open"),
        },
        examples=(
            "swarm open demo:1001 refund loops",
            "swarm open demo:1001 refund loops skills=billing timebox=60m",
            "swarm open demo:1001 refund loops room=here",
        ),
        options={
            "case": Option(label=_("case")),
            "help_needed": Option(label=_("help needed")),
            "ask": Option(label=_("the question it grows from"), aliases={"de": ("frage",), "nl": ("vraag",)}),
            "tried": Option(label=_("what you tried"), aliases={"de": ("versucht",), "nl": ("geprobeerd",)}),
            "skills": Option(label=_("skills to ask for"), aliases={"de": ("können",), "nl": ("vaardigheden",)}),
            "timebox": Option(label=_("how long, like 60m"), aliases={"de": ("zeitrahmen",), "nl": ("tijdslimiet",)}),
            "private": Option(label=_("only for who is in it"), aliases={"de": ("privat",), "nl": ("prive",)}),
            "room": Option(
                label=_("where to meet: new, here or pod:X"), aliases={"de": ("raum",), "nl": ("ruimte", "kamer")}
            ),
        },
    )
    async def open(
        self,
        unit: Unit,
        case: TicketName,
        help_needed: Rest = "",
        *,
        ask: LightId = "",
        tried: str = "",
        skills: Annotated[tuple[str, ...], Many()] = (),
        timebox: Duration | None = None,
        private: bool = False,
        room: str = "",
    ) -> None:
        """Open a swarm on a case."""
        place = await self._meeting.named(unit, room, private=private)
        await self._service.open(
            unit, case, help_needed, tried=tried, skills=skills, timebox=timebox, private=private, ask=ask, place=place
        )

    @command(
        "swarm show",
        who="staff | participant | invitee",
        summary=_("Show a swarm"),
        aliases={"de": ("schwarm zeigen", "schwarm anzeigen"), "nl": ("zwerm tonen", "zwerm bekijken")},
        examples=("swarm show SW-12", "swarm show ASK-3"),
        options={"light": Option(label=_("question"))},
        acts=False,
    )
    async def show(self, unit: Unit, swarm: SwarmId = "", light: LightId = "") -> None:
        """Show a swarm's card, or that of a question asked in a thread."""
        if light:
            await self._views.show_light(unit, light)
        else:
            await self._views.show(unit, swarm)

    @command(
        "swarm list",
        who="staff",
        summary=_("List swarms: open ones, mine, recent ones, those of a pod or of a case"),
        aliases={"de": ("schwarm liste", "schwarm auflisten"), "nl": ("zwerm lijst",)},
        examples=("swarm list", "swarm list mine", "swarm list pod:emea-1", "swarm list case=demo:1001"),
        options={
            "which": Option(label=_("open, mine or recent")),
            "of": Option(label=_("whose, like pod:emea-1")),
            "case": Option(label=_("case"), aliases={"de": ("fall",), "nl": ("zaak",)}),
        },
        acts=False,
    )
    async def list(
        self, unit: Unit, which: Show = Show.OPEN, of: Selector | None = None, *, case: TicketName | None = None
    ) -> None:
        """List swarms."""
        await self._views.listed(unit, which.value, case, of)

    @command(
        "swarm invite",
        who="owner | pod_lead | participant",
        summary=_("Ask somebody into a swarm; members other than the owner suggest"),
        aliases={"de": ("schwarm einladen",), "nl": ("zwerm uitnodigen",)},
        examples=(
            "swarm invite anna",
            "swarm invite skill:billing>=3 you know the refund job ask=2 wait=3m",
            "swarm invite SW-12 guest:ops@partner.example until=2d",
        ),
        options={
            "who": Option(label=_("whom")),
            "why": Option(label=_("why them")),
            "ask": Option(
                label=_("how many at once"),
                aliases={"de": ("frage",), "nl": ("vraag",)},
            ),
            "wait": Option(label=_("how long, like 3m"), aliases={"de": ("warte",), "nl": ("wacht",)}),
            "page": Option(label=_("even in quiet hours"), aliases={"de": ("dringend",), "nl": ("dringend",)}),
            "until": Option(label=_("how long a guest stays"), aliases={"de": ("bis",), "nl": ("tot",)}),
        },
    )
    async def invite(
        self,
        unit: Unit,
        swarm: SwarmId,
        who: Annotated[tuple[Selector, ...], Many()],
        why: Rest = "",
        *,
        ask: int | None = None,
        wait: Duration | None = None,
        page: bool = False,
        until: Until | None = None,
    ) -> None:
        """Ask people into a swarm; guests for a time."""
        self._staying.checked(swarm, who, until, unit.now)
        await self._service.invite(unit, swarm, who, why, ask=ask, wait=wait, page=page)
        await self._staying.named(unit, swarm, who, until)

    @command(
        "swarm accept",
        who="invitee | receiver",
        summary=_("Say yes to an invitation, or to what is handed over to you"),
        aliases={"de": ("schwarm annehmen",), "nl": ("zwerm aannemen", "zwerm accepteren")},
        anywhere=("accept", "annehmen", "aannemen"),
        examples=("accept", "swarm accept SW-12"),
    )
    async def accept(self, unit: Unit, swarm: SwarmId = "") -> None:
        """Accept the invitation to a swarm, or the one invitation that waits."""
        await self._service.accept(unit, swarm)

    @command(
        "swarm decline",
        who="invitee | receiver",
        summary=_("Say no to an invitation, or to what is handed over to you"),
        aliases={"de": ("schwarm ablehnen",), "nl": ("zwerm afwijzen", "zwerm weigeren")},
        anywhere=("decline", "ablehnen", "afwijzen"),
        examples=("decline busy", "swarm decline SW-12 wrong-skill suggest=jan"),
        options={
            "why": Option(label=_("why")),
            "suggest": Option(label=_("who could help instead"), aliases={"de": ("vorschlag",), "nl": ("voorstel",)}),
        },
    )
    async def decline(
        self, unit: Unit, swarm: SwarmId = "", why: Why | None = None, *, suggest: Selector | None = None
    ) -> None:
        """Decline the invitation to a swarm, or the one invitation that waits."""
        await self._service.decline(unit, swarm, why.value if why else "", suggest)

    @command(
        "swarm join",
        who="staff | invitee",
        summary=_("Come into a swarm"),
        aliases={"de": ("schwarm beitreten",), "nl": ("zwerm meedoen", "zwerm toetreden")},
        examples=("swarm join SW-12", "swarm join SW-12 learner"),
        options={"learner": Option(label=_("to listen and learn"), aliases={"de": ("lernend",), "nl": ("lerend",)})},
    )
    async def join(self, unit: Unit, swarm: SwarmId, *, learner: bool = False) -> None:
        """Come into a swarm."""
        await self._service.join(unit, swarm, learner=learner)

    @command(
        "swarm leave",
        who="participant",
        summary=_("Go out of a swarm"),
        aliases={"de": ("schwarm verlassen",), "nl": ("zwerm verlaten",)},
        examples=("swarm leave", "swarm leave SW-12 the rest is for the database people"),
        options={"note": Option(label=_("a word to those who stay"))},
    )
    async def leave(self, unit: Unit, swarm: SwarmId, note: Rest = "") -> None:
        """Leave a swarm."""
        await self._service.leave(unit, swarm, note)

    @command(
        "swarm brief",
        who="participant | invitee | pod_lead",
        summary=_("What, who, tried, open questions, next: for you alone"),
        aliases={"de": ("schwarm briefing", "schwarm überblick"), "nl": ("zwerm briefing", "zwerm overzicht")},
        examples=("swarm brief",),
        acts=False,
    )
    async def brief(self, unit: Unit, swarm: SwarmId) -> None:
        """Brief the asker privately."""
        await self._views.brief(unit, swarm)

    @command(
        "swarm question",
        who="participant",
        summary=_("Put a question on the swarm's list"),
        aliases={"de": ("schwarm frage",), "nl": ("zwerm vraag",)},
        examples=("swarm question which payment provider is it?",),
        options={
            "text": Option(label=_("question")),
            "blocking": Option(
                label=_("nothing is resolved before it is answered"),
                aliases={"de": ("wichtig",), "nl": ("belangrijk",)},
            ),
        },
    )
    async def question(self, unit: Unit, swarm: SwarmId, text: Rest, *, blocking: bool = False) -> None:
        """Ask the swarm."""
        await self._service.question(unit, swarm, text, blocking=blocking)

    @command(
        "swarm answer",
        who="participant",
        summary=_("Answer a question of the swarm, or one put to you in a thread"),
        aliases={"de": ("schwarm antwort", "schwarm antworten"), "nl": ("zwerm antwoord", "zwerm antwoorden")},
        examples=("swarm answer Q1 it is the new one", "swarm answer ASK-3 it is the new one"),
        options={"question": Option(label=_("question")), "text": Option(label=_("answer"))},
    )
    async def answer(self, unit: Unit, swarm: SwarmId = "", question: str = "", text: Rest = "") -> None:
        """Answer a question; the only open one need not be named. In a thread of `swarm ask`, that one is answered."""
        await self._service.answer(unit, swarm, question, text)

    @command(
        "swarm solution",
        who="participant",
        summary=_("Say what solves it; the owner finishes"),
        aliases={"de": ("schwarm lösung",), "nl": ("zwerm oplossing",)},
        examples=("swarm solution restart the refund job after the lock is gone",),
        options={"text": Option(label=_("solution"))},
    )
    async def solution(self, unit: Unit, swarm: SwarmId, text: Rest) -> None:
        """Propose a solution."""
        await self._service.solution(unit, swarm, text)

    @command(
        "swarm resolve",
        who="owner | pod_lead",
        summary=_("The problem is gone; the paperwork comes later"),
        aliases={"de": ("schwarm lösen",), "nl": ("zwerm oplossen",)},
        examples=("swarm resolve the lock is gone, the job runs again",),
        options={
            "text": Option(label=_("what solved it")),
            "cause": Option(label=_("root cause, one word"), aliases={"de": ("ursache",), "nl": ("oorzaak",)}),
        },
    )
    async def resolve(self, unit: Unit, swarm: SwarmId, text: Rest = "", *, cause: str = "") -> None:
        """Resolve a swarm."""
        await self._service.resolve(unit, swarm, text, cause=cause)

    @command(
        "swarm close",
        who="owner | pod_lead",
        summary=_("Put a resolved swarm away, with the knowledge decision"),
        aliases={"de": ("schwarm schließen",), "nl": ("zwerm sluiten",)},
        examples=("swarm close article=KB12", "swarm close article=none because it was a typing mistake"),
        options={"article": _ARTICLE, "because": _WORDS},
    )
    async def close(self, unit: Unit, swarm: SwarmId, because: Rest = "", *, article: str = "") -> None:
        """Close a swarm."""
        await self._service.close(unit, swarm, article, because)

    @command(
        "swarm done",
        who="owner | pod_lead",
        summary=_("Resolve and close in one go"),
        aliases={"de": ("schwarm fertig", "schwarm erledigt"), "nl": ("zwerm klaar", "zwerm gereed")},
        anywhere=("done", "fertig", "klaar"),
        awaiting="awaiting_done",
        examples=("swarm done", 'swarm done "restarted the refund job" article=new solved=yes'),
        options={
            "solution": Option(label=_("what solved it")),
            "article": _ARTICLE,
            "because": _WORDS,
            "solved": Option(label=_("set the ticket to resolved"), aliases={"de": ("gelöst",), "nl": ("opgelost",)}),
            "reply": Option(label=_("reply to the customer"), aliases={"de": ("antwort",), "nl": ("antwoord",)}),
            "cause": Option(label=_("root cause, one word"), aliases={"de": ("ursache",), "nl": ("oorzaak",)}),
            "kudos": Option(label=_("whom to thank by name"), aliases={"de": ("lob",), "nl": ("lof",)}),
            "send": Option(label=_("send the reply you have seen"), aliases={"de": ("senden",), "nl": ("verzenden",)}),
            "seen": Option(label=_("which preview you have seen"), aliases={"de": ("gesehen",), "nl": ("gezien",)}),
        },
    )
    async def done(  # noqa: PLR0913 - one form, an option for each of its fields
        self,
        unit: Unit,
        swarm: SwarmId = "",
        solution: Rest = "",
        *,
        article: str = "",
        because: str = "",
        solved: str = "",
        reply: str = "",
        cause: str = "",
        kudos: Annotated[tuple[Person, ...], Many()] = (),
        send: bool = False,
        seen: str = "",
    ) -> None:
        """Finish a swarm: all at once, or step by step with the form."""
        await self._service.done(
            unit,
            swarm,
            solution,
            article=article,
            because=because,
            solved=solved,
            reply=reply,
            cause=cause,
            kudos=tuple(person.id for person in kudos),
            send=seen if send else None,
        )

    @command(
        "swarm cancel",
        who="owner | pod_lead",
        summary=_("End a swarm that is not needed after all"),
        aliases={"de": ("schwarm abbrechen",), "nl": ("zwerm annuleren", "zwerm afbreken")},
        examples=("swarm cancel because it was solved by phone",),
        options={"because": _BECAUSE},
    )
    async def cancel(self, unit: Unit, swarm: SwarmId, because: Rest = "") -> None:
        """Cancel a swarm."""
        await self._service.cancel(unit, swarm, because)

    async def awaiting_done(self, unit: Unit) -> tuple[str, ...]:
        """Return what would finish what awaits the asker."""
        return await own_to_finish(unit)
