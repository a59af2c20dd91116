"""What people see of profiles: their own, a colleague's, and a level that waits for a word."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chatops.core.message import Button, Card, Fact, Field, Person
from chatops.core.text import Arg, Code, Moment, Text, _, _n, lines, listed, said
from chatops.people.availability import Availability
from chatops.people.changes import evidence_of
from chatops.ports.roster import Evidence, Pod, Profile

Names = Callable[[str], str]
"""Person's id → what they are called."""

MOST_SKILLS = 12
"""Shown on a card."""


def profile_card(
    person: Person, profile: Profile, pods: Sequence[Pod], clock: Availability, names: Names, *, thanked: int = 0
) -> Card:
    """Return somebody's profile; nothing in it that colleagues may not see. `thanked`: how often, as far as that is told."""
    skills = sorted(profile.skills, key=lambda skill: (-profile.skills[skill], skill))
    shown = [skill_line(skill, evidence_of(profile, skill), names) for skill in skills[:MOST_SKILLS]]
    hidden = len(skills) - len(shown)
    if hidden > 0:
        shown.append(_n("and {count} more", "and {count} more", hidden))
    facts = [Fact(label=_("Skills"), value=lines(*shown) if shown else _("none yet"))]
    if profile.interests:
        facts.append(Fact(label=_("Would like to learn"), value=said(", ".join(profile.interests))))
    if profile.languages:
        facts.append(Fact(label=_("Languages"), value=said(", ".join((*profile.languages, *profile.countries)))))
    if pods:
        facts.append(Fact(label=_("Pods"), value=listed(*(_led(pod, person.id) for pod in pods))))
    facts.append(Fact(label=_("Reachable"), value=reachable(profile, clock)))
    facts.append(
        Fact(
            label=_("At a time"),
            value=_n("at most {count} swarm", "at most {count} swarms", profile.max_load),
        )
    )
    if thanked:
        facts.append(Fact(label=_("Thanked"), value=_n("{count} time", "{count} times", thanked)))
    return Card(title=_("{name} ({id})", name=person.name, id=Code(code=person.id)), facts=tuple(facts))


def skill_line(skill: str, known: Evidence, names: Names) -> Text:
    """Return a skill with its level and where that is from."""
    parts: list[Text] = []
    if known.level:
        level: dict[str, Arg] = {"skill": said(skill), "level": known.level}
        parts.append(
            {
                "file": _("{skill} {level} · from the people file", **level),
                "lowered": _("{skill} {level} · own estimate", **level),
                "earned": _("{skill} {level} · earned", **level),
            }.get(known.source)
            or _("{skill} {level} · confirmed by {who}", **level, who=names(known.by))
        )
    if known.claimed:
        parts.append(
            _("{level} claimed, not confirmed yet", level=known.claimed)
            if known.level
            else _("{skill} {level} · claimed, not confirmed yet", skill=said(skill), level=known.claimed)
        )
    if known.swarms:
        parts.append(_n("{count} swarm solved", "{count} swarms solved", known.swarms))
    return listed(*parts)


def reachable(profile: Profile, clock: Availability) -> Text:
    """Return what the clock says where somebody is, and whether they may be disturbed."""
    if clock.away and profile.away_until is not None:
        return _(
            "away until {until} ({time} there)",
            until=Moment(at=profile.away_until, style="datetime"),
            time=clock.local_time,
        )
    if not (profile.quiet_from and profile.quiet_to):
        return _("{time} there", time=clock.local_time)
    hours: dict[str, Arg] = {"start": profile.quiet_from, "end": profile.quiet_to, "time": clock.local_time}
    if clock.quiet:
        return _("{time} there, in quiet hours ({start} to {end})", **hours)
    return _("{time} there, quiet from {start} to {end}", **hours)


def claim_card(person: Person, skill: str, known: Evidence) -> Card:
    """Return what the lead of somebody's pod, or a manager, is asked."""
    wanted: dict[str, Arg] = {"who": person.name, "skill": said(skill), "level": known.claimed}
    return Card(
        title=_("{who} says: {skill} {level}. Is that so?", **wanted),
        text=_("So far {level} was confirmed.", level=known.level) if known.level else None,
        tone="attention",
        buttons=(
            Button(
                label=_("Confirm"),
                icon="✅",
                command=f"expert confirm {person.id} {skill}",
                style="primary",
            ),
            Button(
                label=_("Refuse"),
                icon="❌",
                command=f"expert refuse {person.id} {skill}",
                form=(Field(name="because", label=_("Why")),),
            ),
        ),
    )


def settled_card(person: Person, skill: str, words: Text) -> Card:
    """Return what stands there once it is settled."""
    return Card(title=_("{who}: {skill}", who=person.name, skill=said(skill)), text=words)


def _led(pod: Pod, person: str) -> Text:
    name = said(pod.name or pod.id)
    return _("{pod} (lead)", pod=name) if pod.lead == person else name
