"""Which rules fire for a case, and why. A decision is read off its explanation, so the two cannot disagree. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from chatops.core.frozen import Frozen
from chatops.core.params import Duration
from chatops.rules.attributes import CaseFacts
from chatops.rules.matching import contains, fits_any, phrase, words
from chatops.rules.model import Conditions, Policy, Rule

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WORDS = ("system", "priority", "status", "segment", "country", "queue", "origin", "entitlement", "owner")
"""Conditions that compare words."""


class Check(Frozen, frozen=True, kw_only=True):
    """One condition, and whether it held."""

    name: str
    wanted: str
    found: str
    """What the case has; empty: nothing."""
    held: bool


class Trace(Frozen, frozen=True, kw_only=True):
    """A rule, and why it holds or does not."""

    rule: Rule
    checks: tuple[Check, ...] = ()
    exceptions: tuple[Check, ...] = ()
    """Those of `unless`: when there are any and all of them held, the rule is held back."""

    @property
    def holds(self) -> bool:
        """Whether its conditions hold."""
        held_back = bool(self.exceptions) and all(check.held for check in self.exceptions)
        return all(check.held for check in self.checks) and not held_back


class Decision(Frozen, frozen=True, kw_only=True):
    """What becomes of a case."""

    fires: tuple[Trace, ...] = ()
    """In the order of the rules."""
    passed: tuple[Trace, ...] = ()
    """The others."""
    pod: str = ""
    """Id of the pod it goes to; empty: nobody gets it."""


def decide(policy: Policy, facts: CaseFacts) -> Decision:
    """Return which rules fire and where the case goes."""
    traces = [trace(rule, facts) for rule in policy.rules]
    holding = [one for one in traces if one.holds]
    fires = tuple(holding[:1] if policy.match == "first" else holding)
    named = next((one.rule.pod for one in fires if one.rule.pod), "")
    return Decision(
        fires=fires,
        passed=tuple(one for one in traces if one not in fires),
        pod=named or fallback(policy, facts),
    )


def pod_of(policy: Policy, rule: Rule, facts: CaseFacts) -> str:
    """Return the id of the pod a rule sends a case to; empty when there is none."""
    return rule.pod or fallback(policy, facts)


def fallback(policy: Policy, facts: CaseFacts) -> str:
    """Return the pod of a case that no rule gives one: that of its owner, else the policy's."""
    return next(iter(facts.owner_pods), "") or policy.pod


def trace(rule: Rule, facts: CaseFacts) -> Trace:
    """Look at every condition of a rule."""
    return Trace(
        rule=rule,
        checks=tuple(checks(rule.when, facts)),
        exceptions=() if rule.unless is None else tuple(checks(rule.unless, facts)),
    )


def checks(conditions: Conditions, facts: CaseFacts) -> Iterator[Check]:
    """Yield a check for each condition that asks for something."""
    for name in WORDS:
        patterns: Sequence[str] = getattr(conditions, name)
        if patterns:
            own = getattr(facts, name)
            have = tuple(filter(None, own if isinstance(own, tuple) else (own,)))
            yield _check(name, patterns, have, held=fits_any(patterns, have))
    if conditions.topic:
        have = (*facts.tags, *facts.queue)
        yield _check("topic", conditions.topic, have, held=fits_any(conditions.topic, have))
    if conditions.text:
        text = words(facts.text)
        hits = tuple(pattern for pattern in conditions.text if contains(text, phrase(pattern)))
        yield _check("text", conditions.text, hits, held=bool(hits))
    if conditions.age is not None:
        yield Check(
            name="age", wanted=conditions.age.typed, found=span(facts.age), held=conditions.age.holds(facts.age)
        )
    if conditions.sla_left is not None:
        left = facts.sla_left
        held = left is not None and conditions.sla_left.holds(left)
        found = "" if left is None else span(left)
        yield Check(name="sla_left", wanted=conditions.sla_left.typed, found=found, held=held)
    yield from _clock(conditions, facts)


def span(seconds: float) -> str:
    """Return a length of time as it is typed: `1h30m`, `-20m`."""
    return ("-" if seconds < 0 else "") + str(Duration(seconds=int(abs(seconds))))


def _clock(conditions: Conditions, facts: CaseFacts) -> Iterator[Check]:
    if not conditions.weekday and conditions.time is None:
        return
    local = facts.now.astimezone(ZoneInfo(conditions.zone))
    if conditions.weekday:
        wanted = tuple(DAYS[day] for day in conditions.weekday)
        yield _check("weekday", wanted, (DAYS[local.weekday()],), held=local.weekday() in conditions.weekday)
    if conditions.time is not None:
        start, end = conditions.time
        now = f"{local:%H:%M}"
        held = start <= now < end if start <= end else now >= start or now < end
        yield Check(name="time", wanted=f"{start}-{end} {conditions.zone}", found=now, held=held)


def _check(name: str, wanted: Sequence[str], have: Sequence[str], *, held: bool) -> Check:
    return Check(name=name, wanted=" | ".join(wanted), found=", ".join(filter(None, have)), held=held)
