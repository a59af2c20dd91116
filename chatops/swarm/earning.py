"""Skills earned in swarms: who came because of a skill, and stayed until it was solved, has shown it."""

from __future__ import annotations

from typing import ClassVar

from chatops.core.frozen import Body
from chatops.core.unit import Unit
from chatops.hookspecs import Listener
from chatops.people.changes import ProfileChanged, ProfileChanges, earned
from chatops.people.needs import wanted_skills
from chatops.ports.roster import Directory
from chatops.swarm.facts import SwarmClosed
from chatops.swarm.model import Swarm


class SkillShown(Body, frozen=True, kw_only=True):
    """Somebody has helped to solve a swarm with what they can do."""

    kind: ClassVar[str] = "swarm.skill_shown"

    person: str
    skills: tuple[str, ...]
    swarm: str


BODIES: tuple[type[Body], ...] = (SkillShown,)


class Earning:
    """Brings what people have shown into their profiles."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def listeners(self) -> tuple[Listener, ...]:
        """Return what listens."""
        return (
            Listener(name="swarm.skills_shown", of=SwarmClosed, handle=self.closed),
            Listener(name="swarm.skills_earned", of=SkillShown, handle=self.shown),
        )

    async def closed(self, unit: Unit, fact: SwarmClosed) -> None:
        """Tell what each of the helpers has shown, in a lane of their own."""
        swarm = await unit.get(Swarm, fact.swarm)
        if swarm is None:
            return
        for person, skills in shown(swarm, self._directory).items():
            lane = f"profile:{person}"
            unit.emit(SkillShown(person=person, skills=skills, swarm=swarm.id), lane=lane)

    async def shown(self, unit: Unit, fact: SkillShown) -> None:
        """Write it into the profile. The same swarm counts once."""
        before = await unit.get(ProfileChanges, fact.person) or ProfileChanges(id=fact.person)
        after = before
        for skill in fact.skills:
            after = earned(after, skill, fact.swarm)
        if after != before:
            unit.put(after)
            unit.emit(ProfileChanged(person=fact.person))


def shown(swarm: Swarm, directory: Directory) -> dict[str, tuple[str, ...]]:
    """Return who has shown what: those whom a call for a skill brought in, and who were there to the end.

    Owner, learners and guests earn nothing.
    """
    found: dict[str, tuple[str, ...]] = {}
    for call in swarm.calls:
        member = swarm.member(call.filled_by) if call.filled_by else None
        if member is None or member.learner or member.guest or member.person == swarm.owner:
            continue
        skills = wanted_skills(call.wanted, directory)
        if skills:
            found[member.person] = tuple(dict.fromkeys((*found.get(member.person, ()), *skills)))
    return found
