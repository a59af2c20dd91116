"""A question asked in a thread, on a page: who asks whom, what was answered, what one can do."""

from __future__ import annotations

from chatops.core.frozen import Frozen
from chatops.core.message import Card
from chatops.core.text import Text
from chatops.pages.list_page import tone_of
from chatops.pages.paper import Pen
from chatops.pages.reading import Reading
from chatops.pages.stream import Parts
from chatops.ports.roster import Directory
from chatops.swarm.availability import availability
from chatops.swarm.light import LightSwarm
from chatops.swarm.light_cards import own_buttons, state_line
from chatops.swarm.model import PREFIX


class AskedRow(Frozen, frozen=True, kw_only=True):
    """Somebody who is asked."""

    name: str
    href: str
    time: str
    quiet: bool
    said: str


class LightPage:
    """Builds the page's parts."""

    def __init__(self, reading: Reading, directory: Directory) -> None:
        self._reading = reading
        self._directory = directory

    async def parts(self, pen: Pen, number: str) -> Parts | None:
        """Return what changes; None when there is no such question for this visitor."""
        person = pen.visit.person
        light = await self._reading.light(person, number)
        if light is None:
            return None
        swarm = await self._reading.swarm(person, light.swarm) if light.swarm is not None else None
        nothing = pen.card(Card(title=Text(msgid="")))
        offered = pen.card(Card(title=Text(msgid=""), buttons=own_buttons(light, person.id)))
        return {
            "head": pen.piece(
                "light_head.html",
                light=light,
                state=pen.say(state_line(light, pen.name)),
                tone=tone_of(light, person.id),
                swarm="" if swarm is None else f"{PREFIX}-{swarm.id}",
                swarm_href="" if swarm is None else f"{pen.visit.base}swarms/{swarm.id}",
            ),
            "do": pen.piece("swarm_do.html", first=offered, more=nothing, page=f"asks/{light.id}"),
            "answers": pen.piece("light_answers.html", light=light),
            "people": pen.piece("light_people.html", rows=[self._row(pen, light, one) for one in light.asked]),
        }

    def _row(self, pen: Pen, light: LightSwarm, id_: str) -> AskedRow:
        person = self._directory.by_id(id_)
        there = availability(self._directory.profile(id_), person.zone if person else "UTC", pen.now)
        if any(reply.by == id_ for reply in light.replies):
            said = pen.words["has_answered"]
        elif id_ in light.passed:
            said = pen.words["has_passed"]
        else:
            said = pen.words["unanswered"] if light.going else ""
        time = there.local_time if person else ""
        return AskedRow(name=pen.name(id_), href=pen.profile(id_), time=time, quiet=there.quiet, said=said)
