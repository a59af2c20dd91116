"""Kudos: thanks by name, counted, never to oneself. Said aloud unless whoever is thanked likes it quiet."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from chatops.core.frozen import Aggregate, Frozen, Instant, replace
from chatops.core.message import Card, Person
from chatops.core.rooms import direct_target
from chatops.core.text import Text, _, _n, lines, said
from chatops.core.unit import Unit
from chatops.errors import Impossible
from chatops.swarm.consequences import Consequences
from chatops.swarm.desk import more_than_a_look, the_swarm
from chatops.swarm.facts import KudosGiven
from chatops.swarm.model import Swarm
from chatops.swarm.wording import short

KEPT = 50
"""Newest thanks that are kept with their words; all are counted."""


class Thanks(Frozen, frozen=True, kw_only=True):
    """One time somebody was thanked."""

    by: str
    text: str
    at: Instant
    swarm: str = ""
    """Id of the swarm it was for."""


class Kudos(Aggregate, frozen=True, kw_only=True):
    """What somebody was thanked for. The id is the person's."""

    kind: ClassVar[str] = "kudos"

    count: int = 0
    thanks: tuple[Thanks, ...] = ()
    """The newest, oldest first."""
    quiet: bool = False
    """They like to be thanked alone."""

    def keys(self) -> frozenset[tuple[str, str]]:
        """Found by who has given thanks for which swarm."""
        return frozenset(("thanked", thanked_key(one.by, one.swarm)) for one in self.thanks if one.swarm)


def thanked_key(by: str, swarm: str) -> str:
    """Return the key that those are found by whom somebody has thanked for a swarm."""
    return f"{swarm}/{by}"[:200]


def given(kudos: Kudos, by: str, text: str, at: datetime, *, swarm: str = "") -> Kudos:
    """Return the kudos with one more. Raise Impossible to oneself, without words, or a second time for one swarm."""
    if by == kudos.id:
        raise Impossible(_("Thank somebody else; the others will thank you."), commands=("me",))
    if not text.strip():
        raise Impossible(_("Say what for, in a few words."))
    if swarm and any(one.by == by and one.swarm == swarm for one in kudos.thanks):
        raise Impossible(_("You have thanked them for that already."), commands=("me",))
    one = Thanks(by=by, text=text.strip(), at=at, swarm=swarm)
    return replace(kudos, count=kudos.count + 1, thanks=(*kudos.thanks, one)[-KEPT:])


class Praising:
    """Gives kudos, and remembers how people like to get them."""

    def __init__(self, consequences: Consequences) -> None:
        self._follow = consequences

    async def give(self, unit: Unit, person: Person, text: str, swarm_id: str = "") -> None:
        """Thank somebody, for a swarm when it is said in one's room or names one."""
        swarm = await self._swarm(unit, swarm_id)
        before = await unit.get(Kudos, person.id) or Kudos(id=person.id)
        told = self._thank(unit, before, text, swarm)
        if told:
            return
        shared = (
            unit.origin is not None and not unit.origin.direct and unit.origin.target.startswith(("room:", "remote:"))
        )
        if shared and not before.quiet:
            unit.answer(_words(unit, person.name, text))
            return
        self._alone(unit, person.id, text)
        unit.answer(_("{person} hears it from you.", person=person.name), private=True)

    async def give_all(self, unit: Unit, people: tuple[str, ...], swarm: Swarm) -> None:
        """Thank everybody named as a swarm is finished; who was thanked for it before is not thanked twice.

        Who finishes it in the name of whoever filled in the form may be among them, and does not thank themselves.
        """
        for person in dict.fromkeys(people):
            if person == unit.actor.id:
                continue
            before = await unit.get(Kudos, person) or Kudos(id=person)
            if any(one.by == unit.actor.id and one.swarm == swarm.id for one in before.thanks):
                continue
            # Guests in the room read the question, never what solved it.
            text = swarm.question if swarm.has_guests or swarm.solution is None else swarm.solution.text
            if not self._thank(unit, before, text, swarm):
                self._alone(unit, person, text)

    async def prefer(self, unit: Unit, *, quiet: bool) -> None:
        """Remember how the asker likes to be thanked."""
        before = await unit.get(Kudos, unit.actor.id) or Kudos(id=unit.actor.id)
        unit.put(replace(before, quiet=quiet))
        unit.undo_with("kudos aloud" if quiet else "kudos quiet", replace(before, quiet=quiet))
        how = _("You are thanked alone from now on.") if quiet else _("You are thanked where everybody hears it.")
        unit.answer(how, private=True)

    async def show(self, unit: Unit) -> None:
        """Show the asker what they were thanked for."""
        kudos = await unit.get(Kudos, unit.actor.id) or Kudos(id=unit.actor.id)
        found = [
            _("{who}: {text}", who=self._follow.names(one.by), text=said(short(one.text))) for one in kudos.thanks[-5:]
        ]
        card = Card(
            title=_n("You were thanked {count} time", "You were thanked {count} times", kudos.count)
            if kudos.count
            else _("Nobody has thanked you yet"),
            text=lines(*found) if found else None,
            footer=_("Only you see this."),
        )
        unit.answer(card, private=True)

    def _thank(self, unit: Unit, before: Kudos, text: str, swarm: Swarm | None) -> bool:
        """Record it; say it in the swarm's rooms when that is how they like it. Return whether it was said."""
        after = given(before, unit.actor.id, text, unit.now, swarm=swarm.id if swarm is not None else "")
        unit.put(after)
        fact = KudosGiven(
            person=after.id,
            by=unit.actor.id,
            swarm=swarm.id if swarm is not None else "",
            private=swarm is not None and swarm.private,
            at=unit.now,
        )
        unit.emit(fact)
        if swarm is None or after.quiet or swarm.over or swarm.member(after.id) is None:
            return False
        name = self._follow.names(after.id)
        heard = self._follow.say(unit, swarm, _words(unit, name, text), notify=(after.id,))
        if not heard:
            unit.answer(_("{person} is thanked in {swarm}.", person=name, swarm=swarm.name))
        return True

    def _alone(self, unit: Unit, person: str, text: str) -> None:
        words = _("👏 {who} thanks you: {text}", who=unit.actor.name, text=said(short(text, 300)))
        unit.post(direct_target(person), words, notify=(person,))

    async def _swarm(self, unit: Unit, id: str) -> Swarm | None:
        if id:
            named = await the_swarm(unit, id)
            more_than_a_look(unit, named)
            return named
        room = unit.origin.room if unit.origin is not None else None
        kind, _colon, own = ((room.subject if room is not None else None) or "").partition(":")
        found = await unit.get(Swarm, own) if kind == Swarm.kind and own else None
        return found if found is not None and found.open_to(unit.actor, unit.now) else None


def _words(unit: Unit, person: str, text: str) -> Text:
    return _("👏 {who} thanks {person}: {text}", who=unit.actor.name, person=person, text=said(short(text, 300)))
