"""The adapter: what the server asks, in the system's own words. What it promises stands in `chatops.ports.tickets`."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

from chatops.errors import Conflict, Invalid, Missing
from chatops.ports.chat import CheckResult
from chatops.ports.tickets import (
    Audience,
    Comment,
    NewTicket,
    Page,
    Queue,
    Ref,
    Status,
    Ticket,
    TicketCapabilities,
    TicketPatch,
    TicketPerson,
    TicketQuery,
    Unset,
    Version,
    WriteContext,
)
from starter_tickets.desk import Desk, Remark, Row
from starter_tickets.words import STATE_OF, STATES, URGENCIES, URGENCY_OF

ADDRESS = "https://tickets.example/case/"
"""Where people read a case."""


class StarterTicketsSystem:
    """Implements `chatops.ports.tickets.TicketSystem`. Say in `capabilities` what else the system can do."""

    capabilities = TicketCapabilities(exact_lock=True, native_keys=True)

    def __init__(self, desk: Desk, name: str) -> None:
        self._desk = desk
        self._name = name

    @property
    def name(self) -> str:
        """The connection's name: what stands before the colon in `NAME:1001`."""
        return self._name

    async def check(self) -> Sequence[CheckResult]:
        """Look at credentials, rights and limits here; never raise."""
        return (CheckResult(name=self._name, ok=True, detail=f"{len(self._desk.rows)} cases"),)

    async def resolve(self, words: str) -> Ref:
        """Return the case people call by its number or address. Raise Missing."""
        key = words.strip().removeprefix(ADDRESS).removeprefix("#")
        return self._ref(self._row(Ref(system=self._name, kind="ticket", id=key)))

    async def get(self, ticket: Ref) -> Ticket:
        """Return a case. Raise Missing."""
        return self._ticket(self._row(ticket))

    async def search(self, query: TicketQuery, *, cursor: str | None = None, limit: int = 25) -> Page:
        """Return matching cases."""
        fitting = [row for row in sorted(self._desk.rows.values(), key=_order(query)) if self._fits(row, query)]
        begin = int(cursor or 0)
        more = begin + limit < len(fitting)
        return Page(
            items=tuple(self._ticket(row) for row in fitting[begin : begin + limit]),
            next=str(begin + limit) if more else None,
        )

    async def comments(self, ticket: Ref, *, limit: int = 20) -> Sequence[Comment]:
        """Return the newest comments, oldest first."""
        row = self._row(ticket)
        remarks = self._desk.remarks[row.number]
        return tuple(self._comment(row, remark) for remark in remarks[max(0, len(remarks) - limit) :])

    async def create(self, ticket: NewTicket, context: WriteContext) -> Ticket:
        """Create a case."""
        _filled("subject", ticket.subject)
        self._known(owner=ticket.owner, requester=ticket.requester, queue=ticket.queue)
        row = Row(
            number=0,
            subject=ticket.subject,
            text=ticket.description,
            urgency=URGENCY_OF[ticket.priority],
            owner=ticket.owner.id if ticket.owner else None,
            requester=ticket.requester.id if ticket.requester else None,
            team=ticket.queue.id if ticket.queue else None,
            labels=ticket.tags,
            source=ticket.origin,
        )
        made = self._desk.once(f"create/{context.key}", lambda: self._desk.add(row))
        return self._ticket(self._desk.rows[made.number])

    async def update(self, ticket: Ref, patch: TicketPatch, context: WriteContext) -> Ticket:
        """Change a case and return it as it is now."""
        row = self._row(ticket)
        self._desk.once(
            f"update/{context.key}", lambda: self._desk.change(self._patched(self._unmoved(ticket, context), patch))
        )
        return self._ticket(self._desk.rows[row.number])

    async def comment(self, ticket: Ref, text: str, audience: Audience, context: WriteContext) -> Comment:
        """Write on a case."""
        row = self._row(ticket)

        def write() -> Remark:
            self._unmoved(ticket, context)
            _filled("text", text)
            if len(text.encode()) > self.capabilities.comment_limit:
                message = "the comment is too long"
                raise Invalid(message, fields={"text": ["is too long"]})
            public = audience is Audience.PUBLIC
            return self._desk.remark(row.number, text, context.acting_for or "ChatOps", public=public)

        return self._comment(row, self._desk.once(f"comment/{context.key}", write))

    async def people(self, *, text: str = "", email: str | None = None) -> Sequence[TicketPerson]:
        """Return matching people."""
        return tuple(
            self._person(id_)
            for id_, (name, address) in self._desk.people.items()
            if text.casefold() in f"{name} {address}".casefold()
            and (email is None or address.casefold() == email.casefold())
        )

    async def queues(self) -> Sequence[Queue]:
        """Return all queues."""
        return tuple(Queue(ref=self._named("queue", id_), name=name) for id_, name in self._desk.teams.items())

    # inside

    def _row(self, ref: Ref) -> Row:
        if ref.system != self._name or not ref.id.isdecimal() or int(ref.id) not in self._desk.rows:
            message = f"there is no case {ref}"
            raise Missing(message)
        return self._desk.rows[int(ref.id)]

    def _unmoved(self, ref: Ref, context: WriteContext) -> Row:
        row = self._row(ref)
        if context.expect is not None and context.expect.token != str(row.revision):
            message = f"{ref} has moved on"
            raise Conflict(message)
        return row

    def _patched(self, row: Row, patch: TicketPatch) -> Row:
        if patch.status is Status.UNKNOWN:
            message = "unknown is no status to set"
            raise Invalid(message, fields={"status": ["is no status to set"]})
        if not isinstance(patch.owner, Unset):
            self._known(owner=patch.owner)
            row = dataclasses.replace(row, owner=patch.owner.id if patch.owner else None)
        if not isinstance(patch.queue, Unset):
            self._known(queue=patch.queue)
            row = dataclasses.replace(row, team=patch.queue.id if patch.queue else None)
        if not isinstance(patch.status, Unset):
            row = dataclasses.replace(row, state=STATE_OF[patch.status])
        if not isinstance(patch.priority, Unset):
            row = dataclasses.replace(row, urgency=URGENCY_OF[patch.priority])
        if not isinstance(patch.subject, Unset):
            _filled("subject", patch.subject)
            row = dataclasses.replace(row, subject=patch.subject)
        labels = [tag for tag in dict.fromkeys((*row.labels, *patch.add_tags)) if tag not in patch.remove_tags]
        return dataclasses.replace(row, labels=tuple(labels))

    def _known(self, **refs: Ref | None) -> None:
        for name, ref in refs.items():
            known = self._desk.teams if name == "queue" else self._desk.people
            if ref is not None and (ref.system != self._name or ref.id not in known):
                message = f"{name} {ref} is not known"
                raise Invalid(message, fields={name: ["is not known"]})

    def _fits(self, row: Row, query: TicketQuery) -> bool:
        said = " ".join(remark.text for remark in self._desk.remarks[row.number])
        words = set(f"{row.subject} {row.text} {said}".casefold().split())
        wanted = set(query.text.casefold().split())
        return (
            (not wanted or bool(wanted & words))
            and (query.owner is None or query.owner.id == row.owner)
            and (query.queue is None or query.queue.id == row.team)
            and (query.customer is None)
            and (not query.open_only or self._ticket(row).open)
        )

    def _ticket(self, row: Row) -> Ticket:
        priority = URGENCIES[row.urgency]
        return Ticket(
            ref=self._ref(row),
            subject=row.subject,
            description=row.text,
            status=STATES.get(row.state, Status.UNKNOWN),
            vendor_status=row.state,
            priority=priority,
            vendor_priority=str(row.urgency),
            version=Version(token=str(row.revision)),
            created_at=row.made,
            updated_at=row.changed,
            requester=None if row.requester is None else self._person(row.requester),
            owner=None if row.owner is None else self._person(row.owner),
            queue=None if row.team is None else self._named("queue", row.team),
            tags=row.labels,
            origin=row.source,
        )

    def _comment(self, row: Row, remark: Remark) -> Comment:
        return Comment(
            ref=Ref(system=self._name, kind="comment", id=f"{row.number}-{remark.number}"),
            author=TicketPerson(ref=self._named("person", "chatops"), name=remark.author, side="automation"),
            audience=Audience.PUBLIC if remark.public else Audience.INTERNAL,
            text=remark.text,
            at=remark.at,
        )

    def _person(self, id_: str) -> TicketPerson:
        name, address = self._desk.people[id_]
        return TicketPerson(ref=self._named("person", id_), name=name, email=address, side="staff")

    def _ref(self, row: Row) -> Ref:
        number = str(row.number)
        return Ref(system=self._name, kind="ticket", id=number, key=number, url=f"{ADDRESS}{number}")

    def _named(self, kind: str, id_: str) -> Ref:
        return Ref(system=self._name, kind="queue" if kind == "queue" else "person", id=id_, key=id_)


def _order(query: TicketQuery) -> Callable[[Row], tuple[float, float]]:
    newest = -1 if query.sort == "newest" else 1

    def order(row: Row) -> tuple[float, float]:
        urgency = (row.urgency or 9) if query.sort == "priority" else 0
        return urgency, newest * row.made.timestamp()

    return order


def _filled(field: str, text: str) -> None:
    if not text.strip():
        message = f"{field} is empty"
        raise Invalid(message, fields={field: ["is empty"]})
