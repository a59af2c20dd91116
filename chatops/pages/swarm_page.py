"""A swarm on a page: what it is about, who is in it, what is asked, what happened, and what one can do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

from chatops.core.frozen import Frozen
from chatops.core.message import Button, Card, Field
from chatops.core.text import Text, _
from chatops.pages.draft_part import draft_part, found_part
from chatops.pages.offers import Offers
from chatops.pages.paper import Pen
from chatops.pages.reading import Entry, Reading
from chatops.pages.stream import Parts
from chatops.pages.tasks_part import TasksPart
from chatops.ports.chat import Outgoing
from chatops.ports.roster import Directory
from chatops.swarm.availability import availability
from chatops.swarm.cards import guest_card
from chatops.swarm.model import Asked, State, Swarm
from chatops.swarm.moves import STATE_WORDS
from chatops.swarm.steps import next_line
from chatops.swarm.wording import case_line, write_line

SHOWN = 50
"""Timeline entries at first."""

MORE = 150
"""And so many more with each `Show earlier entries`."""

MOST_SHOWN = 1000

_TONES = {"waiting": "plain", "done": "good", "failed": "danger", "unknown": "attention"}


class PersonRow(Frozen, frozen=True, kw_only=True):
    """Somebody in the swarm, or asked into it."""

    name: str
    href: str
    time: str
    quiet: bool
    roles: tuple[str, ...]
    asked_until: str = ""


class OfferRow(Frozen, frozen=True, kw_only=True):
    """Somebody outside who could help."""

    name: str
    href: str
    text: str
    answers: Outgoing


class Happened(Frozen, frozen=True, kw_only=True):
    """An entry of the timeline."""

    number: int
    at: datetime
    who: str
    """Nothing when the words begin with the name."""
    text: str


class SwarmPage:
    """Builds the page and its parts."""

    def __init__(self, reading: Reading, directory: Directory, tasks: TasksPart, offers: Offers) -> None:
        self._reading = reading
        self._directory = directory
        self._tasks = tasks
        self._offers = offers

    async def parts(self, pen: Pen, number: str, show: int) -> Parts | None:
        """Return the parts by their places; None when there is no such swarm for this visitor."""
        swarm = await self._reading.swarm(pen.visit.person, number)
        if swarm is None:
            return None
        if pen.visit.guest:
            return {"guest": self._guest(pen, swarm)}
        return {
            "head": self._head(pen, swarm),
            "do": await self._actions(pen, swarm),
            "questions": pen.piece("swarm_questions.html", swarm=swarm, answer=self._answer_forms(pen, swarm)),
            "tasks": await self._tasks.part(pen, swarm, page_of(swarm)),
            "timeline": await self._timeline(pen, swarm, show),
            "people": pen.piece(
                "swarm_people.html",
                rows=self._people(pen, swarm),
                offered=self._offered(pen, swarm) if swarm.live else [],
                page=page_of(swarm),
            ),
            "draft": draft_part(pen, swarm),
            "found": await found_part(pen, swarm, self._reading),
            "writes": pen.piece("swarm_writes.html", writes=self._writes(pen, swarm)),
        }

    def _head(self, pen: Pen, swarm: Swarm) -> Markup:
        return pen.piece(
            "swarm_head.html",
            swarm=swarm,
            state=pen.say(STATE_WORDS[swarm.state]),
            tone=tone(swarm),
            case=pen.say(case_line(swarm.case)),
            needs=pen.lines(next_line(swarm, pen.name)) if not swarm.over else (),
            age=pen.ago(swarm.opened_at),
            ended=pen.ago(swarm.ended_at) if swarm.ended_at is not None else "",
        )

    def _guest(self, pen: Pen, swarm: Swarm) -> Markup:
        rows = self._people(pen, swarm, asked=False)
        return pen.piece(
            "swarm_guest.html",
            swarm=swarm,
            outgoing=pen.card(guest_card(swarm, pen.name)),
            page=page_of(swarm),
            rows=rows,
        )

    async def _actions(self, pen: Pen, swarm: Swarm) -> Markup:
        person = pen.visit.person
        thanked = await self._reading.thanked(person, swarm)
        coming = await self._reading.coming(swarm)
        offered = self._offers.of(swarm, person, pen.now, thanked=thanked, coming=coming)
        first, more = _card(pen, offered.first), _card(pen, offered.more)
        return pen.piece("swarm_do.html", swarm=swarm, first=first, more=more, page=page_of(swarm))

    def _offered(self, pen: Pen, swarm: Swarm) -> list[OfferRow]:
        waiting = [one for one in swarm.offers if one.state == "waiting"]
        return [
            OfferRow(
                name=pen.name(one.person),
                href=pen.profile(one.person),
                text=one.text,
                answers=_card(pen, self._offers.to_helpers(swarm, pen.visit.person, one.person)),
            )
            for one in waiting
        ]

    def _answer_forms(self, pen: Pen, swarm: Swarm) -> dict[int, Outgoing]:
        if swarm.member(pen.visit.person.id) is None or not swarm.live:
            return {}
        field = Field(name="text", label=_("Answer"), kind="text", required=True)
        return {
            one.number: _card(
                pen, [Button(label=_("Answer"), command=f"swarm answer {swarm.name} Q{one.number}", form=(field,))]
            )
            for one in swarm.open_questions
        }

    async def _timeline(self, pen: Pen, swarm: Swarm, show: int) -> Markup:
        entries = await self._reading.timeline(swarm, limit=show + 1)
        return pen.piece(
            "swarm_timeline.html",
            entries=[_happened(pen, entry) for entry in entries[-show:]],
            earlier=f"?show={show + MORE}#timeline" if len(entries) > show and show < MOST_SHOWN else "",
        )

    def _people(self, pen: Pen, swarm: Swarm, *, asked: bool = True) -> list[PersonRow]:
        words = pen.words
        rows = []
        for member in sorted(swarm.present, key=lambda member: member.person != swarm.owner):
            marks = (
                words["owner"] if member.person == swarm.owner else "",
                words["learner"] if member.learner else "",
                words["guest"] if member.guest else "",
            )
            rows.append(self._row(pen, member.person, marks))
        waiting = [one for one in swarm.invitations if one.state is Asked.SENT] if asked else []
        for one in waiting:
            until = pen.when(one.expires_at) if one.expires_at else ""
            rows.append(self._row(pen, one.person, (words["guest"] if one.guest else "",), until=until))
        return rows

    def _row(self, pen: Pen, id_: str, marks: Sequence[str], *, until: str = "") -> PersonRow:
        person = self._directory.by_id(id_)
        there = availability(self._directory.profile(id_), person.zone if person else "UTC", pen.now)
        return PersonRow(
            name=pen.name(id_),
            href=pen.profile(id_),
            time=there.local_time if person else "",
            quiet=there.quiet and not pen.visit.guest,
            roles=tuple(one for one in marks if one),
            asked_until=until,
        )

    @staticmethod
    def _writes(pen: Pen, swarm: Swarm) -> list[tuple[str, str]]:
        return [(pen.say(write_line(write)), _TONES[write.state]) for write in swarm.writes]


def page_of(swarm: Swarm) -> str:
    """Return where a swarm's page lies below somebody's path."""
    return f"swarms/{swarm.id}"


def tone(swarm: Swarm) -> str:
    """Return how a swarm's state is coloured."""
    if swarm.state in {State.RESOLVED, State.CLOSED}:
        return "good"
    return "attention" if swarm.live and (swarm.time_up or swarm.state is State.REQUESTED) else "plain"


def _happened(pen: Pen, entry: Entry) -> Happened:
    note = entry.note
    text, who = pen.say(note.text), note.actor_name or pen.words["server"]
    return Happened(number=entry.number, at=note.occurred_at, who="" if text.startswith(f"{who} ") else who, text=text)


def _card(pen: Pen, offered: Sequence[Button]) -> Outgoing:
    return pen.card(Card(title=Text(msgid=""), buttons=tuple(offered)))
