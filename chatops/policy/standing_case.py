"""A ticket system that holds the one case of a scenario."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from chatops.core.frozen import replace
from chatops.policy.scenarios import Scenario
from chatops.ports.tickets import (
    Audience,
    Clock,
    Comment,
    Customer,
    Entitlement,
    Page,
    Priority,
    Ref,
    Ticket,
    TicketPerson,
    TicketQuery,
    Version,
    WriteContext,
)
from chatops.rules.rows import several
from chatops.testing.clock import ManualClock
from chatops.testing.tickets import FakeTickets

SYSTEM_PERSON = "person-"
"""Ids of people in it begin with this."""


class CaseOnStage(FakeTickets):
    """The case stays as it is, whatever is written to it."""

    def __init__(self, scenario: Scenario, clock: ManualClock) -> None:
        super().__init__(scenario.case.system, clock=clock)
        self.ticket = _ticket(scenario)

    async def resolve(self, words: str) -> Ref:
        """Return the case."""
        return self.ticket.ref

    async def get(self, ticket: Ref) -> Ticket:
        """Return the case."""
        return self.ticket

    async def search(self, query: TicketQuery, *, cursor: str | None = None, limit: int = 25) -> Page:
        """Return the case."""
        return Page(items=(self.ticket,) if self.ticket.open or not query.open_only else ())

    async def comments(self, ticket: Ref, *, limit: int = 20) -> Sequence[Comment]:
        """Return nothing."""
        return ()

    async def comment(self, ticket: Ref, text: str, audience: Audience, context: WriteContext) -> Comment:
        """Write nothing."""
        ref = replace(self.ticket.ref, kind="comment")
        return Comment(ref=ref, author=None, audience=audience, text=text, at=self.ticket.updated_at)


def _ticket(scenario: Scenario) -> Ticket:
    case, at = scenario.case, scenario.at
    made = at - timedelta(seconds=scenario.age)

    def ref(kind: str, id_: str) -> Ref:
        return Ref(system=case.system, kind=kind, id=id_, key=id_)  # type: ignore[arg-type]  # one of the kinds

    owner = None
    if case.owner:
        id_ = f"{SYSTEM_PERSON}{case.owner}" if case.owner != "unknown" else "unknown"
        owner = TicketPerson(ref=ref("person", id_), name=case.owner, side="staff")
    clocks: tuple[Clock, ...] = ()
    if scenario.sla_left is not None:
        clocks = (Clock(name="SLA", state="running", due=at + timedelta(seconds=scenario.sla_left)),)
    return Ticket(
        ref=ref("ticket", "1"),
        subject=case.text,
        status=case.status,
        vendor_status=str(case.status),
        priority=Priority(case.priority),
        version=Version(token="1"),  # noqa: S106 - a lock, no secret
        created_at=made,
        updated_at=made,
        customer=Customer(ref=ref("account", "1"), name="A customer", segment=case.segment, country=case.country),
        owner=owner,
        queue=ref("queue", case.queue) if case.queue else None,
        entitlement=Entitlement(name=case.entitlement) if case.entitlement else None,
        clocks=clocks,
        tags=several(case.tags),
        origin=case.origin,
    )
