"""Rules on paper: what is explained is what is decided, and what is promised of orders holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatops.core.frozen import replace
from chatops.rules.attributes import CaseFacts
from chatops.rules.deciding import checks, decide, trace
from chatops.rules.matching import contains, fits, phrase, words
from chatops.rules.model import Conditions, Limit, Policy, Rule

NOW = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
"""A Sunday."""

limits = st.builds(
    lambda sign, seconds: Limit(sign=sign, seconds=seconds, typed=f"{sign} {seconds}s"),
    st.sampled_from(["<", "<=", ">", ">="]),
    st.integers(-10, 10),
)
some = st.lists(st.sampled_from(["a", "b", "a*", "*"]), max_size=2).map(tuple)
conditions = st.builds(
    Conditions,
    priority=some,
    segment=some,
    topic=some,
    text=some,
    age=st.none() | limits,
    sla_left=st.none() | limits,
    weekday=st.lists(st.integers(0, 6), max_size=3).map(tuple),
    time=st.none() | st.sampled_from([("18:00", "08:00"), ("08:00", "18:00")]),
    zone=st.sampled_from(["UTC", "Asia/Singapore"]),
)
rules = st.lists(st.tuples(conditions, st.none() | conditions, st.sampled_from(["", "p", "q"])), max_size=5).map(
    lambda rows: tuple(
        Rule(name=f"r{n}", order=n, when=when, unless=unless, pod=pod, swarm="offer")
        for n, (when, unless, pod) in enumerate(rows)
    )
)
cases = st.builds(
    CaseFacts,
    now=st.integers(0, 7 * 24).map(lambda hours: NOW + timedelta(hours=hours)),
    priority=st.sampled_from(["", "a", "b", "ab"]),
    segment=st.sampled_from(["", "a", "b", "ab"]),
    tags=st.lists(st.sampled_from(["a", "b", "c"]), max_size=2).map(tuple),
    text=st.sampled_from(["", "a", "c b", "ab c"]),
    age=st.floats(-20, 20),
    sla_left=st.none() | st.floats(-20, 20),
)


@settings(max_examples=50)
@given(rules, cases, st.sampled_from(["first", "all"]))
def test_explanations_agree_with_decisions(some: tuple[Rule, ...], case: CaseFacts, match: str) -> None:
    """A rule fires exactly if all its checks held and not all of its exceptions, and no earlier one goes first."""
    policy = Policy(rules=some, match="first" if match == "first" else "all")
    decision = decide(policy, case)
    told = {one.rule.name: one for one in (*decision.fires, *decision.passed)}
    assert set(told) == {rule.name for rule in some}
    holding = []
    for rule in some:
        one = told[rule.name]
        held_back = rule.unless is not None and bool(one.exceptions) and all(check.held for check in one.exceptions)
        assert one.holds == (all(check.held for check in one.checks) and not held_back)
        assert [check.name for check in one.checks] == [check.name for check in checks(rule.when, case)]
        holding += [rule.name] if one.holds else []
    assert [one.rule.name for one in decision.fires] == (holding[:1] if match == "first" else holding)


@settings(max_examples=50)
@given(rules, cases, st.randoms())
def test_where_all_rules_act_their_order_does_not_matter(
    some: tuple[Rule, ...], case: CaseFacts, chance: object
) -> None:
    """The same rules fire, whatever order they have."""
    shuffled = [replace(rule, order=100 - rule.order) for rule in reversed(some)]
    one = decide(Policy(rules=some, match="all"), case)
    other = decide(Policy(rules=tuple(shuffled), match="all"), case)
    assert {trace.rule.name for trace in one.fires} == {trace.rule.name for trace in other.fires}


@settings(max_examples=50)
@given(conditions, cases)
def test_a_rule_holds_exactly_if_each_condition_by_itself_does(all_: Conditions, case: CaseFacts) -> None:
    """Conditions do not look at each other."""
    names = [name for name in Conditions.__struct_fields__ if name != "zone"]
    alone = [replace(Conditions(zone=all_.zone), **{name: getattr(all_, name)}) for name in names]
    single = [trace(Rule(name="x", order=1, when=one), case).holds for one in alone]
    assert trace(Rule(name="x", order=1, when=all_), case).holds == all(single)


@settings(max_examples=50)
@given(st.text(alphabet="ab*?", max_size=8), st.text(alphabet="ab", max_size=10))
def test_patterns_mean_what_they_mean_everywhere(pattern: str, text: str) -> None:
    """As file name patterns do."""
    assert fits(pattern, text) == fnmatchcase(text, pattern)


def test_no_pattern_takes_long() -> None:
    """The worst there is: stars before what nearly fits."""
    assert not fits("*a" * 50, "a" * 20_000 + "b")
    assert not contains(words("aaaa " * 4000), phrase("*a*a*a*a*b"))


@pytest.mark.parametrize(
    ("pattern", "text", "held"),
    [
        ("refund*", "Refunds loop", True),
        ("charged twice", "My card was CHARGED, twice!", True),
        ("charged twice", "charged once, then twice", False),
        ("e-mail", "no e mail", True),
    ],
)
def test_words_are_looked_for_as_words(pattern: str, text: str, held: bool) -> None:  # noqa: FBT001 - a table
    """Without case and punctuation, one after the other."""

    assert contains(words(text), phrase(pattern)) is held


@pytest.mark.parametrize(
    ("zone", "held"), [("Europe/Amsterdam", True), ("Asia/Singapore", False), ("America/New_York", True)]
)
def test_time_windows_are_in_a_named_zone_and_may_run_over_midnight(zone: str, held: bool) -> None:  # noqa: FBT001 - a table
    """Three o'clock in London on Sunday is eleven in Singapore."""
    rule = Rule(name="night", order=1, when=Conditions(time=("18:00", "08:00"), zone=zone))
    assert trace(rule, CaseFacts(now=NOW)).holds is held
