"""Somebody's profile: what colleagues may know, and for oneself and one's pod's lead a few figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from aiohttp import web

from chatops.core.access import ROLES, effective
from chatops.core.frozen import Frozen
from chatops.core.message import Person
from chatops.core.text import _, listed, said
from chatops.pages.paper import Pen
from chatops.pages.reading import Reading, months
from chatops.people.directory import Pod
from chatops.people.figures import sees_figures
from chatops.ports.roster import Directory
from chatops.swarm.availability import availability
from chatops.swarm.model import Swarm

FIGURES_MONTHS = 2


class Figures(Frozen, frozen=True, kw_only=True):
    """What somebody did lately. Shown to themselves and to who leads a pod of theirs, never ranked."""

    now: int
    most: int
    owned: int
    helped: int
    answered: int
    solved: int


class ProfilePage:
    """Builds the page."""

    def __init__(self, reading: Reading, directory: Directory, pods: Callable[[], Sequence[Pod]]) -> None:
        self._reading = reading
        self._directory = directory
        self._pods = pods

    async def page(self, pen: Pen, person: Person) -> web.Response:
        """Return somebody's profile as the visitor may see it."""
        own = person.id == pen.visit.person.id
        profile = self._directory.profile(person.id)
        clock = availability(profile, person.zone, pen.now)
        quiet = _("{start} to {end}", start=profile.quiet_from or "", end=profile.quiet_to or "")
        figures = await self._figures(person, pen.now) if own or self._leads(pen.visit.person, person) else None
        return pen.page(
            said(person.name),
            "profile.html",
            here="profile" if own else "",
            person=person,
            own=own,
            roles=pen.say(listed(*(ROLES[role] for role in ROLES if role in effective(person)))),
            profile=profile,
            away=pen.when(profile.away_until) if profile.away_until and profile.away_until > pen.now else "",
            claimed=lambda skill: skill in profile.evidence and profile.evidence[skill].source == "claimed",
            skills=sorted(profile.skills.items(), key=lambda pair: (-pair[1], pair[0])),
            pods=", ".join(pod.name or pod.id for pod in self._pods() if person.id in pod.members),
            time=clock.local_time,
            resting=clock.quiet,
            quiet=pen.say(quiet) if profile.quiet_from and profile.quiet_to else "",
            identities=[str(one) for one in person.identities] if own else [],
            figures=None if "guest" in person.roles else figures,
        )

    def _leads(self, visitor: Person, person: Person) -> bool:
        return sees_figures(self._directory, visitor.id, person.id)

    async def _figures(self, person: Person, at: datetime) -> Figures:
        now = await self._reading.find(Swarm, member=person.id)
        found = {swarm.id: swarm for swarm in now}
        for one in months(at, FIGURES_MONTHS):
            ended = await self._reading.find(Swarm, ended=one)
            found |= {swarm.id: swarm for swarm in ended if any(m.person == person.id for m in swarm.members)}
        swarms = found.values()
        return Figures(
            now=len(now),
            most=self._directory.profile(person.id).max_load,
            owned=sum(swarm.owner == person.id for swarm in swarms),
            helped=sum(swarm.owner != person.id for swarm in swarms),
            answered=sum(one.answered_by == person.id for swarm in swarms for one in swarm.questions),
            solved=sum(swarm.solution is not None and swarm.solution.by == person.id for swarm in swarms),
        )
