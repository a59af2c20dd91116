"""Call-backs: somebody is to be called at a time, and reminded of it.

::

    planned ──▶ done        called
        │  ╰──▶ cancelled   no longer wanted
        ╰─ moved: another time, and reminded anew
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from chatops.cases.desk import CaseDesk
from chatops.cases.tables import short
from chatops.core.access import Relation
from chatops.core.effects import Timer
from chatops.core.frozen import Aggregate, Body, Instant, replace
from chatops.core.message import Button, Card, Fact, Person
from chatops.core.params import TicketName, When
from chatops.core.text import Moment, Text, _, lines, said, to_type
from chatops.core.unit import Unit
from chatops.errors import BadArgument, Impossible
from chatops.hookspecs import Listener, Section
from chatops.ports.gatherings import gathering_key
from chatops.ports.tickets import Ref

PREFIX = "CB"
AHEAD = timedelta(minutes=10)
"""How long before the time its owner is reminded first."""


class CallState(StrEnum):
    """Where a call-back stands."""

    PLANNED = "planned"
    DONE = "done"
    CANCELLED = "cancelled"


class CallBack(Aggregate, frozen=True, kw_only=True):
    """An appointment to call a customer."""

    kind: ClassVar[str] = "callback"

    case: Ref
    subject: str
    about: str = ""
    at: Instant
    zone: str
    owner: str
    """Id of the person who calls."""
    by: str
    """Id of the person who made the appointment."""
    state: CallState = CallState.PLANNED

    def keys(self) -> frozenset[tuple[str, str]]:
        """Found by who calls and by case, while it is to be done."""
        if self.state is not CallState.PLANNED:
            return frozenset()
        return frozenset({("caller", self.owner), ("about", gathering_key(self.case))})

    @property
    def name(self) -> str:
        """What people call it: `CB-3`."""
        return f"{PREFIX}-{self.id}"


class CallBackDue(Body, frozen=True, kw_only=True):
    """It is time, or soon."""

    kind: ClassVar[str] = "callback.due"

    callback: str
    at: Instant
    """The time it was planned for then; another one now means this is out of date."""
    soon: bool = False


RELATIONS = (
    Relation(
        name="owner",
        label=_("owner"),
        of=CallBack,
        holds=lambda one, person: person.id in {one.owner, one.by},
        guests=False,
    ),
    Relation(name="viewer", label=_("who may see it"), of=CallBack, holds=lambda _one, _person: True, guests=False),
)


class CallBacks:
    """The use cases."""

    def __init__(self, desk: CaseDesk) -> None:
        self._desk = desk

    async def plan(self, unit: Unit, name: TicketName | None, at: When, about: str) -> None:
        """Make an appointment for the case's owner, or for the asker when the directory knows none."""
        ticket = await self._desk.case(unit, name, "case callback")
        _future(unit, at)
        owner = self._desk.person(ticket.owner) or unit.actor
        one = CallBack(
            id=str(await unit.next_number("callback")),
            case=ticket.ref,
            subject=ticket.subject,
            about=about,
            at=at.at,
            zone=at.zone,
            owner=owner.id,
            by=unit.actor.id,
        )
        unit.put(one)
        unit.note(one, _("{who} planned it", who=unit.actor.name), tag="planned")
        self.arm(unit, one)
        unit.answer(self.card(one, _("{name} · call back", name=one.name)))
        if owner.id != unit.actor.id:
            title = _("{who} promised that you call back", who=unit.actor.name)
            unit.post(f"person:{owner.id}", self.card(one, title), notify=(owner.id,))

    async def end(self, unit: Unit, id: str, state: CallState) -> None:
        """Say that it is done, or is not wanted any more."""
        one = await self._planned(unit, id)
        unit.put(after := replace(one, state=state))
        unit.disarm(series(one))
        words = (
            _("{name} is done.", name=one.name) if state is CallState.DONE else _("{name} is cancelled.", name=one.name)
        )
        unit.note(after, words, tag=str(state))
        unit.answer(words)

    async def move(self, unit: Unit, id: str, at: When) -> None:
        """Put it off, or forward."""
        one = await self._planned(unit, id)
        _future(unit, at)
        moved = replace(one, at=at.at, zone=at.zone)
        unit.put(moved)
        self.arm(unit, moved)
        unit.note(moved, _("{who} moved it", who=unit.actor.name), tag="moved")
        unit.answer(self.card(moved, _("{name} · moved", name=one.name)))

    async def listed(self, unit: Unit) -> None:
        """List the asker's."""
        found = await self.mine(unit, unit.actor)
        unit.answer(
            Card(title=_("Your call-backs"), text=lines(*found) if found else _("None is planned.")), private=True
        )

    async def due(self, unit: Unit, body: CallBackDue) -> None:
        """Remind who is to call. What was moved or ended meanwhile is left alone."""
        one = await unit.get(CallBack, body.callback)
        if one is None or one.state is not CallState.PLANNED or one.at != body.at:
            return
        if body.soon:
            unit.arm(_timer(one, one.at, soon=False))
        title = _("Soon: call back") if body.soon else _("Now: call back")
        unit.post(f"person:{one.owner}", self.card(one, title), slot=series(one), anew=True, notify=(one.owner,))

    async def mine(self, unit: Unit, person: Person) -> tuple[Text, ...]:
        """Return the lines of `me`, the next one first."""
        found = await unit.glance(CallBack, caller=person.id)
        return tuple(
            _(
                "{name} {time}: {case} {about} – {command}",
                name=one.name,
                time=Moment(at=one.at, style="datetime"),
                case=str(one.case),
                about=said(short(one.about or one.subject, 60)),
                command=to_type(f"callback done {one.name}"),
            )
            for one in sorted(found, key=lambda one: one.at)
        )

    def sections(self) -> tuple[Section, ...]:
        """Return the part of `me`."""
        return (Section(name="cases.callbacks", order=50, title=_("Call-backs"), read=self.mine),)

    def listeners(self) -> tuple[Listener, ...]:
        """Return who hears the timers."""
        return (Listener(name="cases.callback_due", of=CallBackDue, handle=self.due),)

    async def _planned(self, unit: Unit, id: str) -> CallBack:
        one = await unit.need(CallBack, id, _("There is no call-back {name}.", name=f"{PREFIX}-{id}"))
        unit.require(one)
        if one.state is not CallState.PLANNED:
            raise Impossible(_("{name} is over.", name=one.name), commands=("callback list",))
        return one

    def arm(self, unit: Unit, one: CallBack) -> None:
        """Remind who calls, ten minutes before and at the time."""
        early = one.at - AHEAD
        unit.arm(_timer(one, early, soon=True) if early > unit.now else _timer(one, one.at, soon=False))

    def card(self, one: CallBack, title: Text) -> Card:
        """Return its card."""
        caller = self._desk.directory.by_id(one.owner)
        return Card(
            title=title,
            text=said(one.about) if one.about else None,
            facts=(
                Fact(label=_("When"), value=_("{time}", time=Moment(at=one.at, style="datetime"))),
                Fact(label=_("Case"), value=said(f"{one.case} {short(one.subject, 80)}")),
                Fact(label=_("Who calls"), value=said(caller.name if caller is not None else one.owner)),
            ),
            buttons=(
                Button(label=_("Done"), command=f"callback done {one.name}", style="primary", icon="✅"),
                Button(label=_("In 30 minutes"), command=f"callback move {one.name} at=30m", icon="⏰"),
                Button(label=_("Cancel"), command=f"callback cancel {one.name}", icon="❌"),
            ),
        )


def _timer(one: CallBack, due: datetime, *, soon: bool) -> Timer:
    return Timer(
        series=series(one),
        lane=f"person:{one.owner}",
        body=CallBackDue(callback=one.id, at=one.at, soon=soon),
        due=due.isoformat(),
    )


def series(one: CallBack) -> str:
    """Return the name of its timer, and of the card on which it is reminded of."""
    return f"callback:{one.id}"


def _future(unit: Unit, at: When) -> None:
    if at.at <= unit.now:
        raise BadArgument(
            _("{time} is over.", time=Moment(at=at.at, style="datetime")), hint=_("Name a time to come, like 14:00.")
        )
