"""A ticket system in memory, honest about its promises, that can be made to fail.

Conformance is proved with `chatops.testing.conformance.tickets.TicketSystemSuite`, as for a real one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from typing import Literal, TypeVar

from chatops.core.clock import Clock as TimeSource
from chatops.core.frozen import replace
from chatops.errors import Conflict, Invalid, Missing, PortError, Unsupported
from chatops.ports.chat import CheckResult
from chatops.ports.tickets import (
    Article,
    ArticleDraft,
    Audience,
    Clock,
    Comment,
    Customer,
    Entitlement,
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
from chatops.testing.clock import ManualClock
from chatops.testing.ticket_extras import Extras, FakeExtras, changes
from chatops.testing.ticket_order import order

EVERYTHING = TicketCapabilities(
    customers=True,
    clocks=True,
    articles=True,
    article_drafts=True,
    customer_records=True,
    history=True,
    related_records=True,
    attachments=True,
    uploads=True,
    exact_lock=True,
    native_keys=True,
)
RESOLVED_WITHIN = timedelta(hours=8)
"""The one SLA clock of every case of a customer."""

ResultT = TypeVar("ResultT")


class FakeTickets(FakeExtras):
    """Cases are numbered from 1001. Put people, queues and customers in with the `add_` methods.

    `fail` makes one call, or every call, raise; a write can also be carried out and then fail, as when an answer is lost.
    """

    def __init__(
        self, name: str = "fake", *, clock: TimeSource | None = None, capabilities: TicketCapabilities = EVERYTHING
    ) -> None:
        self._name = name
        self._clock = clock or ManualClock()
        self._capabilities = capabilities
        self._tickets: dict[str, Ticket] = {}
        self._comments: dict[str, list[Comment]] = {}
        self._people: dict[str, TicketPerson] = {}
        self._queues: dict[str, Queue] = {}
        self._customers: dict[str, Customer] = {}
        self._articles: dict[str, Article] = {}
        self._done: dict[str, object] = {}
        self._faults: list[tuple[PortError, Literal["before", "after"]]] = []
        self._outage: PortError | None = None
        self.extras = Extras()
        """What there is beside tickets."""
        self.links: list[tuple[str, str]] = []
        """(article, ticket) pairs, in the order they were made."""
        self.writes: list[tuple[str, str]] = []
        """(method, key) of every write asked for, repeated ones included."""

    # for tests

    def add_person(
        self, id: str, name: str, *, email: str | None = None, side: Literal["staff", "customer"] = "staff"
    ) -> Ref:
        """Put somebody in; return their reference."""
        ref = self._ref("person", id)
        self._people[id] = TicketPerson(ref=ref, name=name, email=email, side=side)
        return ref

    def add_queue(self, id: str, name: str = "") -> Ref:
        """Put a queue in; return its reference."""
        ref = self._ref("queue", id)
        self._queues[id] = Queue(ref=ref, name=name or id)
        return ref

    def add_customer(self, id: str, name: str, *, segment: str = "", locale: str = "en") -> Ref:
        """Put a customer in; return its reference."""
        ref = self._ref("account", id)
        self._customers[id] = Customer(ref=ref, name=name, segment=segment, locale=locale)
        return ref

    def add_article(self, title: str, text: str = "", *, state: Literal["draft", "published", "archived"]) -> Ref:
        """Put an article in; return its reference."""
        ref = self._ref("article", f"KB{len(self._articles) + 1}")
        self._articles[ref.id] = Article(ref=ref, title=title, text=text, state=state)
        return ref

    def add_ticket(self, subject: str, *, owner: str | None = None, status: Status = Status.OPEN) -> Ref:
        """Put a case in, owned by a person put in before; return its reference."""
        ticket = self._new(NewTicket(subject=subject, owner=self._ref("person", owner) if owner else None))
        self._tickets[ticket.ref.id] = replace(ticket, status=status, vendor_status=str(status))
        return ticket.ref

    def fail(self, error: PortError, *, when: Literal["before", "after", "always"] = "before") -> None:
        """Fail the next call; the next write after it was carried out; or everything, until `recover`."""
        if when == "always":
            self._outage = error
        else:
            self._faults.append((error, when))

    def recover(self) -> None:
        """Forget all failures."""
        self._outage = None
        self._faults.clear()

    # the port

    @property
    def name(self) -> str:
        """The connection's name."""
        return self._name

    @property
    def capabilities(self) -> TicketCapabilities:
        """What it was made with."""
        return self._capabilities

    async def check(self) -> Sequence[CheckResult]:
        """Say whether there is an outage. Never raises."""
        return (CheckResult(name=self._name, ok=self._outage is None, detail=str(self._outage or "")),)

    async def resolve(self, words: str) -> Ref:
        """Return the case called `words`. Raise Missing."""
        await self._touch()
        key = words.strip().removeprefix("https://fake.example/").removeprefix("#")
        return self._ticket(self._ref("ticket", key)).ref

    async def get(self, ticket: Ref) -> Ticket:
        """Return a case. Raise Missing."""
        await self._touch()
        return self._shown(self._ticket(ticket))

    async def search(self, query: TicketQuery, *, cursor: str | None = None, limit: int = 25) -> Page:
        """Return matching cases."""
        await self._touch()
        found = sorted((self._shown(ticket) for ticket in self._tickets.values()), key=order(query))
        fitting = [ticket for ticket in found if self._fits(ticket, query)]
        keys = [ticket.ref.id for ticket in fitting]
        begin = keys.index(cursor) + 1 if cursor in keys else 0
        items = tuple(fitting[begin : begin + limit])
        return Page(items=items, next=items[-1].ref.id if items and begin + limit < len(fitting) else None)

    async def comments(self, ticket: Ref, *, limit: int = 20) -> Sequence[Comment]:
        """Return the newest comments, oldest first."""
        await self._touch()
        everything = self._comments[self._ticket(ticket).ref.id]
        return tuple(everything[max(0, len(everything) - limit) :])

    async def create(self, ticket: NewTicket, context: WriteContext) -> Ticket:
        """Create a case."""

        def act() -> Ticket:
            _filled("subject", ticket.subject)
            self._known(customer=ticket.customer, requester=ticket.requester)
            self._known(owner=ticket.owner, queue=ticket.queue)
            return self._new(ticket)

        made = await self._once("create", context, act)
        return await self.get(made.ref)

    async def update(self, ticket: Ref, patch: TicketPatch, context: WriteContext) -> Ticket:
        """Change a case and return it as it is now."""

        def act() -> Ref:
            old = self._unmoved(ticket, context)
            if patch.status is Status.UNKNOWN:
                message = "no status to set"
                raise Invalid(message, fields={"status": ["is no status to set"]})
            self._known(
                owner=None if isinstance(patch.owner, Unset) else patch.owner,
                queue=None if isinstance(patch.queue, Unset) else patch.queue,
            )
            events = changes(old, patch, by=context.acting_for or "", clock=self._clock)
            self.extras.events.setdefault(old.ref.id, []).extend(events)
            self._keep(self._changed(old, patch))
            return old.ref

        return await self.get(await self._once("update", context, act))

    async def comment(self, ticket: Ref, text: str, audience: Audience, context: WriteContext) -> Comment:
        """Write on a case."""
        can = self._capabilities
        if not (can.internal_comments if audience is Audience.INTERNAL else can.public_comments):
            message = f"no {audience} comments here"
            raise Unsupported(message)

        def act() -> Comment:
            old = self._unmoved(ticket, context)
            _filled("text", text)
            if len(text.encode()) > can.comment_limit:
                message = "too long"
                raise Invalid(message, fields={"text": ["is too long"]})
            written = self._comments[old.ref.id]
            author = TicketPerson(
                ref=self._ref("person", "chat"), name=context.acting_for or "ChatOps", side="automation"
            )
            comment = Comment(
                ref=self._ref("comment", f"{old.ref.id}-{len(written) + 1}"),
                author=author,
                audience=audience,
                text=text,
                at=self._clock.now(),
            )
            written.append(comment)
            self._keep(old)
            return comment

        return await self._once("comment", context, act)

    async def people(self, *, text: str = "", email: str | None = None) -> Sequence[TicketPerson]:
        """Return matching people."""
        await self._touch()
        return tuple(
            person
            for person in self._people.values()
            if text.casefold() in f"{person.name} {person.email}".casefold()
            and (email is None or (person.email or "").casefold() == email.casefold())
        )

    async def queues(self) -> Sequence[Queue]:
        """Return all queues."""
        await self._touch()
        return tuple(self._queues.values())

    async def search_articles(self, text: str, *, limit: int = 3) -> Sequence[Article]:
        """Return articles with words of `text`, those with the most first."""
        await self._touch()
        wanted = set(text.casefold().split())
        hits = [
            (len(wanted & set(f"{article.title} {article.text}".casefold().split())), article)
            for article in self._articles.values()
            if article.state != "archived"
        ]
        best = sorted((pair for pair in hits if pair[0]), key=lambda pair: -pair[0])
        return tuple(article for _hits, article in best[:limit])

    async def article(self, words: str) -> Article:
        """Return the article called `words`. Raise Missing."""
        await self._touch()
        return self._article(words.strip().upper())

    async def draft_article(self, draft: ArticleDraft, source: Ref, context: WriteContext) -> Article:
        """Write a draft, linked to the case it came out of."""

        def act() -> Article:
            ticket = self._ticket(source)
            _filled("title", draft.title)
            ref = self.add_article(draft.title, draft.text, state="draft")
            self._articles[ref.id] = replace(self._articles[ref.id], locale=draft.locale)
            self.links.append((ref.id, ticket.ref.id))
            return self._articles[ref.id]

        return await self._once("draft_article", context, act)

    async def link_article(self, article: Ref, ticket: Ref, context: WriteContext) -> None:
        """Record that an article helped. Harmless when it is recorded."""

        def act() -> None:
            pair = (self._article(article.id).ref.id, self._ticket(ticket).ref.id)
            if pair not in self.links:
                self.links.append(pair)

        await self._once("link_article", context, act)

    # inside

    def _ref(self, kind: Literal["ticket", "comment", "person", "account", "queue", "article"], id: str) -> Ref:
        url = f"https://fake.example/{id}" if kind == "ticket" else None
        return Ref(system=self._name, kind=kind, id=id, key=id, url=url)

    async def _touch(self) -> None:
        await asyncio.sleep(0)
        if self._outage is not None:
            raise self._outage
        if self._faults and self._faults[0][1] == "before":
            raise self._faults.pop(0)[0]

    async def _once(self, method: str, context: WriteContext, act: Callable[[], ResultT]) -> ResultT:
        self.writes.append((method, context.key))
        await self._touch()
        key = f"{method}:{context.key}"
        if key not in self._done:
            self._done[key] = act()
        if self._faults and self._faults[0][1] == "after":
            raise self._faults.pop(0)[0]
        result: ResultT = self._done[key]  # type: ignore[assignment]  # stored by this method under this key
        return result

    def _ticket(self, ref: Ref) -> Ticket:
        if ref.system != self._name or ref.kind != "ticket" or ref.id not in self._tickets:
            message = f"there is no ticket {ref}"
            raise Missing(message)
        return self._tickets[ref.id]

    def _article(self, id: str) -> Article:
        if id not in self._articles:
            message = f"there is no article {id}"
            raise Missing(message)
        return self._articles[id]

    def _unmoved(self, ref: Ref, context: WriteContext) -> Ticket:
        ticket = self._ticket(ref)
        if context.expect is not None and context.expect.token != ticket.version.token:
            message = f"{ref} has moved on"
            raise Conflict(message)
        return ticket

    def _known(self, **refs: Ref | None) -> None:
        known: dict[str, Collection[str]] = {
            "customer": self._customers,
            "requester": self._people,
            "owner": self._people,
            "queue": self._queues,
        }
        for field, ref in refs.items():
            if ref is not None and (ref.system != self._name or ref.id not in known[field]):
                message = f"{field} {ref} is not known"
                raise Invalid(message, fields={field: ["is not known"]})

    def _new(self, ticket: NewTicket) -> Ticket:
        now = self._clock.now()
        id_ = str(1001 + len(self._tickets))
        made = Ticket(
            ref=self._ref("ticket", id_),
            subject=ticket.subject,
            description=ticket.description,
            status=Status.NEW,
            vendor_status=str(Status.NEW),
            priority=ticket.priority,
            vendor_priority=str(ticket.priority),
            version=Version(token=str(1)),
            created_at=now,
            updated_at=now,
            requester=self._people[ticket.requester.id] if ticket.requester else None,
            customer=self._customers[ticket.customer.id] if ticket.customer else None,
            owner=self._people.get(ticket.owner.id) if ticket.owner else None,
            queue=ticket.queue,
            entitlement=Entitlement(name="Standard") if ticket.customer else None,
            tags=ticket.tags,
            origin=ticket.origin,
        )
        self._tickets[id_] = made
        self._comments[id_] = []
        return made

    def _keep(self, ticket: Ticket) -> None:
        version = Version(token=str(int(ticket.version.token) + 1))
        self._tickets[ticket.ref.id] = replace(ticket, version=version, updated_at=self._clock.now())

    def _changed(self, old: Ticket, patch: TicketPatch) -> Ticket:
        changed = old
        if not isinstance(patch.status, Unset):
            changed = replace(changed, status=patch.status, vendor_status=str(patch.status))
        if not isinstance(patch.priority, Unset):
            changed = replace(changed, priority=patch.priority, vendor_priority=str(patch.priority))
        if not isinstance(patch.owner, Unset):
            changed = replace(changed, owner=self._people[patch.owner.id] if patch.owner else None)
        if not isinstance(patch.queue, Unset):
            changed = replace(changed, queue=patch.queue)
        if not isinstance(patch.subject, Unset):
            _filled("subject", patch.subject)
            changed = replace(changed, subject=patch.subject)
        tags = [tag for tag in dict.fromkeys((*old.tags, *patch.add_tags)) if tag not in patch.remove_tags]
        return replace(changed, tags=tuple(tags))

    def _shown(self, ticket: Ticket) -> Ticket:
        if ticket.customer is None:
            return ticket
        mine = [
            one
            for one in self._tickets.values()
            if one.customer and one.customer.ref == ticket.customer.ref and one.open
        ]
        return replace(
            ticket, customer=replace(ticket.customer, open_tickets=len(mine)), clocks=(self._resolution(ticket),)
        )

    def _resolution(self, ticket: Ticket) -> Clock:
        due = ticket.created_at + RESOLVED_WITHIN
        if not ticket.open:
            return Clock(name="Resolution", state="met" if ticket.updated_at <= due else "breached")
        if ticket.status is Status.WAITING:
            return Clock(name="Resolution", state="paused")
        return Clock(name="Resolution", state="running" if self._clock.now() <= due else "breached", due=due)

    def _fits(self, ticket: Ticket, query: TicketQuery) -> bool:
        said = " ".join(comment.text for comment in self._comments[ticket.ref.id])
        words = set(f"{ticket.subject} {ticket.description} {said}".casefold().split())
        wanted = set(query.text.casefold().split())
        return (
            (not wanted or bool(wanted & words))
            and (query.owner is None or (ticket.owner is not None and ticket.owner.ref.id == query.owner.id))
            and (query.queue is None or (ticket.queue is not None and ticket.queue.id == query.queue.id))
            and (
                query.customer is None or (ticket.customer is not None and ticket.customer.ref.id == query.customer.id)
            )
            and (ticket.open or not query.open_only)
        )


def _filled(field: str, text: str) -> None:
    if not text.strip():
        message = f"{field} is empty"
        raise Invalid(message, fields={field: ["is empty"]})
