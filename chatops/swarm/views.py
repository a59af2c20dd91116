"""Looking at swarms: show, list, brief, and what of them stands in `me`."""

from __future__ import annotations

from datetime import timedelta

from chatops.core.icons import numbered
from chatops.core.message import Button, Card, Fact, Person, Table
from chatops.core.params import Selector, TicketName
from chatops.core.text import Moment, Text, _, _n, lines, said, to_type
from chatops.core.unit import Unit
from chatops.engine.ticket_lookup import find_ticket
from chatops.hookspecs import Section
from chatops.ports.tickets import TicketSystems
from chatops.swarm.cards import card_for, who_line
from chatops.swarm.desk import PeopleDesk, the_swarm
from chatops.swarm.light_cards import light_row, thread_card
from chatops.swarm.lights import Lights
from chatops.swarm.model import Asked, Swarm, case_key, month
from chatops.swarm.moves import STATE_WORDS
from chatops.swarm.steps import next_line
from chatops.swarm.wording import Names, case_line, dotted, people, short

MOST_LISTED = 10
MOST_LIGHT = 5
MOST_REMEMBERED = 5
"""Timeline entries in a briefing."""


class SwarmViews:
    """Shows swarms; changes nothing."""

    def __init__(self, names: Names, tickets: TicketSystems, people: PeopleDesk, lights: Lights) -> None:
        self._names = names
        self._lights = lights
        self._people = people
        self._tickets = tickets

    async def show(self, unit: Unit, id: str) -> None:
        """Show a swarm's card, in the layout of whoever can read the answer."""
        swarm = await the_swarm(unit, id)
        unit.require(swarm)
        here = unit.origin.target if unit.origin is not None else None
        among_us = any(place.target == here for place in swarm.places)
        guest = (swarm.has_guests and among_us) or _guest(unit.actor)
        alone = swarm.private and not among_us
        unit.answer(card_for(swarm, self._names, guest=guest, reader=unit.actor.id), private=alone)

    async def show_light(self, unit: Unit, id: str) -> None:
        """Show a question asked in a thread."""
        light = await self._lights.named(unit, id, "swarm show")
        unit.require(light)
        unit.answer(thread_card(light, self._names), private=await self._lights.alone(unit, light))

    async def listed(self, unit: Unit, which: str, case: TicketName | None, of: Selector | None = None) -> None:
        """List the swarms the asker may know of, newest first; to the asker alone when a private one is among them."""
        whose = None if of is None else self._whose(unit, of)
        found = [
            swarm
            for swarm in await self._found(unit, which, case)
            if swarm.visible_to(unit.actor, unit.now)
            and (whose is None or any(member.person in whose for member in swarm.present))
        ]
        lights = await self._lights.of(unit, unit.actor.id) if which == "mine" and case is None and of is None else []
        if not found and not lights:
            unit.answer(
                Card(
                    title=_("No swarms"),
                    text=_("Open one with {command}.", command=to_type("swarm open demo:1001 …")),
                )
            )
            return
        shown = sorted(found, key=lambda swarm: -int(swarm.id))[:MOST_LISTED]
        rows = (
            *(self._row(swarm) for swarm in shown),
            *(light_row(light, self._names) for light in lights[-MOST_LIGHT:]),
        )
        hidden = len(found) - len(shown)
        unit.answer(
            Card(
                title=_n("{count} swarm", "{count} swarms", len(found) + len(lights)),
                table=Table(head=(_("Swarm"), _("State"), _("Who"), _("Next")), rows=rows),
                footer=_n("{count} more", "{count} more", hidden) if hidden else None,
                buttons=numbered(
                    Button(label=_("Join {swarm}", swarm=swarm.name), command=f"swarm join {swarm.name}")
                    for swarm in [swarm for swarm in shown if swarm.live and not swarm.member(unit.actor.id)][:4]
                ),
            ),
            private=bool(lights) or any(swarm.private for swarm in found),
        )

    async def brief(self, unit: Unit, id: str) -> None:
        """Tell the asker alone: what, who, tried, decisions, open questions, next."""
        swarm = await the_swarm(unit, id)
        unit.require(swarm)
        if _guest(unit.actor):
            unit.answer(card_for(swarm, self._names, guest=True), private=True)
            return
        remembered = await unit.timeline(swarm)
        facts = [
            Fact(label=_("Case"), value=case_line(swarm.case)),
            *([Fact(label=_("Tried"), value=said(swarm.tried))] if swarm.tried else []),
            Fact(label=_("Who"), value=who_line(swarm, self._names)),
            *([Fact(label=_("Open"), value=self._questions(swarm))] if swarm.open_questions else []),
            *([Fact(label=_("Solution"), value=said(swarm.solution.text))] if swarm.solution else []),
            Fact(label=_("Next"), value=next_line(swarm, self._names)),
        ]
        unit.answer(
            Card(
                title=_("{swarm} · {question}", swarm=swarm.name, question=said(swarm.question)),
                text=lines(
                    *(
                        _("{time} {what}", time=Moment(at=note.occurred_at), what=note.text)
                        for note in remembered[-MOST_REMEMBERED:]
                    )
                )
                if remembered
                else None,
                facts=tuple(facts),
            ),
            private=True,
        )

    async def _found(self, unit: Unit, which: str, case: TicketName | None) -> list[Swarm]:
        if case is not None:
            ticket = await find_ticket(self._tickets, case)
            return await unit.glance(Swarm, case=case_key(ticket.ref))
        if which == "mine":
            return await unit.glance(Swarm, member=unit.actor.id)
        found = await unit.glance(Swarm, open="yes")
        if which == "recent":
            this = month(unit.now)
            last = month(unit.now.replace(day=1) - timedelta(days=1))
            found += [*await unit.glance(Swarm, ended=last), *await unit.glance(Swarm, ended=this)]
        return found

    def _whose(self, unit: Unit, of: Selector) -> frozenset[str]:
        """Return the people whose swarms are meant. Raise NotFound."""
        return frozenset(person.id for person in self._people.meant(of, "swarm list ", unit))

    def _row(self, swarm: Swarm) -> tuple[Text, ...]:
        return (
            dotted(said(f"{swarm.name} {short(swarm.question, 40)}"), said(str(swarm.case.ref))),
            _("{state}, {age}", state=STATE_WORDS[swarm.state], age=Moment(at=swarm.opened_at, style="ago")),
            people((member.person for member in swarm.present), self._names),
            next_line(swarm, self._names),
        )

    def _questions(self, swarm: Swarm) -> Text:
        return lines(
            *(
                _(
                    "{number}, {age}: {question}",
                    number=f"Q{question.number}",
                    age=Moment(at=question.at, style="ago"),
                    question=said(question.text),
                )
                for question in swarm.open_questions
            )
        )

    # me

    def sections(self) -> tuple[Section, ...]:
        """Return the parts of `me`: what waits for an answer, what is asked, what runs."""
        return (
            Section(name="swarm.invitations", order=10, title=_("Invitations"), read=self._my_invitations),
            Section(name="swarm.questions", order=19, title=_("Questions"), read=self._my_questions),
            Section(name="swarm.mine", order=20, title=_("My swarms"), read=self._my_swarms),
        )

    async def _my_invitations(self, unit: Unit, person: Person) -> tuple[Text, ...]:
        found = []
        for swarm in await unit.glance(Swarm, invitee=person.id):
            one = swarm.as_of(unit.now).invited(person.id, Asked.SENT)
            if one is not None and one.expires_at is not None:
                found.append((one.expires_at, swarm))
        return tuple(
            _(
                "{swarm}, until {time}: {question} – {command}",
                swarm=swarm.name,
                time=Moment(at=expires),
                question=said(short(swarm.question, 60)),
                command=to_type(f"swarm accept {swarm.name}"),
            )
            for expires, swarm in sorted(found, key=lambda pair: pair[0])
        )

    async def _my_questions(self, unit: Unit, person: Person) -> tuple[Text, ...]:
        waiting = [
            (question, swarm)
            for swarm in await unit.glance(Swarm, member=person.id)
            if swarm.live and swarm.visible_to(person, unit.now)
            for question in swarm.open_questions
            if question.by != person.id
        ]
        waiting.sort(key=lambda pair: (not pair[0].blocking, pair[0].at))
        return tuple(
            _(
                "{swarm} {number}, {age}: {question}",
                swarm=swarm.name,
                number=f"Q{question.number}",
                age=Moment(at=question.at, style="ago"),
                question=said(short(question.text, 60)),
            )
            for question, swarm in waiting
        )

    async def _my_swarms(self, unit: Unit, person: Person) -> tuple[Text, ...]:
        mine = [one for one in await unit.glance(Swarm, member=person.id) if one.visible_to(person, unit.now)]
        mine.sort(key=lambda swarm: (swarm.owner != person.id, swarm.opened_at))
        return tuple(
            dotted(
                said(f"{swarm.name} {short(swarm.question, 50)}"),
                STATE_WORDS[swarm.state],
                card_next(swarm, self._names, guest=_guest(person)),
            )
            for swarm in mine
        )


def card_next(swarm: Swarm, names: Names, *, guest: bool) -> Text | None:
    """Return the next step for one reader; guests see theirs on the card."""
    return None if guest else next_line(swarm, names)


def _guest(person: Person) -> bool:
    return "guest" in person.roles
