"""Looking at what was kept: the timeline, decisions, steps, the article draft. Guests are shown none of it."""

from __future__ import annotations

from datetime import datetime

from chatops.core.frozen import Frozen, Instant
from chatops.core.message import Button, Card, Fact, Table
from chatops.core.text import Moment, Text, _, _n, lines, listed, said, to_type
from chatops.core.unit import Unit
from chatops.swarm.capturing import Capturing
from chatops.swarm.drafting import article_of, written_out
from chatops.swarm.keeping import NOUNS, Shelf, present, shelf
from chatops.swarm.model import Swarm
from chatops.swarm.wording import Names, short

MOST_ROWS = 25
MOST_EXPORTED = 1000
MANUAL = frozenset({"timeline"})
"""Tags of what stands on the swarm itself, where it can be put right."""


class _Line(Frozen, frozen=True, kw_only=True):
    at: Instant
    number: int | None = None
    who: str = ""
    text: Text


class CaptureViews:
    """Shows what was kept; changes nothing."""

    def __init__(self, capturing: Capturing, names: Names) -> None:
        self._capturing = capturing
        self._names = names

    async def timeline(self, unit: Unit, id: str) -> None:
        """Show the newest of the timeline."""
        swarm = await self._capturing.of_the_house(unit, id)
        found = await self._lines(unit, swarm)
        hidden = len(found) - MOST_ROWS
        rows = tuple(
            (
                _("{time}", time=Moment(at=line.at, style="datetime")),
                said("" if line.number is None else str(line.number)),
                line.text,
            )
            for line in found[-MOST_ROWS:]
        )
        card = Card(
            title=_("Timeline of {swarm}", swarm=swarm.name),
            table=Table(head=(_("When"), _("Number"), _("What")), rows=rows) if rows else None,
            text=None if rows else _("Nothing has been recorded yet."),
            footer=_n("{count} earlier entry", "{count} earlier entries", hidden) if hidden > 0 else None,
            buttons=(Button(label=_("As text"), command=f"timeline export {swarm.name}", icon="📄"),),
        )
        unit.answer(card, private=self._alone(unit, swarm))

    async def export(self, unit: Unit, id: str) -> None:
        """Give the asker alone the whole timeline as text, oldest first."""
        swarm = await self._capturing.of_the_house(unit, id)
        head = _("{swarm}: {question}", swarm=swarm.name, question=said(swarm.question))
        found = await self._lines(unit, swarm)
        told = (_("{time} {what}", time=Moment(at=line.at, style="datetime"), what=line.text) for line in found)
        unit.answer(lines(head, *told), private=True)

    async def listed(self, unit: Unit, id: str, of: Shelf) -> None:
        """List steps or decisions, in their order, with whose words they are."""
        swarm = await self._capturing.of_the_house(unit, id)
        things = present(shelf(swarm, of))
        title = (
            _("Steps of {swarm}", swarm=swarm.name) if of == "steps" else _("Decisions of {swarm}", swarm=swarm.name)
        )
        rows = tuple((said(str(one.number)), said(one.text), said(self._names(one.by))) for one in things)
        card = Card(
            title=title,
            table=Table(head=(_("Number"), _("What"), _("Who")), rows=rows) if rows else None,
            text=None if rows else _("None yet: {command}", command=to_type(f"{NOUNS[of]} add …")),
        )
        unit.answer(card, private=self._alone(unit, swarm))

    def draft(self, unit: Unit, swarm: Swarm) -> None:
        """Show the article as it stands, with what a reader would still look for."""
        article = article_of(swarm)
        authors = dict.fromkeys(self._names(step.by) for step in present(swarm.steps))
        facts = [
            *([Fact(label=_("Steps by"), value=said(", ".join(authors)))] if authors else []),
            *([Fact(label=_("Still missing"), value=listed(*article.missing))] if article.missing else []),
        ]
        card = Card(
            title=_("Article draft · {title}", title=said(short(article.title))),
            text=written_out(article),
            facts=tuple(facts),
            footer=_(
                "It goes to the knowledge base with {command}", command=to_type(f"swarm done {swarm.name} article=new")
            ),
        )
        unit.answer(card, private=self._alone(unit, swarm))

    async def _lines(self, unit: Unit, swarm: Swarm) -> list[_Line]:
        """Return what happened by itself and what people added, by when it happened."""
        notes = await unit.timeline(swarm, limit=MOST_EXPORTED)
        found = [
            _Line(at=note.occurred_at, text=note.text, who=note.actor_name or "")
            for note in notes
            if note.tag not in MANUAL
        ]
        found += [
            _Line(
                at=one.at,
                number=one.number,
                who=self._names(one.by),
                text=_("{who}: {text}", who=self._names(one.by), text=said(one.text)),
            )
            for one in present(swarm.moments)
        ]
        return sorted(found, key=_when)

    def _alone(self, unit: Unit, swarm: Swarm) -> bool:
        here = unit.origin.target if unit.origin is not None else None
        among_us = any(place.target == here for place in swarm.places)
        return swarm.has_guests or (swarm.private and not among_us)


def _when(line: _Line) -> datetime:
    return line.at
