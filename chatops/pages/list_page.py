"""The list of swarms, and of questions asked in a thread: open ones, one's own, recent ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

from aiohttp import web

from chatops.core.frozen import Frozen
from chatops.core.text import _, _n, listed
from chatops.pages.paper import Pen
from chatops.pages.reading import Reading, has, holds
from chatops.pages.stream import Parts, seen
from chatops.pages.swarm_page import page_of, tone
from chatops.pages.words import SWARMS_TITLE
from chatops.ports.chat import Lines
from chatops.swarm.light import LightSwarm, Stage
from chatops.swarm.light_cards import state_line
from chatops.swarm.model import Swarm
from chatops.swarm.moves import STATE_WORDS
from chatops.swarm.steps import next_line
from chatops.swarm.wording import case_line

VIEWS = ("open", "mine", "recent")
STEP = 50
"""Swarms shown at first, and with each `Show more`."""

MOST_SHOWN = 950

MOST_WORDS = 200


class SwarmRow(Frozen, frozen=True, kw_only=True):
    """A swarm, or a question asked in a thread, in the list."""

    name: str
    href: str
    question: str
    case: str = ""
    state: str
    tone: str
    began: datetime
    ended: bool
    age: str
    """How long ago it was opened, or ended."""
    at: str
    """When that was."""
    owner: str
    people: str
    needs: Lines = ()
    private: bool = False
    inside: bool = False


class Wanted(Frozen, frozen=True, kw_only=True):
    """What of the list somebody wants to see."""

    view: str
    words: str
    most: int

    @property
    def query(self) -> str:
        """What one may ask the same again with."""
        return self._asking(self.most)

    @property
    def more(self) -> str:
        """What one sees more with, at the first that is new."""
        return f"{self._asking(self.most + STEP)}#n{self.most + 1}"

    def _asking(self, most: int) -> str:
        words = {"q": self.words} if self.words else {}
        return urlencode({"show": self.view, **words, **({"most": str(most)} if most != STEP else {})})


class ListPage:
    """Builds the list."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    async def page(self, pen: Pen, wanted: Wanted) -> web.Response:
        """Return the whole page."""
        parts = await self.parts(pen, wanted)
        return pen.page(
            SWARMS_TITLE,
            "list.html",
            here="swarms",
            parts=parts,
            wanted=wanted,
            views=VIEWS,
            live=f"{pen.visit.base}swarms/live",
            asked={"show": wanted.view, "q": wanted.words, "most": str(wanted.most), "seen": seen(parts)},
        )

    async def parts(self, pen: Pen, wanted: Wanted) -> Parts:
        """Return the part that changes."""
        person = pen.visit.person
        found = await self._reading.listed(person, wanted.view, pen.now)
        lights = await self._reading.lights(person, wanted.view, pen.now)
        both: list[Swarm | LightSwarm] = [one for one in found if holds(one, wanted.words)]
        both += [one for one in lights if has(one, wanted.words)]
        both.sort(key=began, reverse=True)
        count = _("{shown} of {all}", shown=min(wanted.most, len(both)), all=len(both))
        more = len(both) > wanted.most
        html = pen.piece(
            "list_rows.html",
            rows=rows(pen, both[: wanted.most]),
            wanted=wanted,
            more=more and wanted.most < MOST_SHOWN,
            count=pen.say(count) if more else "",
        )
        return {"rows": html}


def wanted(request: web.Request) -> Wanted:
    """Read an address."""
    view, most = request.query.get("show", "open"), request.query.get("most", "")
    count = int(most) if most.isascii() and most.isdecimal() and len(most) < 4 else STEP  # noqa: PLR2004
    return Wanted(
        view=view if view in VIEWS else "open",
        words=request.query.get("q", "").strip()[:MOST_WORDS],
        most=max(count, 1),
    )


def began(one: Swarm | LightSwarm) -> datetime:
    """Return when it was opened, or asked."""
    return one.opened_at if isinstance(one, Swarm) else one.at


def rows(pen: Pen, found: Sequence[Swarm | LightSwarm]) -> list[SwarmRow]:
    """Return swarms as a list shows them."""
    return [_swarm_row(pen, one) if isinstance(one, Swarm) else _light_row(pen, one) for one in found]


def _swarm_row(pen: Pen, swarm: Swarm) -> SwarmRow:
    at = swarm.ended_at or swarm.opened_at
    return SwarmRow(
        name=swarm.name,
        href=f"{pen.visit.base}{page_of(swarm)}",
        question=" ".join(swarm.question.split()),
        case=pen.say(case_line(swarm.case)),
        state=pen.say(STATE_WORDS[swarm.state]),
        tone=tone(swarm),
        began=swarm.opened_at,
        ended=swarm.ended_at is not None,
        age=pen.ago(at),
        at=pen.when(at),
        owner=pen.name(swarm.owner),
        people=pen.say(_n("{count} person", "{count} people", len(swarm.present))) if not swarm.over else "",
        needs=pen.lines(next_line(swarm, pen.name)) if not swarm.over else (),
        private=swarm.private,
        inside=swarm.member(pen.visit.person.id) is not None,
    )


def _light_row(pen: Pen, light: LightSwarm) -> SwarmRow:
    at = light.at if light.going else light.last
    asked = listed(*(pen.name(one) for one in light.asked))
    return SwarmRow(
        name=light.name,
        href=f"{pen.visit.base}asks/{light.id}",
        question=" ".join(light.question.split()),
        state=pen.say(state_line(light, pen.name)),
        tone=tone_of(light, pen.visit.person.id),
        began=light.at,
        ended=not light.going,
        age=pen.ago(at),
        at=pen.when(at),
        owner=pen.name(light.by),
        people=pen.say(_("asks {people}", people=asked)),
    )


def tone_of(light: LightSwarm, reader: str) -> str:
    """Return how the state of a question asked in a thread is coloured."""
    if light.state is Stage.SOLVED:
        return "good"
    mine = light.waits_for(reader) or (light.by == reader and light.state is Stage.ANSWERED)
    return "attention" if mine else "plain"
