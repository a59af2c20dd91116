"""What people have changed about themselves and their pods, kept beside the files. Pure.

The files are the last word on who is there and what roles they have; what is here is laid over the rest. A level that
somebody gives themselves is claimed until a manager or the lead of one of their pods confirms it::

    (file) ──▶ claimed ──▶ confirmed        a lower level than what is relied on needs nobody's word
                  └──────▶ refused          (what was relied on before still is)
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from chatops.core.frozen import Aggregate, Body, Frozen, Instant, replace
from chatops.core.text import _, said
from chatops.errors import Impossible
from chatops.ports.roster import Evidence, Pod, Profile

MAX_SKILLS = 60
"""Of one person, in what they have changed."""

MAX_INTERESTS = 30

EARNED = ((8, 3), (3, 2), (1, 1))
"""(swarms solved, level they are worth): nobody becomes a master by counting."""


class SkillChange(Frozen, frozen=True, kw_only=True):
    """One skill, where it differs from the file."""

    level: int | None = None
    """What can be relied on. None: what the file says; 0: dropped."""
    by: str = ""
    """Id of who confirmed `level`; empty when it was lowered or dropped by the person."""
    at: Instant | None = None
    claimed: int = 0
    """Waits for a word; 0 when nothing does."""
    claimed_at: Instant | None = None
    asked: tuple[str, ...] = ()
    """Ids of those who were sent a card about it; they see there what came of it."""
    swarms: tuple[str, ...] = ()
    """Ids of the swarms it was earned in, newest last; at most `MAX_SWARMS`."""


MAX_SWARMS = 50


class ProfileChanges(Aggregate, frozen=True, kw_only=True):
    """Everything one person has changed, and what others have said to it. Its id is the person's."""

    kind: ClassVar[str] = "people.changes"

    number: int = 0
    """Counts the changes: of two, the later one has the higher number."""
    skills: dict[str, SkillChange] = {}
    interests: tuple[str, ...] | None = None
    """None: what the file says."""
    max_load: int | None = None
    away_until: Instant | None = None
    quiet: str | None = None
    """`22:00-07:00`; empty: no quiet hours; None: what the file says."""

    def keys(self) -> frozenset[tuple[str, str]]:
        """Found as `all`; as `waiting` while a level waits for a word."""
        found = {("all", "yes")}
        if self.waiting:
            found.add(("waiting", "yes"))
        return frozenset(found)

    @property
    def waiting(self) -> tuple[tuple[str, int], ...]:
        """(skill, level) of what waits for a word, the longest first."""
        found = [(change.claimed_at, skill, change.claimed) for skill, change in self.skills.items() if change.claimed]
        found.sort(key=lambda one: (one[0].timestamp() if one[0] else 0.0, one[1]))
        return tuple((skill, level) for _at, skill, level in found)


class PodChanges(Aggregate, frozen=True, kw_only=True):
    """What was changed about a pod since its file was written. Its id is the pod's."""

    kind: ClassVar[str] = "people.pod"

    number: int = 0
    lead: str = ""
    """Id of the lead; empty: nobody leads it."""

    def keys(self) -> frozenset[tuple[str, str]]:
        """Found as `all`."""
        return frozenset({("all", "yes")})


class ProfileChanged(Body, frozen=True, kw_only=True):
    """Somebody's profile is another: what is stored under their id holds now."""

    kind: ClassVar[str] = "people.changed"

    person: str


class PodChanged(Body, frozen=True, kw_only=True):
    """A pod is another."""

    kind: ClassVar[str] = "people.pod_changed"

    pod: str


BODIES: tuple[type[Body], ...] = (ProfileChanges, PodChanges, ProfileChanged, PodChanged)


# reading


def earned_level(swarms: int) -> int:
    """Return the level that so many solved swarms are worth."""
    return next((level for least, level in EARNED if swarms >= least), 0)


def evidence(of_file: int, change: SkillChange | None) -> Evidence:
    """Return what is known of a skill, given the file's level (0: none) and what was changed."""
    if change is None:
        return Evidence(level=of_file)
    base = Evidence(level=of_file, claimed=change.claimed, swarms=len(change.swarms))
    if change.level is not None:
        source = "confirmed" if change.by else "lowered"
        base = replace(base, source=source, level=change.level, by=change.by, at=change.at)
    earned = earned_level(len(change.swarms))
    if base.level == 0 and earned and change.level != 0:
        return replace(base, source="earned", level=earned)
    if base.level == 0 and base.claimed:
        return replace(base, source="claimed", by="", at=change.claimed_at)
    return base


def overlaid(profile: Profile, changes: ProfileChanges | None) -> Profile:
    """Return a profile with what was changed laid over what the file says."""
    if changes is None:
        return profile
    known = {
        skill: evidence(profile.skills.get(skill, 0), changes.skills.get(skill))
        for skill in (*profile.skills, *(skill for skill in changes.skills if skill not in profile.skills))
    }
    known = {skill: one for skill, one in known.items() if one.level or one.claimed}
    quiet = (profile.quiet_from, profile.quiet_to)
    if changes.quiet is not None:
        start, _dash, end = changes.quiet.partition("-")
        quiet = (start or None, end or None)
    return replace(
        profile,
        skills={skill: one.level or one.claimed for skill, one in known.items()},
        evidence=known,
        interests=profile.interests if changes.interests is None else changes.interests,
        max_load=profile.max_load if changes.max_load is None else changes.max_load,
        away_until=changes.away_until,
        quiet_from=quiet[0],
        quiet_to=quiet[1],
    )


def evidence_of(profile: Profile, skill: str) -> Evidence:
    """Return why a skill stands in a profile; level 0 and nothing claimed when it does not."""
    known = profile.evidence.get(skill)
    return known if known is not None else Evidence(level=profile.skills.get(skill, 0))


def overlaid_pod(pod: Pod, changes: PodChanges | None) -> Pod:
    """Return a pod with what was changed laid over what the file says; somebody who has left does not lead it."""
    if changes is None or (changes.lead and changes.lead not in pod.members):
        return pod
    return replace(pod, lead=changes.lead or None)


# moving


def claimed(
    changes: ProfileChanges, of_file: int, skill: str, level: int, at: datetime, *, asked: tuple[str, ...] = ()
) -> ProfileChanges:
    """Say of oneself that one has a skill; `asked` are to confirm it. Raise Impossible.

    Up to what is relied on already it holds at once.
    """
    before = changes.skills.get(skill, SkillChange())
    relied = evidence(of_file, before).level
    if level == relied and not before.claimed:
        raise Impossible(_("{skill} {level} stands in your profile already.", skill=said(skill), level=level))
    if level == before.claimed:
        raise Impossible(_("{skill} {level} waits for confirmation already.", skill=said(skill), level=level))
    if skill not in changes.skills and len(changes.skills) >= MAX_SKILLS:
        raise Impossible(_("A profile holds at most {most} skills of one’s own.", most=MAX_SKILLS))
    if level <= relied:
        after = replace(before, claimed=0, claimed_at=None)
        if level < relied:
            after = replace(after, level=level, by="", at=at)
    else:
        after = replace(before, claimed=level, claimed_at=at, asked=asked)
    return _with(changes, skill, after)


def dropped(changes: ProfileChanges, of_file: int, skill: str, at: datetime) -> ProfileChanges:
    """Take a skill out of one's profile. Raise Impossible when it is not in it."""
    before = changes.skills.get(skill, SkillChange())
    known = evidence(of_file, before)
    if not (known.level or known.claimed):
        raise Impossible(_("{skill} is not in your profile.", skill=said(skill)))
    return _with(changes, skill, replace(before, level=0, by="", at=at, claimed=0, claimed_at=None))


def confirmed(changes: ProfileChanges, skill: str, by: str, at: datetime) -> ProfileChanges:
    """Confirm the level that waits. Raise Impossible when none does, or when it is one's own."""
    before = _waiting(changes, skill, by)
    after = replace(before, level=before.claimed, by=by, at=at, claimed=0, claimed_at=None)
    return _with(changes, skill, after)


def refused(changes: ProfileChanges, skill: str, by: str) -> ProfileChanges:
    """Refuse the level that waits; what was relied on before still is. Raise Impossible."""
    before = _waiting(changes, skill, by)
    return _with(changes, skill, replace(before, claimed=0, claimed_at=None))


def earned(changes: ProfileChanges, skill: str, swarm: str) -> ProfileChanges:
    """Take note of a swarm solved with somebody's help. The same swarm counts once."""
    before = changes.skills.get(skill, SkillChange())
    if swarm in before.swarms or (skill not in changes.skills and len(changes.skills) >= MAX_SKILLS):
        return changes
    return _with(changes, skill, replace(before, swarms=(*before.swarms, swarm)[-MAX_SWARMS:]))


def changed(changes: ProfileChanges, **fields: object) -> ProfileChanges:
    """Return the changes with some fields changed, counted."""
    return replace(changes, number=changes.number + 1, **fields)


def _with(changes: ProfileChanges, skill: str, change: SkillChange) -> ProfileChanges:
    return changed(changes, skills={**changes.skills, skill: change})


def _waiting(changes: ProfileChanges, skill: str, by: str) -> SkillChange:
    if by == changes.id:
        raise Impossible(_("Nobody confirms their own level."), hint=_("A manager or your pod’s lead does."))
    before = changes.skills.get(skill)
    if before is None or not before.claimed:
        raise Impossible(_("No level of {skill} waits for confirmation.", skill=said(skill)))
    return before
