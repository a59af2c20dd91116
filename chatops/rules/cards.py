"""Rules in words: which there are, which fire and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from chatops.core.message import Card
from chatops.core.text import Code, Moment, Text, _, _n, lines, listed, said
from chatops.rules.deciding import Check, Decision, Trace
from chatops.rules.facts import Routed, Sweep
from chatops.rules.model import Policy, Rule

MOST = 20
"""Rules on one card."""


def list_card(policy: Policy, asked: Sequence[Sweep]) -> Card:
    """Return all rules, and which systems cannot be asked."""
    rows = [
        _("{n}. {rule}: {what}", n=n, rule=said(rule.name), what=_does(rule))
        for n, rule in enumerate(policy.rules[:MOST], 1)
    ]
    if len(policy.rules) > MOST:
        rows.append(_("… and {count} more.", count=len(policy.rules) - MOST))
    rows += [
        _("{system} has not answered since {time}.", system=said(one.id), time=Moment(at=one.since, style="datetime"))
        for one in asked
        if one.since is not None
    ]
    count = len(policy.rules)
    if not count:
        return Card(
            title=_("There are no rules."),
            text=_(
                "An admin names a file in the settings: {setting}", setting=Code(code='[rules] file = "rules.toml"')
            ),
        )
    first = (
        _("The first that holds acts, each once per case.")
        if policy.match == "first"
        else _("Each that holds acts, once per case.")
    )
    return Card(title=_n("{count} rule", "{count} rules", count), text=lines(*rows), footer=first)


def read_card(before: Policy, after: Policy) -> Card:
    """Return what is different since the rules were read again."""
    old, new = ({rule.name: rule for rule in policy.rules} for policy in (before, after))
    come = [name for name in new if name not in old]
    changed = [name for name in new if name in old and new[name] != old[name]]
    gone = [name for name in old if name not in new]
    rows = [
        *([_("New: {rules}", rules=_names(come))] if come else []),
        *([_("Changed: {rules}", rules=_names(changed))] if changed else []),
        *([_("Gone: {rules}", rules=_names(gone))] if gone else []),
    ]
    if not rows:
        rows = [_("No rule is different.") if before == after else _("What stands above the rules is different.")]
    count = len(after.rules)
    return Card(
        title=_n("{count} rule is in force", "{count} rules are in force", count),
        text=lines(*rows),
        footer=_("On every server, from now on."),
        tone="good",
    )


def _names(names: Sequence[str]) -> Text:
    more = len(names) - MOST
    told = listed(*(said(name) for name in names[:MOST]))
    return told if more <= 0 else _("{names} … and {count} more", names=told, count=more)


def explained_card(title: Text, decision: Decision, pod: str, done: Routed | None = None) -> Card:
    """Return what becomes of a case and why: what fires, what does not, with every condition's value."""
    rows = [_("Goes to {pod}.", pod=said(pod)) if pod else _("Nobody gets it: no rule gives it a pod.")]
    acted = done.rules if done is not None else ()
    for trace in decision.fires:
        words = _("✓ {rule}: {what}", rule=said(trace.rule.name), what=_does(trace.rule))
        rows.append(words if trace.rule.name not in acted else _("{words} (done)", words=words))
        rows += _reasons(trace)
    for trace in decision.passed[:MOST]:
        if trace.holds:
            rows.append(_("– {rule}: holds, but an earlier rule goes first", rule=said(trace.rule.name)))
        else:
            rows.append(_("✗ {rule}", rule=said(trace.rule.name)))
        rows += _reasons(trace, only_failed=not trace.holds)
    return Card(title=title, text=lines(*rows), tone="good" if decision.fires else "plain")


def _reasons(trace: Trace, *, only_failed: bool = False) -> Iterator[Text]:
    failed = [check for check in trace.checks if not check.held]
    for check in failed if only_failed and failed else trace.checks:
        yield reason(check)
    for check in trace.exceptions:
        yield _("   unless {check}", check=_plain(check))


def reason(check: Check) -> Text:
    """Return one condition with its value."""
    return Text(
        msgid="   {mark} {check}", args={"mark": "✓" if check.held else "✗", "check": _plain(check)}, verbatim=True
    )


def _plain(check: Check) -> Text:
    if check.name == "text":
        # Which words hit, not the text they stand in.
        found = said(check.found) if check.found else _("none of them")
    else:
        found = said(check.found) if check.found else _("nothing")
    return Text(
        msgid="{name} {wanted}: {found}",
        args={"name": said(check.name), "wanted": said(check.wanted), "found": found},
        verbatim=True,
    )


def _does(rule: Rule) -> Text:
    where = said(rule.pod) if rule.pod else _("the owner’s pod")
    match rule.swarm:
        case "none":
            return _("to {pod}", pod=where)
        case "offer":
            return _("to {pod}, a swarm is offered", pod=where)
        case "open":
            if rule.timebox is None:
                return _("to {pod}, a swarm is opened", pod=where)
            return _("to {pod}, a swarm of {time} is opened", pod=where, time=timedelta(seconds=rule.timebox))
