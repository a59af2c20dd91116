"""Levels that people claim, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chatops.errors import Impossible
from chatops.people.changes import (
    MAX_SWARMS,
    ProfileChanges,
    SkillChange,
    changed,
    claimed,
    confirmed,
    dropped,
    earned,
    earned_level,
    evidence,
    overlaid,
    refused,
)
from chatops.ports.roster import Evidence, Profile

NOW = datetime(2026, 3, 3, 13, 0, tzinfo=UTC)
ANNA = ProfileChanges(id="anna")
SKILLS = ("billing", "k8s", "tax")
FILE = {"billing": 3}


def found_by(changes: ProfileChanges, key: str) -> bool:
    return (key, "yes") in set(changes.keys())


def test_what_is_claimed_counts_as_claimed_until_somebody_else_confirms_it() -> None:
    """The file's level is relied on meanwhile; the source is told."""
    waiting = claimed(ANNA, 3, "billing", 5, NOW)
    assert evidence(3, waiting.skills["billing"]) == Evidence(source="file", level=3, claimed=5)
    assert waiting.waiting == (("billing", 5),)
    assert found_by(waiting, "waiting")
    sure = confirmed(waiting, "billing", "lea", NOW)
    assert evidence(3, sure.skills["billing"]) == Evidence(source="confirmed", level=5, by="lea", at=NOW)
    assert not found_by(sure, "waiting")


def test_a_lower_level_needs_nobodys_word() -> None:
    """Nobody is held to more than they say they can."""
    lower = claimed(ANNA, 3, "billing", 1, NOW)
    assert evidence(3, lower.skills["billing"]) == Evidence(source="lowered", level=1, at=NOW)


def test_what_is_refused_leaves_what_was_relied_on() -> None:
    """A refusal takes nothing away."""
    waiting = claimed(ANNA, 3, "billing", 5, NOW)
    assert evidence(3, refused(waiting, "billing", "lea").skills["billing"]) == Evidence(level=3)


def test_nobody_confirms_their_own_level() -> None:
    """Not even a manager."""
    waiting = claimed(ANNA, 0, "k8s", 2, NOW)
    with pytest.raises(Impossible):
        confirmed(waiting, "k8s", "anna", NOW)
    with pytest.raises(Impossible):
        refused(waiting, "k8s", "anna")


def test_what_is_said_twice_is_refused() -> None:
    """Whether it stands there, waits, or is not there to drop."""
    waiting = claimed(ANNA, 0, "k8s", 2, NOW)
    repeated: tuple[Callable[[], ProfileChanges], ...] = (
        lambda: claimed(waiting, 0, "k8s", 2, NOW),
        lambda: claimed(ANNA, 3, "billing", 3, NOW),
        lambda: dropped(ANNA, 0, "tax", NOW),
        lambda: confirmed(ANNA, "tax", "lea", NOW),
    )
    for again in repeated:
        with pytest.raises(Impossible):
            again()


def test_a_skill_dropped_is_gone_even_from_the_file() -> None:
    """And comes back when they say so."""
    without = dropped(ANNA, 3, "billing", NOW)
    assert overlaid(Profile(skills=FILE), without).skills == {}
    back = claimed(without, 3, "billing", 2, NOW)
    assert overlaid(Profile(skills=FILE), back).evidence["billing"].claimed == 2


def test_skills_are_earned_by_solving_swarms() -> None:
    """The same swarm counts once; nobody becomes a master by counting; what is dropped is not earned back."""
    changes = ANNA
    for number in (1, 2, 2, 3):
        changes = earned(changes, "tax", str(number))
    assert overlaid(Profile(), changes).evidence["tax"] == Evidence(source="earned", level=2, swarms=3)
    for number in range(200):
        changes = earned(changes, "tax", str(number))
    assert len(changes.skills["tax"].swarms) == MAX_SWARMS
    assert overlaid(Profile(), changes).skills == {"tax": 3}
    assert [earned_level(count) for count in (0, 1, 3, 8, 1000)] == [0, 1, 2, 3, 3]
    assert overlaid(Profile(), dropped(changes, 0, "tax", NOW)).skills == {}


def test_changes_are_laid_over_the_file() -> None:
    """What was not changed stays as it is written."""
    written = Profile(skills=FILE, interests=("tax",), quiet_from="22:00", quiet_to="07:00", department="Support")
    assert overlaid(written, None) == written
    changes = changed(ANNA, interests=(), quiet="", max_load=1, away_until=NOW + timedelta(days=1))
    now = overlaid(written, changes)
    assert (now.interests, now.quiet_from, now.quiet_to, now.max_load) == ((), None, None, 1)
    assert (now.skills, now.department, now.away_until) == (FILE, "Support", NOW + timedelta(days=1))


class Claiming(RuleBasedStateMachine):
    """Anybody says and confirms anything, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.changes = ANNA
        self.sure = dict(FILE)
        """What can be relied on: the model."""
        self.waits: dict[str, int] = {}

    @rule(skill=st.sampled_from(SKILLS), level=st.integers(1, 5))
    def says(self, skill: str, level: int) -> None:
        """Anna claims a level."""
        relied, waits = self.sure.get(skill, 0), self.waits.get(skill, 0)
        if self._try(lambda: claimed(self.changes, FILE.get(skill, 0), skill, level, NOW)):
            assert level != waits
            if level <= relied:
                self.sure[skill] = level
                self.waits.pop(skill, None)
            else:
                self.waits[skill] = level
        else:
            assert level == waits or (level == relied and not waits)

    @rule(skill=st.sampled_from(SKILLS))
    def drops(self, skill: str) -> None:
        """Anna drops a skill."""
        if self._try(lambda: dropped(self.changes, FILE.get(skill, 0), skill, NOW)):
            self.sure[skill] = 0
            self.waits.pop(skill, None)

    @rule(skill=st.sampled_from(SKILLS), by=st.sampled_from(["lea", "anna"]), yes=st.booleans())
    def answers(self, skill: str, by: str, yes: bool) -> None:  # noqa: FBT001 - hypothesis passes it by name
        """Somebody confirms or refuses."""
        before = self.changes
        done = self._try(lambda: confirmed(before, skill, by, NOW) if yes else refused(before, skill, by))
        assert done == (by != "anna" and skill in self.waits)
        if done:
            level = self.waits.pop(skill)
            if yes:
                self.sure[skill] = level

    @invariant()
    def only_what_others_confirmed_is_relied_on(self) -> None:
        """Profile and model agree, and what waits is found."""
        profile = overlaid(Profile(skills=FILE), self.changes)
        known = {skill: one.level for skill, one in profile.evidence.items() if one.level} or (
            {} if self.changes.skills else dict(FILE)
        )
        assert known == {skill: level for skill, level in self.sure.items() if level}
        assert dict(self.changes.waiting) == self.waits
        assert found_by(self.changes, "waiting") == bool(self.waits)

    def _try(self, move: object) -> bool:
        before = self.changes
        try:
            self.changes = move()  # type: ignore[operator]
        except Impossible:
            return False
        assert self.changes.number == before.number + 1
        return True


Claiming.TestCase.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
TestClaiming = Claiming.TestCase


def test_a_skill_without_a_change_is_the_files() -> None:
    """An empty change says nothing."""
    assert evidence(4, SkillChange()) == Evidence(level=4)
