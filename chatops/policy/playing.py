"""Plays a scenario through the real engine: the rules look at the case, swarms open, people are asked, nobody answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import cast

from chatops.core.catalogue import Catalogues
from chatops.core.frozen import Frozen, replace
from chatops.core.message import Identity
from chatops.core.unit import Unit
from chatops.engine.ticket_effects import TICKET_EFFECTS
from chatops.engine.ticket_performing import ticket_performers
from chatops.hookspecs import Listener
from chatops.people.directory import Member, PeopleDirectory
from chatops.people.roster import Company
from chatops.policy.folder import Folder
from chatops.policy.scenarios import Expectation, Scenario
from chatops.policy.standing_case import SYSTEM_PERSON, CaseOnStage
from chatops.rules.attributes import CaseFacts, facts_of
from chatops.rules.deciding import Decision, Trace, decide
from chatops.rules.facts import SwarmsOffered, SwarmWanted
from chatops.rules.plugin import RulesPlugin
from chatops.swarm.model import Swarm
from chatops.swarm.plugin import SwarmPlugin
from chatops.testing.clock import ManualClock
from chatops.testing.context import FakeTicketSystems, plugin_context
from chatops.testing.directory import FakeDirectory
from chatops.testing.stage import Stage


class Outcome(Frozen, frozen=True, kw_only=True):
    """What has become of a case by a moment."""

    decision: Decision
    swarm: str
    owner: str = ""
    asks: tuple[str, ...] = ()


async def play(folder: Folder, scenario: Scenario) -> Sequence[str]:
    """Return what did not come as expected, with why; nothing when all did."""
    clock = ManualClock(scenario.at - timedelta(seconds=folder.scan))
    system = CaseOnStage(scenario, clock)
    directory = _directory(folder.company, scenario, system.name)
    context = plugin_context({"network": "fake", "wait": folder.wait}, clock=clock, people=directory, tickets=(system,))
    told = replace(context, settings={"scan": folder.scan})
    steps = _Steps()
    stage = Stage(
        plugins=(SwarmPlugin(context), RulesPlugin(told, folder.policy)),
        listeners=steps.listeners(),
        performers=ticket_performers(FakeTicketSystems((system,)), Catalogues({})),
        bodies=TICKET_EFFECTS,
        # The stage only reads it, as the engine does.
        directory=cast(FakeDirectory, directory),
        clock=clock,
        systems=(system.name,),
    )
    problems: list[str] = []
    async with stage:
        await stage.advance(timedelta(seconds=folder.scan))
        for expected in scenario.expects:
            await stage.advance(scenario.at + timedelta(seconds=expected.after) - clock.now())
            facts = _facts(system, directory, clock.now())
            outcome = await _outcome(stage, decide(folder.policy, facts), steps)
            problems += [
                f"{scenario.where}: {scenario.name}: after {expected.after // 60}m: {wrong}"
                for wrong in _wrong(expected, outcome)
            ]
    return problems


def explained(decision: Decision) -> Iterator[str]:
    """Yield a line for each rule, with what each condition found."""
    for trace in decision.fires:
        yield f"    {trace.rule.name} fires{_checks(trace)}"
    for trace in decision.passed:
        why = "holds, but an earlier one goes first" if trace.holds else "does not hold"
        yield f"    {trace.rule.name} {why}{_checks(trace)}"


class _Steps:
    """What the rules asked for."""

    def __init__(self) -> None:
        self.last = "none"

    def listeners(self) -> tuple[Listener, ...]:
        return (
            Listener(name="policy.opened", of=SwarmWanted, handle=self._opened),
            Listener(name="policy.offered", of=SwarmsOffered, handle=self._offered),
        )

    async def _opened(self, _unit: Unit, _body: SwarmWanted) -> None:
        self.last = "opened"

    async def _offered(self, _unit: Unit, _body: SwarmsOffered) -> None:
        self.last = "offered" if self.last == "none" else self.last


async def _outcome(stage: Stage, decision: Decision, steps: _Steps) -> Outcome:
    stored = await stage.store.get(Swarm.kind, "1")
    if stored is None:
        return Outcome(decision=decision, swarm=steps.last if steps.last == "offered" else "none")
    swarm = stage.codec.decode_as(Swarm, stored.body)
    asks = tuple(one.person for one in sorted(swarm.invitations, key=lambda one: one.number))
    return Outcome(decision=decision, swarm="opened", owner=swarm.owner, asks=asks)


def _wrong(expected: Expectation, outcome: Outcome) -> Iterator[str]:
    fires = tuple(trace.rule.name for trace in outcome.decision.fires)
    found = []
    if expected.pod is not None and expected.pod != outcome.decision.pod:
        found.append(f"it goes to {outcome.decision.pod or 'nobody'}, not to {expected.pod or 'nobody'}.")
    if expected.rules is not None and expected.rules != fires:
        found.append(f"{_names(fires)} fires, not {_names(expected.rules)}.")
    if expected.swarm is not None and expected.swarm != outcome.swarm:
        found.append(f"swarm: {outcome.swarm}, not {expected.swarm}.")
    if expected.owner is not None and expected.owner != outcome.owner:
        found.append(f"the swarm is {outcome.owner or 'nobody'}’s, not {expected.owner}’s.")
    asked = outcome.asks[: len(expected.asks or ()) or None]
    if expected.asks is not None and expected.asks != asked:
        found.append(f"{_names(outcome.asks)} is asked, not {_names(expected.asks)}.")
    if found:
        yield "\n".join([*found, *explained(outcome.decision)])


def _directory(company: Company, scenario: Scenario, system: str) -> PeopleDirectory:
    return PeopleDirectory([_staged(member, scenario, system) for member in company.members], company.pods)


def _staged(member: Member, scenario: Scenario, system: str) -> Member:
    """Return somebody as the scenario has them, with an identity on the stage's network and in its ticket system."""
    person = member.person
    own = Identity(network="fake", id=person.id)
    case = Identity(network=system, id=f"{SYSTEM_PERSON}{person.id}")
    profile = member.profile
    if person.id in scenario.away:
        profile = replace(profile, away_until=scenario.at + timedelta(days=3))
    if person.id in scenario.busy:
        profile = replace(profile, max_load=0)
    return replace(member, person=replace(person, identities=(own, case, *person.identities)), profile=profile)


def _facts(system: CaseOnStage, directory: PeopleDirectory, now: datetime) -> CaseFacts:
    ticket = system.ticket
    owner = None
    if ticket.owner is not None:
        owner = directory.by_identity(Identity(network=system.name, id=ticket.owner.ref.id))
    pods = () if owner is None else directory.profile(owner.id).pods
    return facts_of(ticket, now, known=owner is not None, pods=pods)


def _checks(trace: Trace) -> str:
    said = [
        f"{check.name} {check.wanted}: {check.found or 'nothing'} {'✓' if check.held else '✗'}"
        for check in trace.checks
    ]
    said += [f"unless {check.name} {check.wanted}: {check.found or 'nothing'}" for check in trace.exceptions]
    return f" ({'; '.join(said)})" if said else ""


def _names(names: Sequence[str]) -> str:
    return ", ".join(names) or "nobody"
