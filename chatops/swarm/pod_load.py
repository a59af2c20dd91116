"""How much a pod has to do. Figures of one person are for them and for who leads the pod; others see sums."""

from __future__ import annotations

from collections.abc import Sequence

from chatops.core.frozen import Frozen
from chatops.core.message import Card, Fact, Person, Table
from chatops.core.text import Text, _, _n, said
from chatops.core.unit import Unit
from chatops.people.book import the_pod
from chatops.people.figures import sees_figures
from chatops.ports.roster import Directory, Pod
from chatops.swarm.model import Swarm
from chatops.tasks.model import Task

FEWEST = 5
"""People whose sum is shown: of fewer, it would tell of each."""

MOST_ROWS = 25


class Load(Frozen, frozen=True, kw_only=True):
    """What one person has to do now."""

    person: Person
    swarms: int
    most: int
    tasks: int


class PodLoads:
    """Counts, and shows what the reader may see of it."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def show(self, unit: Unit, typed: str) -> None:
        """Show a pod's load: to its lead everybody's, to others their own and the sum; alone, since it is personal."""
        pod = the_pod(self._directory, unit, typed, "pod load")
        people = [person for person in map(self._directory.by_id, pod.members) if person is not None]
        loads = [await self._load(unit, person) for person in people]
        me = unit.actor.id
        seen = [one for one in loads if sees_figures(self._directory, me, one.person.id)]
        unit.answer(load_card(pod, loads, seen, whole=me == pod.lead), private=True)

    async def _load(self, unit: Unit, person: Person) -> Load:
        return Load(
            person=person,
            swarms=len(await unit.glance(Swarm, member=person.id)),
            most=self._directory.profile(person.id).max_load,
            tasks=len(await unit.glance(Task, assignee=person.id)),
        )


def load_card(pod: Pod, loads: Sequence[Load], seen: Sequence[Load], *, whole: bool) -> Card:
    """Return a pod's load: the figures of those of `seen`, and all of them together; `whole`: however few they are."""
    title = _("{pod}: load", pod=said(pod.name or pod.id))
    visible = sorted(seen, key=lambda one: (one.most - one.swarms, one.person.name))
    rows = tuple((said(one.person.name), said(f"{one.swarms}/{one.most}"), said(str(one.tasks))) for one in visible)
    hidden = len(rows) - MOST_ROWS
    return Card(
        title=title,
        facts=(Fact(label=_("Together"), value=_sum(loads, whole=whole)),),
        table=Table(head=(_("Who"), _("Swarms"), _("Tasks")), rows=rows[:MOST_ROWS]) if rows else None,
        footer=_n("{count} more", "{count} more", hidden) if hidden > 0 else None,
    )


def _sum(loads: Sequence[Load], *, whole: bool) -> Text:
    if not whole and len(loads) < FEWEST:
        return _("not shown: it would tell of each of so few people")
    return _(
        "{swarms} of {most} places in swarms taken, {tasks} tasks open",
        swarms=sum(one.swarms for one in loads),
        most=sum(one.most for one in loads),
        tasks=sum(one.tasks for one in loads),
    )
