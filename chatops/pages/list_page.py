"""The list of swarms: open ones, one's own, recent ones."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from chatops.core.frozen import Frozen
from chatops.core.text import _n
from chatops.pages.paper import Pen
from chatops.pages.reading import Reading, holds
from chatops.pages.stream import Parts, seen
from chatops.pages.swarm_page import page_of, tone
from chatops.pages.words import SWARMS_TITLE
from chatops.ports.chat import Lines
from chatops.swarm.model import Swarm
from chatops.swarm.moves import STATE_WORDS
from chatops.swarm.steps import clock, next_line
from chatops.swarm.wording import case_line

VIEWS = ("open", "mine", "recent")
STEP = 50
"""Swarms shown at first, and with each `Show more`."""

MOST_WORDS = 200


class SwarmRow(Frozen, frozen=True, kw_only=True):
    """A swarm in the list."""

    name: str
    href: str
    question: str
    case: str
    state: str
    tone: str
    age: str
    opened: str
    owner: str
    people: str
    clock: str
    needs: Lines
    private: bool
    inside: bool


class Wanted(Frozen, frozen=True, kw_only=True):
    """What of the list somebody wants to see."""

    view: str
    words: str
    most: int

    @property
    def query(self) -> str:
        """What one may ask the same again with."""
        return f"show={self.view}" + (f"&most={self.most}" if self.most != STEP else "")


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
        found = await self._reading.listed(pen.visit.person, wanted.view, pen.now)
        found = [swarm for swarm in found if holds(swarm, wanted.words)]
        more = wanted.most + STEP if len(found) > wanted.most else 0
        shown = rows(pen, found[: wanted.most])
        return {"rows": pen.piece("list_rows.html", rows=shown, count=len(found), wanted=wanted, more=more)}


def wanted(request: web.Request) -> Wanted:
    """Read an address."""
    view, most = request.query.get("show", "open"), request.query.get("most", "")
    count = int(most) if most.isascii() and most.isdecimal() and len(most) < 4 else STEP  # noqa: PLR2004
    return Wanted(
        view=view if view in VIEWS else "open",
        words=request.query.get("q", "").strip()[:MOST_WORDS],
        most=max(count, 1),
    )


def rows(pen: Pen, swarms: Sequence[Swarm]) -> list[SwarmRow]:
    """Return swarms as a list shows them."""
    return [
        SwarmRow(
            name=swarm.name,
            href=f"{pen.visit.base}{page_of(swarm)}",
            question=" ".join(swarm.question.split()),
            case=pen.say(case_line(swarm.case)),
            state=pen.say(STATE_WORDS[swarm.state]),
            tone=tone(swarm),
            age=pen.ago(swarm.opened_at),
            opened=pen.when(swarm.opened_at),
            owner=pen.name(swarm.owner),
            people=pen.say(_n("{count} person", "{count} people", len(swarm.present))),
            clock=pen.say(clock(swarm)),
            needs=pen.lines(next_line(swarm, pen.name)) if not swarm.over else (),
            private=swarm.private,
            inside=swarm.member(pen.visit.person.id) is not None,
        )
        for swarm in swarms
    ]
