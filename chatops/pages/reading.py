"""What pages read. Nothing here changes anything, and nothing is shown to who may not know of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from chatops.core.clock import Clock
from chatops.core.codec import Codec
from chatops.core.frozen import Aggregate, Frozen
from chatops.core.journal import TimelineNote, timeline_chain
from chatops.core.lexer import fold
from chatops.core.message import Person
from chatops.ports.store import Store
from chatops.ports.tickets import Ref
from chatops.swarm.light import LightSwarm
from chatops.swarm.model import Swarm, case_key, month
from chatops.swarm.praise import Kudos, thanked_key

AggregateT = TypeVar("AggregateT", bound=Aggregate)

SEARCHED_MONTHS = 12
"""How far back swarms are searched by words."""

MOST_READ = 1000
"""Aggregates of one kind read for one page."""

MOST_OF_A_MONTH = 200
"""Ended ones of each month that are searched."""


class Entry(Frozen, frozen=True, kw_only=True):
    """A line of a timeline and its number in the journal."""

    number: int
    note: TimelineNote


class Reading:
    """Reads swarms and what belongs to them."""

    def __init__(self, store: Store, codec: Codec, clock: Clock) -> None:
        self._store = store
        self._codec = codec
        self._clock = clock

    async def swarm(self, person: Person, number: str) -> Swarm | None:
        """Return a swarm `person` may know of now, as rights in it are judged; of any other nobody learns that it exists."""
        stored = await self._store.get(Swarm.kind, number)
        swarm = None if stored is None else self._codec.decode_as(Swarm, stored.body).as_of(self._clock.now())
        return swarm if swarm is not None and swarm.shown_to(person) else None

    async def listed(self, person: Person, which: str, now: datetime) -> list[Swarm]:
        """Return open swarms, those `person` is in, or those open or ended in the last two months; newest first."""
        if which == "mine":
            return _seen(await self.find(Swarm, member=person.id), person, now)
        found = await self.find(Swarm, open="yes")
        if which == "recent":
            for one in months(now, 2):
                found += await self.find(Swarm, ended=one)
        return _seen(found, person, now)

    async def ever(self, person: Person, now: datetime) -> list[Swarm]:
        """Return what can be searched: open ones and those that ended within `SEARCHED_MONTHS`; newest first."""
        found = await self.find(Swarm, open="yes")
        for one in months(now, SEARCHED_MONTHS):
            found += await self.find(Swarm, most=MOST_OF_A_MONTH, ended=one)
        return _seen(found, person, now)

    async def of_case(self, person: Person, case: Ref) -> list[Swarm]:
        """Return the swarms about a case, newest first."""
        return _seen(await self.find(Swarm, case=case_key(case)), person, self._clock.now())

    async def thanked(self, person: Person, swarm: Swarm) -> frozenset[str]:
        """Return whom of a swarm's people `person` has thanked for it."""
        found = await self.find(Kudos, thanked=thanked_key(person.id, swarm.id))
        people = {member.person for member in swarm.members if not member.guest}
        return frozenset(one.id for one in found if one.id in people)

    async def coming(self, swarm: Swarm) -> Sequence[Swarm]:
        """Return the swarms that somebody wants to end in this one."""
        return await self.find(Swarm, merging=swarm.id) if swarm.live else ()

    async def light(self, person: Person, number: str) -> LightSwarm | None:
        """Return a question to those whom it concerns; others of the house, if they may read where it was asked."""
        stored = await self._store.get(LightSwarm.kind, number)
        if stored is None or "guest" in person.roles:
            return None
        light = self._codec.decode_as(LightSwarm, stored.body)
        if light.concerns(person.id):
            return light
        if light.within is None:
            return None if light.alone else light
        return light if await self.swarm(person, light.within) is not None else None

    async def lights(self, person: Person, which: str, now: datetime) -> list[LightSwarm]:
        """Return the questions somebody asks or is asked; with `recent`, also those that ended in the last two months."""
        found = [*await self.find(LightSwarm, asker=person.id), *await self.find(LightSwarm, asked=person.id)]
        if which == "recent":
            for one in months(now, 2):
                found += await self.find(LightSwarm, ended=f"{person.id}/{one}")
        return list({light.id: light for light in found}.values())

    async def timeline(self, aggregate: Aggregate, *, limit: int) -> Sequence[Entry]:
        """Return the newest entries, oldest first; erased ones are left out."""
        chain = timeline_chain(aggregate.kind, aggregate.id)
        return [
            Entry(number=entry.seq, note=self._codec.decode_as(TimelineNote, entry.payload))
            for entry in await self._store.entries(chain, limit=limit, newest=True)
            if entry.payload is not None and entry.kind == TimelineNote.kind
        ]

    async def newest(self, kind: str, id: str) -> int:
        """Return the number of a timeline's newest entry, 0 while there is none."""
        found = await self._store.entries(timeline_chain(kind, id), limit=1, newest=True)
        return found[-1].seq if found else 0

    async def find(self, kind: type[AggregateT], *, most: int = MOST_READ, **keys: str) -> list[AggregateT]:
        """Return aggregates by their keys, oldest first."""
        found = await self._store.find(kind.kind, keys, limit=most)
        return [self._codec.decode_as(kind, stored.body) for stored in found]


def months(now: datetime, count: int) -> list[str]:
    """Return the newest `count` months, this one first: `2026-03`, `2026-02`."""
    found, at = [], now
    for _number in range(count):
        found.append(month(at))
        at = at.replace(day=1) - timedelta(days=1)
    return found


def has(light: LightSwarm, words: str) -> bool:
    """Whether every word stands somewhere in a question asked in a thread: number, question, answers."""
    whole = fold(" ".join([light.name, light.question, *(reply.text for reply in light.replies)]))
    return all(word in whole for word in fold(words).split())


def holds(swarm: Swarm, words: str) -> bool:
    """Whether every word stands somewhere in a swarm: number, case, question, what was tried, asked and found."""
    case = swarm.case
    texts = [swarm.name, str(case.ref), case.subject, case.customer, swarm.question, swarm.tried, swarm.cause]
    texts += [*swarm.skills, *(f"{one.text} {one.answer or ''}" for one in swarm.questions)]
    texts += [swarm.solution.text] if swarm.solution else []
    whole = fold(" ".join(texts))
    return all(word in whole for word in fold(words).split())


def _seen(swarms: Sequence[Swarm], person: Person, now: datetime) -> list[Swarm]:
    once = {swarm.id: swarm for swarm in swarms if swarm.visible_to(person, now)}
    return sorted(once.values(), key=lambda swarm: -int(swarm.id))
