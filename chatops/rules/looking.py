"""Looks at the open cases of every ticket system now and then, and acts on each rule that fires, once per case.

One unit holds both that a rule has acted and what it asks for, so neither comes without the other, whatever crashes. A
system that cannot be asked is asked again at the next look; what fires then at once is told to each pod as one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import structlog

from chatops.core.effects import Timer
from chatops.core.frozen import Frozen
from chatops.core.message import Identity
from chatops.core.unit import Unit
from chatops.engine.started import ServerStarted
from chatops.errors import PortError, RateLimited
from chatops.hookspecs import Listener
from chatops.ports.roster import Directory
from chatops.ports.tickets import Ticket, TicketQuery, TicketSystem, TicketSystems
from chatops.rules.attributes import CaseFacts, facts_of
from chatops.rules.deciding import decide, pod_of
from chatops.rules.facts import Look, Routed, RoutedCase, SwarmsOffered, SwarmWanted, Sweep, Wish
from chatops.rules.in_force import InForce
from chatops.rules.model import Policy, Rule

PAGES = 5
"""Pages asked for in one look; the next look goes on from there."""

log = structlog.get_logger("chatops.rules")


class LookSettings(Frozen, frozen=True, kw_only=True):
    """How often, and how much at once."""

    every: int = 60
    """Seconds between looks."""
    most: int = 5
    """Swarms opened for one pod in one look; the others are offered."""
    page: int = 100
    """Cases asked for at a time."""


class Looks:
    """Hears that it is time, and looks."""

    def __init__(self, rules: InForce, directory: Directory, tickets: TicketSystems, settings: LookSettings) -> None:
        self._rules = rules
        self._directory = directory
        self._tickets = tickets
        self._settings = settings

    def listeners(self) -> tuple[Listener, ...]:
        """Return all of them."""
        return (
            Listener(name="rules.started", of=ServerStarted, handle=self.started),
            Listener(name="rules.look", of=Look, handle=self.look),
        )

    async def started(self, unit: Unit, started: ServerStarted) -> None:
        """Look at every system from now on; never, when no rule does anything."""
        self.arm(unit, await self._rules.policy(unit))

    def arm(self, unit: Unit, policy: Policy) -> None:
        """Look at every system from now on, if there are rules to go by."""
        for name in self._tickets.names():
            series = f"rules/look/{name}"
            if not policy.rules:
                unit.disarm(series)
                continue
            due = unit.now + timedelta(seconds=self._settings.every)
            rule = f"every {self._settings.every}s"
            timer = Timer(series=series, lane=f"rules:{name}", body=Look(system=name), due=due.isoformat(), rule=rule)
            unit.arm(timer)

    async def look(self, unit: Unit, body: Look) -> None:
        """Look at one system once."""
        policy = await self._rules.policy(unit)
        if body.system not in self._tickets.names() or not policy.rules:
            unit.disarm(f"rules/look/{body.system}")
            return
        before = await unit.get(Sweep, body.system) or Sweep(id=body.system)
        if before.not_before is not None and unit.now < before.not_before:
            return
        try:
            tickets, cursor = await _open_cases(self._tickets.system(body.system), before.cursor, self._settings.page)
        except PortError as error:
            unit.put(_away(before, error, unit.now))
            return
        if before.state == "away":
            log.info("ticket system can be asked again", system=body.system)
        unit.put(Sweep(id=body.system, cursor=cursor))
        await self._act(unit, policy, tickets)

    def facts(self, ticket: Ticket, now: datetime) -> CaseFacts:
        """Return what rules see of a ticket."""
        owner = self._owner(ticket)
        pods = self._directory.profile(owner).pods if owner else ()
        return facts_of(ticket, now, known=bool(owner), pods=pods)

    # inside

    async def _act(self, unit: Unit, policy: Policy, tickets: Iterable[Ticket]) -> None:
        offers: dict[tuple[str, str], list[Wish]] = {}
        opened: Counter[str] = Counter()
        for ticket in tickets:
            facts = self.facts(ticket, unit.now)
            for rule in await _new(unit, policy, ticket, facts):
                if rule.swarm == "none":
                    continue
                pod = pod_of(policy, rule, facts)
                wish = _wish(ticket, rule, self._owner(ticket), facts, unit.now)
                if rule.swarm == "open" and opened[pod] < self._settings.most:
                    opened[pod] += 1
                    unit.emit(
                        SwarmWanted(wish=wish, pod=pod, room=rule.room),
                        lane=f"case:{wish.case.ref.system}:{wish.case.ref.id}",
                    )
                else:
                    offers.setdefault((pod, rule.room), []).append(wish)
        for (pod, room), wishes in offers.items():
            unit.emit(SwarmsOffered(wishes=tuple(wishes), pod=pod, room=room), lane=f"pod:{pod}")

    def _owner(self, ticket: Ticket) -> str:
        if ticket.owner is None:
            return ""
        person = self._directory.by_identity(Identity(network=ticket.ref.system, id=ticket.owner.ref.id))
        return "" if person is None else person.id


async def _new(unit: Unit, policy: Policy, ticket: Ticket, facts: CaseFacts) -> Sequence[Rule]:
    """Return the rules that fire for a case and have not acted before, and remember that they have."""
    fires = [trace.rule for trace in decide(policy, facts).fires]
    if not fires:
        return ()
    id_ = f"{ticket.ref.system}:{ticket.ref.id}"
    known = await unit.get(Routed, id_)
    done = known.rules if known is not None else ()
    new = [rule for rule in fires if rule.name not in done]
    if new:
        unit.put(Routed(id=id_, rules=(*done, *(rule.name for rule in new)), at=unit.now))
    return new


async def _open_cases(system: TicketSystem, cursor: str | None, limit: int) -> tuple[Sequence[Ticket], str | None]:
    """Return open cases, each once, and where the next look goes on: the newest always, of many others some each time."""
    query = TicketQuery(open_only=True, sort="newest")
    page = await system.search(query, limit=limit)
    found = {ticket.ref: ticket for ticket in page.items}
    if page.next is None:
        return tuple(found.values()), None
    following = cursor or page.next
    for _page in range(PAGES - 1):
        page = await system.search(query, cursor=following, limit=limit)
        found.update((ticket.ref, ticket) for ticket in page.items)
        if page.next is None:
            return tuple(found.values()), None
        following = page.next
    return tuple(found.values()), following


def _away(before: Sweep, error: PortError, now: datetime) -> Sweep:
    """Return that a system cannot be asked. Where the looks had come to is forgotten: its cursors may not last."""
    if before.state == "well":
        log.warning("ticket system cannot be asked for its open cases", system=before.id, why=type(error).__name__)
    wait = timedelta(seconds=error.retry_after) if isinstance(error, RateLimited) else None
    return Sweep(
        id=before.id,
        state="away",
        since=before.since or now,
        why=type(error).__name__,
        not_before=None if wait is None else now + wait,
    )


def _wish(ticket: Ticket, rule: Rule, owner: str, facts: CaseFacts, now: datetime) -> Wish:
    return Wish(
        case=RoutedCase(
            ref=ticket.ref,
            subject=ticket.subject,
            priority=str(ticket.priority),
            customer=ticket.customer.name if ticket.customer else "",
            segment=facts.segment,
            due=None if facts.sla_left is None else now + timedelta(seconds=facts.sla_left),
            owner=owner,
        ),
        rule=rule.name,
        question=rule.question or ticket.subject,
        skills=rule.skills,
        timebox=rule.timebox,
        invite=rule.invite,
    )
