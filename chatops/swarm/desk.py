"""What every use case of swarms needs: the swarm meant, the people meant, the time and load they are in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chatops.core.lexer import fold_bare
from chatops.core.message import Person
from chatops.core.params import Selector
from chatops.core.text import Code, _, said, to_type
from chatops.core.unit import Unit
from chatops.errors import Ambiguous, Impossible, NotFound
from chatops.ports.roster import Directory
from chatops.swarm.asking import Candidate, Look
from chatops.swarm.availability import availability
from chatops.swarm.model import PREFIX, Asked, Swarm
from chatops.swarm.moves import like

MOST_CANDIDATES = 25
"""People one call looks at."""


async def the_swarm(unit: Unit, id: str) -> Swarm:
    """Return a swarm the asker may know of. Raise NotFound; of a private one nobody else learns that it exists."""
    swarm = await unit.get(Swarm, id)
    if swarm is None or not swarm.visible_to(unit.actor, unit.now):
        raise NotFound(_("There is no swarm {swarm}.", swarm=f"{PREFIX}-{id}"), commands=_instead(unit))
    return swarm


def more_than_a_look(unit: Unit, *swarms: Swarm) -> None:
    """Make sure that the asker may do more than look into swarms. Raise Impossible when it took broken glass to see one."""
    for swarm in swarms:
        if swarm.as_of(unit.now).looked_into_by(unit.actor):
            raise Impossible(
                _("You may look into {swarm}, no more. Its people can ask you in.", swarm=swarm.name),
                commands=(f"swarm show {swarm.name}",),
            )


async def the_invited(unit: Unit, id: str, verb: str) -> Swarm:
    """Return the swarm named, or the one that waits for the asker's answer."""
    if id:
        return await the_swarm(unit, id)
    waiting = [
        swarm
        for swarm in await unit.find(Swarm, invitee=unit.actor.id)
        if swarm.as_of(unit.now).invited(unit.actor.id, Asked.SENT)
    ]
    if not waiting:
        raise NotFound(_("No invitation waits for you."), commands=_instead(unit))
    return _the_one(waiting, verb)


async def the_own(unit: Unit, id: str, verb: str) -> Swarm:
    """Return the swarm named, or the one the asker has to finish."""
    if id:
        return await the_swarm(unit, id)
    own = [swarm for swarm in await unit.find(Swarm, member=unit.actor.id) if swarm.owner == unit.actor.id]
    if not own:
        raise NotFound(_("You have no swarm to finish."), commands=("swarm list mine",))
    return _the_one(own, verb)


async def own_to_finish(unit: Unit) -> tuple[str, ...]:
    """Return the commands that would finish the asker's swarms."""
    mine = await unit.find(Swarm, member=unit.actor.id)
    return tuple(f"swarm done {swarm.name}" for swarm in mine if swarm.owner == unit.actor.id)


def _instead(unit: Unit) -> tuple[str, ...]:
    """Return where else to look; guests have no list."""
    return ("me",) if "guest" in unit.actor.roles else ("swarm list",)


def _the_one(swarms: Sequence[Swarm], verb: str) -> Swarm:
    if len(swarms) > 1:
        raise Ambiguous(_("Which one?"), commands=tuple(f"{verb} {swarm.name}" for swarm in swarms))
    return swarms[0]


def with_surnames(who: Sequence[Selector], why: str, directory: Directory) -> tuple[tuple[Selector, ...], str]:
    """Return whom `invite Anna Keßler, jan you know it` means: a surname is no part of the reason."""
    found, words = list(who), why.split()
    while found and found[-1].kind == "person" and words:
        first = found[-1].value
        taken = next((n for n in (3, 2, 1) if n <= len(words) and _is_name(directory, [first, *words[:n]])), 0)
        if not taken:
            break
        more = words[taken - 1].endswith(",") and len(words) > taken
        found[-1] = Selector(kind="person", value=" ".join([first, *words[:taken]]).rstrip(","))
        words = words[taken:]
        if not more:
            return tuple(found), " ".join(words)
        found.append(Selector(kind="person", value=words.pop(0).rstrip(",")))
    return tuple(found), " ".join(words) if tuple(found) != tuple(who) else why


def nobody_fits(who: str, command: str) -> NotFound:
    """Return the refusal of words that mean nobody; `command` and a skill would work."""
    return NotFound(
        _("Nobody fits {who}.", who=said(who)),
        hint=_("For example: {command}", command=to_type(f"{command}skill:billing")),
    )


def limited(unit: Unit, swarm: Swarm | None) -> bool:
    """Whether an answer may name nobody else than who is in the swarm: a guest asks, or reads along."""
    if "guest" in unit.actor.roles:
        return True
    return swarm is not None and swarm.has_guests and not (unit.origin is not None and unit.origin.direct)


def _inside(found: Sequence[Person], swarm: Swarm | None) -> Sequence[Person]:
    return [person for person in found if swarm is not None and swarm.member(person.id) is not None]


def _is_name(directory: Directory, words: Sequence[str]) -> bool:
    name = " ".join(words).rstrip(",")
    return any(fold_bare(person.name) == fold_bare(name) for person in directory.named(name))


class PeopleDesk:
    """Looks people up and tells who may be asked now."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def person(self, id: str) -> Person | None:
        """Return somebody by id."""
        return self._directory.by_id(id)

    def is_guest(self, id: str) -> bool:
        """Whether somebody is no member of the house."""
        person = self._directory.by_id(id)
        return person is None or "guest" in person.roles

    def meant(
        self, selector: Selector, command: str, unit: Unit | None, swarm: Swarm | None = None
    ) -> Sequence[Person]:
        """Return whom a selector means, best first. Raise NotFound or Ambiguous: `command` and a better name work.

        To guests, and where they read along, neither names anybody but who is in `swarm` (see `limited`).
        """
        hidden = unit is not None and limited(unit, swarm)
        if selector.kind != "person":
            found = self._directory.select(selector)
            if found:
                return found[:MOST_CANDIDATES]
            raise nobody_fits(str(selector), command)
        found = self._directory.named(selector.value)
        if len(found) > 1 and hidden:
            found = _inside(found, swarm)
            if not found:
                raise NotFound(_("I know nobody called {name}.", name=Code(code=selector.value)))
        if len(found) > 1:
            raise Ambiguous(
                _("Several people are called {name}.", name=said(selector.value)),
                commands=tuple(f"{command}{person.id}" for person in found[:4]),
            )
        # A bare word that is nobody's name may well be a skill: `invite billing`.
        found = found or self._directory.select(Selector(kind="skill", value=selector.value))
        if found:
            return found[:MOST_CANDIDATES]
        near = self._directory.nearest(selector.value)
        raise NotFound(
            _("I know nobody called {name}.", name=Code(code=selector.value))
            if hidden
            else _("Nobody is called {name}.", name=said(selector.value)),
            commands=tuple(f"{command}{person.id}" for person in (_inside(near, swarm) if hidden else near)),
        )

    async def look(self, unit: Unit, people: Iterable[str], *, as_guest: Iterable[str] = ()) -> Look:
        """Return what decides, for each of `people`, whether they may be asked now."""
        guests = frozenset(as_guest)
        known = {id_: await self._candidate(unit, id_, guests) for id_ in dict.fromkeys(people)}
        return known.__getitem__

    async def look_ahead(self, unit: Unit, swarm: Swarm, number: int) -> Look:
        """Return the same for whoever is still to be asked by a call."""
        call = next((call for call in swarm.calls if call.number == number), None)
        left = () if call is None else call.candidates
        # Guests get onto a list by `guest:` only, so those still on it were named so.
        return await self.look(unit, left, as_guest=left)

    def local_time(self, unit: Unit, id: str) -> str:
        """Return what the clock says where somebody is."""
        person = self._directory.by_id(id)
        return availability(self._directory.profile(id), person.zone if person else "UTC", unit.now).local_time

    async def _candidate(self, unit: Unit, id_: str, as_guest: frozenset[str]) -> Candidate:
        person = self._directory.by_id(id_)
        profile = self._directory.profile(id_)
        clock = availability(profile, person.zone if person else "UTC", unit.now)
        return Candidate(
            person=id_,
            guest=self.is_guest(id_),
            named_as_guest=id_ in as_guest,
            load=len(await unit.glance(Swarm, member=id_)),
            max_load=profile.max_load,
            quiet=clock.quiet,
            away_until=profile.away_until if clock.away else None,
            local_time=clock.local_time,
        )


def reason(text: str) -> str:
    """Return a reason as meant: `because="x"` and `x` are the same."""
    key, equals, words = text.strip().partition("=")
    return words.strip().strip('"“”„') if equals and key in {"because", "weil", "omdat"} else text.strip()


def answered_question(swarm: Swarm, typed: str, text: str) -> tuple[int, str]:
    """Return which question is answered, and the answer. Of a single open question the number may be missing.

    `Q3 the new one` is read as the third; `the new one` as the only one. Raise Impossible.
    """
    digits = typed.strip().lstrip("Qq#").rstrip(":.,")
    if digits.isdecimal():
        return int(digits[:6]), text
    if len(swarm.open_questions) != 1:
        raise Impossible(_("Which question? They are called Q1, Q2, …"), hint=like(f"swarm answer {swarm.name} Q1 …"))
    return swarm.open_questions[0].number, f"{typed} {text}".strip()
