"""What people see of pods, and who leads them."""

from __future__ import annotations

from collections.abc import Sequence

from chatops.core.frozen import replace
from chatops.core.message import Button, Card, Fact, Person, Table
from chatops.core.params import Selector
from chatops.core.rooms import direct_target
from chatops.core.text import Arg, Moment, Text, _, _n, listed, said, to_type
from chatops.core.unit import Unit
from chatops.errors import Impossible
from chatops.people.availability import availability
from chatops.people.book import ChangingDirectory, pod_of, the_pod
from chatops.people.changes import PodChanged, PodChanges, evidence_of
from chatops.ports.roster import Pod

MOST_ROWS = 25
"""Of a roster."""

MOST_SKILLS = 15

LOCATIONS: dict[str, Text] = {
    "onshore": _("onshore"),
    "nearshore": _("nearshore"),
    "offshore": _("offshore"),
    "virtual": _("virtual"),
}


class Pods:
    """Looks at pods; a manager names who leads them."""

    def __init__(self, directory: ChangingDirectory) -> None:
        self._directory = directory

    async def listed(self, unit: Unit) -> None:
        """List all pods."""
        pods = self._directory.pods()
        if not pods:
            unit.answer(_("There are no pods yet. They are written in the pods file."))
            return
        rows = tuple(
            (said(pod.id), said(pod.name), self._lead(pod), _n("{count} person", "{count} people", len(pod.members)))
            for pod in pods[:MOST_ROWS]
        )
        hidden = len(pods) - len(rows)
        unit.answer(
            Card(
                title=_n("{count} pod", "{count} pods", len(pods)),
                table=Table(head=(_("Pod"), _("Name"), _("Lead"), _("Who")), rows=rows),
                footer=_n("{count} more", "{count} more", hidden) if hidden else None,
            )
        )

    async def show(self, unit: Unit, typed: str) -> None:
        """Show one pod."""
        pod = the_pod(self._directory, unit, typed, "pod show")
        people = self._members(pod)
        free = sum(self._free(unit, person) for person in people)
        facts = [
            Fact(label=_("Lead"), value=self._lead(pod)),
            Fact(
                label=_("Who"),
                value=_n(
                    "{count} person, {free} to be asked now",
                    "{count} people, {free} to be asked now",
                    len(people),
                    free=free,
                ),
            ),
            Fact(label=_("Where"), value=self._where(unit, pod)),
        ]
        if pod.skills:
            facts.append(Fact(label=_("There for"), value=said(", ".join(pod.skills))))
        if pod.room:
            facts.append(Fact(label=_("Room"), value=said(pod.room)))
        unit.answer(
            Card(
                title=_("{pod} ({id})", pod=said(pod.name or pod.id), id=pod.id),
                facts=tuple(facts),
                buttons=(
                    Button(label=_("Who is there"), command=f"pod roster {pod.id}", icon="👥"),
                    Button(label=_("What they can do"), command=f"pod skills {pod.id}", icon="🧰"),
                ),
            )
        )

    async def roster(self, unit: Unit, typed: str) -> None:
        """Show who of a pod is there now, who rests, and what time it is where they are."""
        pod = the_pod(self._directory, unit, typed, "pod roster")
        people = self._members(pod)
        rows = [(self._free(unit, person), self._row(unit, pod, person)) for person in people]
        rows.sort(key=lambda row: not row[0])
        shown = tuple(row for _free, row in rows[:MOST_ROWS])
        hidden = len(rows) - len(shown)
        unit.answer(
            Card(
                title=_("{pod}: who is there", pod=said(pod.name or pod.id)),
                text=None if rows else _("Nobody is in it yet."),
                table=Table(head=(_("Who"), _("Time there"), _("Now")), rows=shown) if rows else None,
                footer=_n("{count} more", "{count} more", hidden) if hidden else None,
            )
        )

    async def skills(self, unit: Unit, typed: str) -> None:
        """Show what a pod can do: each skill with the people who have it, the best first."""
        pod = the_pod(self._directory, unit, typed, "pod skills")
        known: dict[str, list[tuple[int, int, Person]]] = {}
        for person in self._members(pod):
            profile = self._directory.profile(person.id)
            for skill in profile.skills:
                why = evidence_of(profile, skill)
                known.setdefault(skill, []).append((why.level, why.claimed, person))
        order = sorted(known, key=lambda skill: (skill not in pod.skills, -len(known[skill]), skill))
        missing = [skill for skill in pod.skills if skill not in known]
        rows = tuple((said(skill), listed(*_holders(known[skill]))) for skill in order[:MOST_SKILLS])
        hidden = len(order) - len(rows)
        footers = [_n("{count} more", "{count} more", hidden)] if hidden else []
        if missing:
            footers.append(_("nobody yet: {skills}", skills=said(", ".join(missing))))
        unit.answer(
            Card(
                title=_("{pod}: what they can do", pod=said(pod.name or pod.id)),
                text=None
                if rows
                else _("No skill is known yet: {command}", command=to_type("expert skill add billing 3")),
                table=Table(head=(_("Skill"), _("Who")), rows=rows) if rows else None,
                footer=listed(*footers) if footers else None,
            )
        )

    async def lead(self, unit: Unit, person: Person | None, selector: Selector | None) -> None:
        """Let somebody lead a pod they are in, or (without a person) nobody; at once."""
        pod = self._meant(person, selector)
        if person is not None and "guest" in person.roles:
            raise Impossible(_("{who} is a guest; a pod is led by a member of the house.", who=person.name))
        if person is not None and pod.lead == person.id:
            raise Impossible(_("{who} leads {pod} already.", who=person.name, pod=said(pod.name or pod.id)))
        if person is None and pod.lead is None:
            raise Impossible(_("Nobody leads {pod} already.", pod=said(pod.name or pod.id)))
        before = await unit.get(PodChanges, pod.id) or PodChanges(id=pod.id)
        after = replace(before, number=before.number + 1, lead=person.id if person is not None else "")
        unit.put(after)
        unit.emit(PodChanged(pod=pod.id))
        unit.undo_with(f"pod lead {pod.lead or 'nobody'} pod:{pod.id}", after)
        names: dict[str, Arg] = {"pod": said(pod.name or pod.id), "by": unit.actor.name}
        if person is None:
            words = _("Nobody leads {pod} now, says {by}.", **names)
        else:
            words = _("{who} leads {pod} now, says {by}.", who=person.name, **names)
        unit.note(after, words, tag="lead")
        for one in {pod.lead, person.id if person is not None else None} - {None, unit.actor.id}:
            unit.post(direct_target(one or ""), words)
        unit.answer(words)

    # inside

    def _meant(self, person: Person | None, selector: Selector | None) -> Pod:
        if person is not None:
            return pod_of(self._directory, person, selector, f"pod lead {person.id}")
        found = self._directory.pod(selector.value) if selector is not None else None
        if found is None:
            raise Impossible(
                _("Say which pod."),
                commands=tuple(f"pod lead nobody pod:{pod.id}" for pod in self._directory.pods()[:4]),
            )
        return found

    def _members(self, pod: Pod) -> Sequence[Person]:
        found = (self._directory.by_id(id_) for id_ in sorted(pod.members, key=lambda id_: id_ != pod.lead))
        return [person for person in found if person is not None]

    def _lead(self, pod: Pod) -> Text:
        person = self._directory.by_id(pod.lead) if pod.lead else None
        return said(person.name) if person is not None else _("nobody")

    def _free(self, unit: Unit, person: Person) -> bool:
        return availability(self._directory.profile(person.id), person.zone, unit.now).free

    def _row(self, unit: Unit, pod: Pod, person: Person) -> tuple[Text, ...]:
        profile = self._directory.profile(person.id)
        clock = availability(profile, person.zone, unit.now)
        name = _("{who} (lead)", who=person.name) if person.id == pod.lead else said(person.name)
        if clock.away and profile.away_until is not None:
            now = _("away until {time}", time=Moment(at=profile.away_until, style="datetime"))
        elif clock.quiet:
            now = _("quiet until {time}", time=profile.quiet_to or "")
        else:
            now = _("there")
        if "guest" in person.roles:
            now = listed(now, _("guest"))
        return name, said(clock.local_time), now

    def _where(self, unit: Unit, pod: Pod) -> Text:
        clock = availability(replace(self._directory.profile(""), quiet_from=None), pod.zone, unit.now)
        parts = [_("{zone}, {time} there", zone=pod.zone, time=clock.local_time)]
        if pod.location:
            parts.append(LOCATIONS[pod.location])
        if pod.external:
            parts.append(_("of a partner"))
        if pod.calendar:
            parts.append(_("calendar {name}", name=said(pod.calendar)))
        return listed(*parts)


def _holders(known: Sequence[tuple[int, int, Person]]) -> list[Text]:
    """Return who has a skill: what can be relied on first, what is only claimed in parentheses."""
    best = sorted(known, key=lambda one: (-one[0], -one[1], one[2].name))
    return [
        _("{who} {level}", who=person.name, level=level)
        if level
        else _("{who} ({level} claimed)", who=person.name, level=claimed)
        for level, claimed, person in best
    ]
