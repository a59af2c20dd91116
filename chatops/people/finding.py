"""Who fits best, and why; who does not, and why not. Pure.

A place in the ranking is a sum of points, and every point has a reason that can be read. All else equal, what can be
relied on goes before what is only claimed, whatever the level; who may not be disturbed now goes behind all who may.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import combinations

from chatops.core.frozen import Frozen, Instant
from chatops.core.text import Moment, Text, _, _n, listed, said
from chatops.ports.roster import Evidence

PER_LEVEL = 10
"""Points for each level that can be relied on. A claimed level is worth one point each: less than any other."""
SHOWN = 1
"""Points for each swarm a skill has been shown in, up to `MOST_SHOWN`."""
MOST_SHOWN = 5
ALL_NEEDS = 200
"""Points for who has all that is wanted when several things are."""
OF_THE_POD = 4
"""Points when one of their pods is there for it."""
FULL_LOAD = 12
"""Points a full load costs; part of it, part of them."""
JUST_ASKED = 14
"""Points it costs to have been asked a moment ago; less with each day of `FAIR`."""
FAIR = timedelta(days=7)
MOST_COVER = 4
"""People looked for together, at most."""
SHORTLIST = 12
"""People considered for each skill when several are looked for together."""


class Need(Frozen, frozen=True, kw_only=True):
    """One skill, at least at a level."""

    skill: str
    least: int = 1

    def __str__(self) -> str:
        return f"{self.skill}>={self.least}" if self.least > 1 else self.skill


class Wanted(Frozen, frozen=True, kw_only=True):
    """What help is wanted."""

    needs: tuple[Need, ...] = ()
    languages: tuple[str, ...] = ()
    """Every one of them has to be spoken."""
    pod: str = ""
    """Id of the pod they have to be in; empty: any."""


class Standing(Frozen, frozen=True, kw_only=True):
    """How somebody stands at the moment asked about."""

    person: str
    skills: dict[str, Evidence] = {}
    interests: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    pods: tuple[str, ...] = ()
    pod_skills: frozenset[str] = frozenset()
    """What their pods are there for."""
    local_time: str = ""
    quiet: bool = False
    away_until: Instant | None = None
    load: int = 0
    max_load: int = 3
    asked_at: Instant | None = None
    """When they were last asked for help."""


class Reason(Frozen, frozen=True, kw_only=True):
    """Something that speaks for or against somebody, and how much."""

    text: Text
    points: int = 0


class Found(Frozen, frozen=True, kw_only=True):
    """Somebody who fits. `score` is the sum of the reasons' points."""

    person: str
    score: int
    because: tuple[Reason, ...]
    covers: frozenset[str] = frozenset()
    """The skills wanted that they have."""

    @property
    def reasons(self) -> tuple[Text, ...]:
        """Return the reasons in words, weightiest first."""
        return tuple(reason.text for reason in self.because)


class PassedOver(Frozen, frozen=True, kw_only=True):
    """Somebody who has a skill that is wanted, and is not asked now."""

    person: str
    why: Text
    later: Found | None = None
    """How they rank once that is over; None when it is not a matter of time."""


class Ranking(Frozen, frozen=True, kw_only=True):
    """The answer."""

    found: tuple[Found, ...] = ()
    """Who can be asked now, best first."""
    passed_over: tuple[PassedOver, ...] = ()
    """Those who would fit at another time first, best first."""
    unmatched: tuple[Need, ...] = ()
    """What nobody at all has."""
    cover: tuple[str, ...] = ()
    """When no one person has all: the fewest who have, together; empty when that cannot be."""
    learners: tuple[str, ...] = ()
    """Ids of people who would like to learn one of the skills, and have time: for a learner's seat."""

    @property
    def order(self) -> tuple[str, ...]:
        """Return everybody worth asking, best first: those who have to rest now behind the others."""
        later = (one.person for one in self.passed_over if one.later is not None)
        return (*(one.person for one in self.found), *later)


def ranked(wanted: Wanted, people: Iterable[Standing], now: datetime) -> Ranking:
    """Rank `people` for what is wanted. The same input gives the same answer, in whatever order the people come."""
    everybody = sorted(people, key=lambda one: one.person)
    inside = [one for one in everybody if not wanted.pod or wanted.pod in one.pods]
    found: list[Found] = []
    later: list[PassedOver] = []
    never: list[PassedOver] = []
    for one in inside:
        unfit = _unfit(wanted, one)
        if unfit is not None:
            never += unfit
            continue
        judged = _judged(wanted, one, now)
        resting = _resting(one, now)
        if resting is None:
            found.append(judged)
        else:
            later.append(PassedOver(person=one.person, why=resting, later=judged))
    asked = {one.person: one.asked_at for one in inside}

    def place(one: Found) -> tuple[int, float, str]:
        at = asked[one.person]
        return -one.score, at.timestamp() if at is not None else 0.0, one.person

    found.sort(key=place)
    later.sort(key=lambda one: place(one.later) if one.later is not None else (0, 0.0, one.person))
    taken = {one.person for one in found} | {one.person for one in later}
    return Ranking(
        found=tuple(found),
        passed_over=(*later, *never),
        unmatched=tuple(need for need in wanted.needs if not any(_level(one, need) for one in inside)),
        cover=cover(wanted.needs, found),
        learners=tuple(
            one.person
            for one in inside
            if one.person not in taken
            and _resting(one, now) is None
            and any(need.skill in one.interests for need in wanted.needs)
        ),
    )


def cover(needs: Sequence[Need], found: Sequence[Found]) -> tuple[str, ...]:
    """Return the fewest of `found` (best first) who have all of `needs` between them, of equals those with most points.

    Nobody when one person has all, when only one thing is wanted, or when more than `MOST_COVER` would be needed.
    """
    wanted = frozenset(need.skill for need in needs)
    if len(wanted) <= 1 or any(wanted <= one.covers for one in found):
        return ()
    short = {one.person: one for skill in wanted for one in [one for one in found if skill in one.covers][:SHORTLIST]}
    candidates = sorted(short.values(), key=lambda one: (-one.score, one.person))
    for size in range(2, min(MOST_COVER, len(wanted)) + 1):
        best: tuple[Found, ...] = ()
        for group in combinations(candidates, size):
            if wanted <= frozenset().union(*(one.covers for one in group)) and _sum(group) > _sum(best):
                best = group
        if best:
            return tuple(one.person for one in best)
    return ()


def _sum(group: Iterable[Found]) -> int:
    return sum(one.score + 1_000 for one in group)


def _level(one: Standing, need: Need) -> bool:
    known = one.skills.get(need.skill)
    return known is not None and max(known.level, known.claimed) >= need.least


def _unfit(wanted: Wanted, one: Standing) -> list[PassedOver] | None:
    """Return why somebody does not fit at all: nothing to say about who has none of the skills; None when they fit."""
    has = [need for need in wanted.needs if _level(one, need)]
    if wanted.needs and not has:
        below = [
            (need, known)
            for need in wanted.needs
            if (known := one.skills.get(need.skill)) is not None and max(known.level, known.claimed) > 0
        ]
        return [
            PassedOver(
                person=one.person,
                why=_(
                    "{skill} {level}, {least} is wanted",
                    skill=said(need.skill),
                    level=max(known.level, known.claimed),
                    least=need.least,
                ),
            )
            for need, known in below[:1]
        ]
    missing = [language for language in wanted.languages if language not in one.languages]
    if missing:
        return [PassedOver(person=one.person, why=_("does not speak {language}", language=said(", ".join(missing))))]
    return None


def _resting(one: Standing, now: datetime) -> Text | None:
    """Return why somebody who fits is not to be asked now."""
    if one.away_until is not None and one.away_until > now:
        return _("away until {time}", time=Moment(at=one.away_until, style="datetime"))
    if one.quiet:
        return _("{time} there, in quiet hours", time=one.local_time)
    if one.load >= one.max_load:
        return _("is busy with other swarms")
    return None


def _judged(wanted: Wanted, one: Standing, now: datetime) -> Found:
    reasons: list[Reason] = []
    covers: set[str] = set()
    for need in wanted.needs:
        if not _level(one, need):
            continue
        covers.add(need.skill)
        reasons.append(_skill(need, one.skills[need.skill]))
        if need.skill in one.pod_skills:
            reasons.append(Reason(text=_("their pod is there for {skill}", skill=said(need.skill)), points=OF_THE_POD))
    if len(wanted.needs) > 1 and len(covers) == len({need.skill for need in wanted.needs}):
        reasons.insert(0, Reason(text=_("has all of it"), points=ALL_NEEDS))
    if wanted.languages:
        reasons.append(Reason(text=_("speaks {language}", language=said(", ".join(wanted.languages)))))
    reasons.append(Reason(text=_("{time} there", time=one.local_time)))
    reasons.append(_load(one))
    reasons.append(_asked(one, now))
    return Found(
        person=one.person,
        score=sum(reason.points for reason in reasons),
        because=tuple(reasons),
        covers=frozenset(covers),
    )


def _skill(need: Need, known: Evidence) -> Reason:
    skill, shown = said(need.skill), min(known.swarms, MOST_SHOWN) * SHOWN
    if known.level < need.least:
        text = _("{skill} {level}, claimed", skill=skill, level=known.claimed)
        return Reason(text=text, points=known.claimed)
    words = {
        "file": _("{skill} {level}", skill=skill, level=known.level),
        "lowered": _("{skill} {level}", skill=skill, level=known.level),
        "confirmed": _("{skill} {level}, confirmed", skill=skill, level=known.level),
    }.get(known.source) or _("{skill} {level}, earned", skill=skill, level=known.level)
    if known.swarms:
        words = listed(words, _n("{count} swarm solved", "{count} swarms solved", known.swarms))
    return Reason(text=words, points=known.level * PER_LEVEL + shown)


def _load(one: Standing) -> Reason:
    cost = -(-FULL_LOAD * min(one.load, one.max_load) // one.max_load) if one.max_load else 0
    # Everybody reads the reasons, and how much somebody has to do is for them and their lead.
    return Reason(text=_("has room for more") if one.load else _("free"), points=-cost)


def _asked(one: Standing, now: datetime) -> Reason:
    if one.asked_at is None:
        return Reason(text=_("not asked lately"))
    ago = max(now - one.asked_at, timedelta())
    points = 0 if ago >= FAIR else -round(JUST_ASKED * (1 - ago / FAIR))
    return Reason(text=_("last asked {time}", time=Moment(at=one.asked_at, style="ago")), points=points)
