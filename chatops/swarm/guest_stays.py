"""How long a guest stays: to the time their invitation names, or a week; then they are out, with a word to the room."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from chatops.core.effects import Timer
from chatops.core.frozen import Aggregate, Body, Instant, replace
from chatops.core.params import Selector, When
from chatops.core.rooms import direct_target
from chatops.core.text import Moment, _
from chatops.core.unit import Unit
from chatops.errors import BadArgument, Impossible
from chatops.hookspecs import Listener
from chatops.ports.roster import Directory
from chatops.swarm.consequences import Consequences
from chatops.swarm.facts import SwarmJoined, SwarmReopened
from chatops.swarm.model import PREFIX, Swarm, lane
from chatops.swarm.moves import left, like
from chatops.swarm.parts import USUAL_STAY

LONGEST_STAY = timedelta(days=90)


class GuestStay(Aggregate, frozen=True, kw_only=True):
    """Until when somebody is a swarm's guest. Its id is `SWARM/PERSON`."""

    kind: ClassVar[str] = "swarm.guest_stay"

    until: Instant


class GuestStayEnds(Body, frozen=True, kw_only=True):
    """The time of a guest is over."""

    kind: ClassVar[str] = "swarm.guest_stay_ends"

    swarm: str
    person: str


class Staying:
    """Guests' times: named with the invitation, running from when they come in."""

    def __init__(self, directory: Directory, consequences: Consequences) -> None:
        self._directory = directory
        self._follow = consequences

    def checked(self, swarm: str, who: Sequence[Selector], until: When | None, now: datetime) -> None:
        """Raise BadArgument or Impossible for a time that is none for these."""
        if until is None:
            return
        if not any(one.kind == "guest" for one in who):
            raise BadArgument(
                _("Only guests are invited for a time: write {guest} before the name.", guest="guest:"),
                hint=like(f"swarm invite {PREFIX}-{swarm} guest:… until=2d"),
            )
        if until.at <= now:
            raise Impossible(_("{time} is over already.", time=Moment(at=until.at, style="datetime")))
        if until.at - now > LONGEST_STAY:
            raise Impossible(_("A guest stays for {days} days at most.", days=LONGEST_STAY.days))

    async def named(self, unit: Unit, swarm: str, who: Sequence[Selector], until: When | None) -> None:
        """Remember until when the guests among `who` are invited. For those who are in, it holds at once."""
        if until is None:
            return
        found = await unit.get(Swarm, swarm)
        for selector in who:
            for person in self._directory.select(selector) if selector.kind == "guest" else ():
                stay = await self._stay(unit, swarm, person.id, until.at)
                unit.put(replace(stay, until=until.at))
                if found is not None and found.member(person.id) is not None:
                    found = _staying(found, person.id, until.at)
                    unit.put(found)
                    self._arm(unit, swarm, person.id, until.at)

    async def joined(self, unit: Unit, fact: SwarmJoined) -> None:
        """A guest's time runs from when they come in."""
        if not fact.guest:
            return
        stay = await self._stay(unit, fact.swarm, fact.person, unit.now + USUAL_STAY)
        if stay.until <= unit.now:  # of an earlier stay
            stay = replace(stay, until=unit.now + USUAL_STAY)
        unit.put(stay)
        swarm = await unit.get(Swarm, fact.swarm)
        if swarm is not None and swarm.member(fact.person) is not None:
            unit.put(_staying(swarm, fact.person, stay.until))
        self._arm(unit, fact.swarm, fact.person, stay.until)

    async def reopened(self, unit: Unit, fact: SwarmReopened) -> None:
        """The time of its guests went on while it was over; whose time has come is out at once."""
        before = swarm = await unit.get(Swarm, fact.swarm)
        if before is None or swarm is None:
            return
        for member in before.present:
            if member.guest:
                stay = await self._stay(unit, fact.swarm, member.person, unit.now + USUAL_STAY)
                unit.put(stay)
                swarm = _staying(swarm, member.person, stay.until)
                self._arm(unit, fact.swarm, member.person, max(stay.until, unit.now))
        if swarm != before:
            unit.put(swarm)

    async def ends(self, unit: Unit, body: GuestStayEnds) -> None:
        """Let a guest go whose time is over, unless it was made longer."""
        before = await unit.get(Swarm, body.swarm)
        stay = await unit.get(GuestStay, f"{body.swarm}/{body.person}")
        member = None if before is None else before.member(body.person)
        if before is None or before.over or member is None or not member.guest or before.owner == body.person:
            return
        if stay is not None and stay.until > unit.now:
            return
        after = left(before, body.person, unit.now)
        words = _("{who} was a guest until now, and is out.", who=self._follow.names(body.person))
        unit.note(after, words, tag="left")
        after = self._follow.follow(unit, before, after)
        self._follow.say(unit, after, words)
        unit.post(
            direct_target(body.person), _("Your time as a guest in {swarm} is over. Thank you!", swarm=after.name)
        )

    def listeners(self) -> tuple[Listener, ...]:
        """Return what it hears."""
        return (
            Listener(name="swarm.guest_joined", of=SwarmJoined, handle=self.joined),
            Listener(name="swarm.guest_comes_back", of=SwarmReopened, handle=self.reopened),
            Listener(name="swarm.guest_stay_ends", of=GuestStayEnds, handle=self.ends),
        )

    async def _stay(self, unit: Unit, swarm: str, person: str, until: datetime) -> GuestStay:
        id_ = f"{swarm}/{person}"
        return await unit.get(GuestStay, id_) or GuestStay(id=id_, until=until)

    def _arm(self, unit: Unit, swarm: str, person: str, until: datetime) -> None:
        unit.arm(
            Timer(
                series=f"swarm:{swarm}/guest/{person}",
                lane=lane(swarm),
                body=GuestStayEnds(swarm=swarm, person=person),
                due=until.isoformat(),
            )
        )


def _staying(swarm: Swarm, guest: str, until: datetime) -> Swarm:
    """Note until when a guest stays."""
    members = tuple(
        replace(one, until=until) if one.person == guest and one.left is None and one.guest else one
        for one in swarm.members
    )
    return replace(swarm, members=members)
