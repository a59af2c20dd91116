"""What is wrong with a policy by itself: rules that never act, cases nobody gets, pods without people, skills nobody has.

Rules compare words, lengths of time and hours, so a few values of each stand for all: every word they name and one they
do not, every limit and a second on either side of it, every edge of a time window. All combinations are tried as far as
`MOST` allows; what that leaves open is not complained of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from itertools import islice, product
from math import prod
from zoneinfo import ZoneInfo

from chatops.people.directory import skill_name
from chatops.people.roster import Company
from chatops.policy.folder import Folder
from chatops.policy.scenarios import MONDAY
from chatops.rules.attributes import CaseFacts
from chatops.rules.deciding import WORDS, decide, trace
from chatops.rules.model import Conditions, Limit, Policy, Rule

MOST = 20_000
"""Cases tried for one question."""
SHOWN = 3
"""Gaps shown."""
OTHER = "anything else"

Values = Mapping[str, Sequence[object]]


def shape(folder: Folder) -> Iterator[str]:
    """Yield what is wrong, one line each."""
    yield from _people(folder.company)
    yield from _skills(folder)
    yield from _unreachable(folder.policy)
    if folder.policy.rules and folder.policy.gaps == "found":
        yield from _gaps(folder.policy)


def _people(company: Company) -> Iterator[str]:
    known = {member.person.id: member.person for member in company.members}
    for pod in company.pods:
        members = [id_ for id_ in pod.members if "guest" not in known[id_].roles]
        if not pod.lead:
            yield f"pod {pod.id} has no lead: nobody answers for its cases."
        elif "pod_lead" not in known[pod.lead].roles:
            yield f"pod {pod.id}: its lead {pod.lead} has not the role pod_lead, and could not open its swarms."
        if not [id_ for id_ in members if id_ != pod.lead]:
            yield f"pod {pod.id} has no members besides its lead."


def _skills(folder: Folder) -> Iterator[str]:
    has = {skill for member in folder.company.members for skill in member.profile.skills}
    people = {member.person.id for member in folder.company.members}
    people |= {member.profile.handle for member in folder.company.members if member.profile.handle}
    for rule in folder.policy.rules:
        for skill in rule.skills:
            bare = skill_name(skill.removeprefix("skill:").partition(">=")[0])
            if bare not in has:
                yield f"rule {rule.name}: nobody has the skill {bare!r}."
        for who in rule.invite:
            if ":" not in who and who.removeprefix("@") not in people:
                yield f"rule {rule.name}: there is nobody {who!r}; name an id from the people file."


def _unreachable(policy: Policy) -> Iterator[str]:
    for number, rule in enumerate(policy.rules):
        earlier = policy.rules[:number] if policy.match == "first" else ()
        values = _values((rule, *earlier))
        if prod(len(one) for one in values.values()) > MOST:
            continue
        holds = False
        in_the_way: dict[str, None] = {}
        for case in _cases(values):
            if not trace(rule, case).holds:
                continue
            holds = True
            first = next((other.name for other in earlier if trace(other, case).holds), None)
            if first is None:
                break
            in_the_way[first] = None
        else:
            if holds:
                yield f"rule {rule.name} never acts: {', '.join(in_the_way)} goes first for every case it is for."
            else:
                yield f"rule {rule.name} never acts: its conditions exclude each other."


def _gaps(policy: Policy) -> Iterator[str]:
    if policy.pod:
        return
    values = _values(policy.rules)
    still = {key: found for key, found in values.items() if key in {*WORDS, "tags", "text"} - {"owner"}}
    moving = {key: found for key, found in values.items() if key not in still}
    if prod(len(one) for one in values.values()) > MOST:
        still = {key: found for key, found in still.items() if key in {"priority", "segment"}}
    gaps = [
        case
        for case in _combined(still)
        # Some time, be it later or at another hour, somebody has to get it.
        if not any(decide(policy, _case({**case, **more})).pod for more in islice(_combined(moving), MOST))
    ]
    for case in gaps[:SHOWN]:
        told = ", ".join(f"{key} {value or 'nothing'}" for key, value in case.items())
        yield f'a case nobody gets: {told or "any"}. Add a rule, or pod = "…" above the rules, or gaps = "allowed".'
    if len(gaps) > SHOWN:
        yield f"… and {len(gaps) - SHOWN} more kinds of cases nobody gets."


def _values(rules: Sequence[Rule]) -> Values:
    """Return the values that stand for all, of each attribute some rule looks at."""
    every = [one for rule in rules for one in (rule.when, rule.unless) if one is not None]
    values: dict[str, Sequence[object]] = {}
    for name in WORDS:
        named = [_sample(word) for one in every for word in getattr(one, name)]
        if named:
            kind = (lambda word: (word,)) if name in {"queue", "entitlement"} else str
            values[name] = [kind(word) for word in dict.fromkeys([*named, "none" if name == "owner" else OTHER])]
    topics = [_sample(word) for one in every for word in one.topic]
    if topics:
        values["tags"] = [*((word,) for word in dict.fromkeys(topics)), tuple(dict.fromkeys(topics)), ()]
    texts = [_sample(word) for one in every for word in one.text]
    if texts:
        values["text"] = [*dict.fromkeys(texts), " . ".join(texts), ""]
    ages = [limit for one in every if (limit := one.age) is not None]
    if ages:
        values["age"] = [at for at in _around(ages) if at >= 0]
    left = [limit for one in every if (limit := one.sla_left) is not None]
    if left:
        values["sla_left"] = [*_around(left), None]
    moments = sorted({at for one in every for at in _moments(one)})
    if moments:
        values["now"] = moments
    return values


def _around(limits: Sequence[Limit]) -> list[float]:
    edges = sorted({limit.seconds for limit in limits})
    return sorted({float(edge + more) for edge in edges for more in (-1, 0, 1)})


def _moments(conditions: Conditions) -> Iterator[datetime]:
    if not conditions.weekday and conditions.time is None:
        return
    zone = ZoneInfo(conditions.zone)
    for day in range(7):
        date = (MONDAY + timedelta(days=day)).date()
        for edge in conditions.time or ("00:00", "12:00"):
            at = datetime.combine(date, time.fromisoformat(edge), tzinfo=zone)
            yield from (at, at - timedelta(minutes=1))


def _cases(values: Values) -> Iterator[CaseFacts]:
    yield from (_case(one) for one in _combined(values))


def _combined(values: Values) -> Iterator[dict[str, object]]:
    for one in product(*values.values()):
        yield dict(zip(values, one, strict=True))


def _case(values: Mapping[str, object]) -> CaseFacts:
    return CaseFacts(**{"now": MONDAY, **values})  # type: ignore[arg-type]  # each of its attribute's type


def _sample(pattern: str) -> str:
    """Return a word that fits a pattern."""
    return pattern.replace("*", "").replace("?", "x") or "x"
