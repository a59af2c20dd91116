"""Documents as the port shows them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from chatops.ports.tickets import (
    Article,
    Comment,
    Customer,
    Entitlement,
    Priority,
    Queue,
    Ref,
    Status,
    Ticket,
    TicketPerson,
    Version,
)
from local_tickets.documents import (
    ArticleDoc,
    CommentDoc,
    CustomerDoc,
    PersonDoc,
    PlanDoc,
    QueueDoc,
    TicketDoc,
)
from local_tickets.shelf import Shelf
from local_tickets.timers import shown

Kind = Literal["ticket", "comment", "person", "account", "queue", "article"]

CHAT = "chatops"
"""Id of the automation that writes for people in chat."""

STATUS_WORDS = {
    Status.NEW: "New",
    Status.OPEN: "Open",
    Status.WAITING: "Waiting for customer",
    Status.ON_HOLD: "On hold",
    Status.RESOLVED: "Solved",
    Status.CLOSED: "Closed",
}
PRIORITY_WORDS = {
    Priority.URGENT: "Urgent",
    Priority.HIGH: "High",
    Priority.NORMAL: "Normal",
    Priority.LOW: "Low",
    Priority.UNSET: "",
}


class Views:
    """Reads what belongs to a document and puts it together."""

    def __init__(
        self, shelf: Shelf, *, system: str, now: Callable[[], datetime], page: Callable[[str], str | None]
    ) -> None:
        self._shelf = shelf
        self._system = system
        self._now = now
        self._page = page
        """The address of a ticket's page, if there are pages."""

    def ref(self, kind: Kind, id: str) -> Ref:
        """Return a reference to something here."""
        return Ref(system=self._system, kind=kind, id=id, key=id, url=self._page(id) if kind == "ticket" else None)

    async def ticket(self, doc: TicketDoc, version: int) -> Ticket:
        """Return a case with everything around it."""
        found = await self._shelf.find(CustomerDoc, doc.customer) if doc.customer else None
        return Ticket(
            ref=self.ref("ticket", doc.id),
            subject=doc.subject,
            description=doc.description,
            status=doc.status,
            vendor_status=STATUS_WORDS[doc.status],
            priority=doc.priority,
            vendor_priority=PRIORITY_WORDS[doc.priority],
            version=Version(token=str(version)),
            created_at=doc.created_at,
            updated_at=doc.updated_at,
            requester=await self.person(doc.requester),
            customer=await self.customer(found[0]) if found else None,
            owner=await self.person(doc.owner),
            queue=self.ref("queue", doc.queue) if doc.queue else None,
            entitlement=await self.contract(found[0]) if found else None,
            clocks=tuple(shown(timer, self._now()) for timer in doc.timers),
            tags=doc.tags,
            origin=doc.origin,
        )

    async def comment(self, doc: CommentDoc) -> Comment:
        """Return a comment with its author."""
        author = await self.person(doc.author) if doc.author else self._chat(doc.acting_for)
        return Comment(ref=self.ref("comment", doc.id), author=author, audience=doc.audience, text=doc.text, at=doc.at)

    async def person(self, id: str | None) -> TicketPerson | None:
        """Return somebody; of one who is gone, the id remains."""
        if id is None:
            return None
        found = await self._shelf.find(PersonDoc, id)
        return self.somebody(found[0]) if found else TicketPerson(ref=self.ref("person", id), name=id)

    def somebody(self, doc: PersonDoc) -> TicketPerson:
        """Return a person."""
        return TicketPerson(ref=self.ref("person", doc.id), name=doc.name, email=doc.email, side=doc.side)

    def queue(self, doc: QueueDoc) -> Queue:
        """Return a queue."""
        return Queue(ref=self.ref("queue", doc.id), name=doc.name)

    def article(self, doc: ArticleDoc) -> Article:
        """Return an article."""
        return Article(
            ref=self.ref("article", doc.id), title=doc.title, state=doc.state, text=doc.text, locale=doc.locale
        )

    def _chat(self, acting_for: str) -> TicketPerson:
        name = f"{acting_for} (ChatOps)" if acting_for else "ChatOps"
        return TicketPerson(ref=self.ref("person", CHAT), name=name, side="automation")

    async def customer(self, doc: CustomerDoc) -> Customer:
        """Return a customer, and how many open cases they have."""
        cases = await self._shelf.all(TicketDoc, {"customer": doc.id, "open": "yes"})
        return Customer(
            ref=self.ref("account", doc.id),
            name=doc.name,
            segment=doc.segment,
            country=doc.country,
            locale=doc.locale,
            open_tickets=len(cases),
        )

    async def contract(self, doc: CustomerDoc) -> Entitlement | None:
        """Return what a customer is entitled to."""
        plan = await self._shelf.find(PlanDoc, doc.plan) if doc.plan else None
        return Entitlement(name=plan[0].name, level=plan[0].id, ends=doc.plan_ends) if plan else None
