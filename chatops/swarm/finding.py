"""Whom a swarm would ask, with the load, the clock and the history they have at this moment."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from chatops.core.message import Person
from chatops.core.params import Selector
from chatops.core.unit import Unit
from chatops.people.availability import availability
from chatops.people.changes import evidence_of
from chatops.people.finding import Ranking, Standing, Wanted, ranked
from chatops.people.needs import bare, joined, need
from chatops.ports.roster import Directory
from chatops.swarm.asked import LastAsked
from chatops.swarm.model import Swarm

MOST_LOOKED_UP = 30
"""People whose load is looked up for one question; the best by skill come first."""


class Finder:
    """Ranks the people of the house; guests are only ever asked by name."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def ranked(self, unit: Unit, wanted: Wanted, *, but: Collection[str] = ()) -> Ranking:
        """Rank everybody for what is wanted, without those in `but`."""
        people = [person for person in self._shortlist(wanted) if person.id not in but]
        return ranked(wanted, [await self.standing(unit, person, wanted) for person in people], unit.now)

    async def standing(self, unit: Unit, person: Person, wanted: Wanted) -> Standing:
        """Return how somebody stands now."""
        profile = self._directory.profile(person.id)
        clock = availability(profile, person.zone, unit.now)
        asked = await unit.glance(LastAsked, person=person.id)
        pods = [pod for pod in self._directory.pods() if person.id in pod.members]
        return Standing(
            person=person.id,
            skills={one.skill: evidence_of(profile, one.skill) for one in wanted.needs},
            interests=profile.interests,
            languages=profile.languages,
            pods=tuple(pod.id for pod in pods),
            pod_skills=frozenset(skill for pod in pods for skill in pod.skills),
            local_time=clock.local_time,
            quiet=clock.quiet,
            away_until=profile.away_until,
            load=len(await unit.glance(Swarm, member=person.id)),
            max_load=profile.max_load,
            asked_at=max((one.at for one in asked), default=None),
        )

    def _shortlist(self, wanted: Wanted) -> Iterable[Person]:
        """Return whose load is worth looking up: who has something of it, the best first, then who would learn."""
        staff = [person for person in self._directory.everybody() if "guest" not in person.roles]

        def worth(person: Person) -> tuple[int, int, str]:
            profile = self._directory.profile(person.id)
            known = [evidence_of(profile, one.skill) for one in wanted.needs]
            fits = sum(max(why.level, why.claimed) >= one.least for why, one in zip(known, wanted.needs, strict=True))
            return -fits, -sum(why.level * 10 + why.claimed for why in known), person.id

        def concerns(person: Person) -> bool:
            profile = self._directory.profile(person.id)
            if wanted.needs:
                return any(
                    one.skill in profile.skills or one.skill in profile.evidence or one.skill in profile.interests
                    for one in wanted.needs
                )
            return set(wanted.languages) <= set(profile.languages)

        return sorted((person for person in staff if concerns(person)), key=worth)[:MOST_LOOKED_UP]


def asks_for(selector: Selector, directory: Directory) -> Wanted | None:
    """Return what a selector wants when it names a skill, be it only by a bare word that is nobody's name; else None."""
    if selector.kind == "skill":
        return Wanted(needs=(need(selector, directory),))
    if selector.kind == "person" and not directory.named(selector.value):
        found = bare([selector.value], directory)
        return found if found is not None and found.needs else None
    return None


def with_words(wanted: Wanted, why: str, directory: Directory) -> tuple[Wanted, str]:
    """Return what `invite billing de` wants: words behind a skill that are all skills or languages belong to it.

    Otherwise they are the reason, all but those that say themselves what they are (`lang:de`).
    """
    words = why.split()
    more = bare(words, directory) if words else None
    if more is not None:
        return joined(wanted, more), ""
    while words and ":" in words[0] and (one := bare(words[:1], directory)) is not None:
        wanted, words = joined(wanted, one), words[1:]
        why = " ".join(words)
    return wanted, why
