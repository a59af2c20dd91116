"""What the ticket system in memory knows beside tickets: master data, history, orders, files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from chatops.core.clock import Clock
from chatops.errors import Invalid, Missing
from chatops.ports.chat_files import too_large
from chatops.ports.ticket_extras import (
    Attached,
    CustomerNote,
    CustomerRecord,
    Duty,
    HistoryPage,
    NewFile,
    RelatedRecord,
    TicketEvent,
)
from chatops.ports.tickets import (
    Comment,
    Customer,
    Ref,
    Ticket,
    TicketCapabilities,
    TicketPatch,
    Unset,
    WriteContext,
)

ResultT = TypeVar("ResultT")


@dataclass
class Extras:
    """Put in what a test needs."""

    duties: dict[str, tuple[Duty, ...]] = field(default_factory=dict)
    """By customer."""
    orders: dict[str, tuple[RelatedRecord, ...]] = field(default_factory=dict)
    """By customer."""
    notes: dict[str, list[CustomerNote]] = field(default_factory=dict)
    events: dict[str, list[TicketEvent]] = field(default_factory=dict)
    """Changes by ticket, oldest first."""
    files: list[tuple[str, str, str]] = field(default_factory=list)
    """(ticket, address, name), in order."""
    uploads: list[tuple[str, NewFile]] = field(default_factory=list)
    """(ticket, file), in order."""
    refused_types: frozenset[str] = frozenset({"application/x-msdownload"})
    """Media types that are not taken."""


class _System(Protocol):
    extras: Extras
    _clock: Clock
    _capabilities: TicketCapabilities
    _comments: dict[str, list[Comment]]
    _done: dict[str, object]
    _customers: dict[str, Customer]

    async def _touch(self) -> None: ...

    async def _once(self, method: str, context: WriteContext, act: Callable[[], ResultT]) -> ResultT: ...

    def _ticket(self, ref: Ref) -> Ticket: ...


class FakeExtras:
    """Mixed into `FakeTickets`."""

    async def find_customers(self: _System, text: str, *, limit: int = 5) -> Sequence[Customer]:
        """Return customers called `text`."""
        await self._touch()
        wanted = text.strip().casefold()
        everybody = list(self._customers.values())
        exact = [one for one in everybody if wanted in {one.ref.id.casefold(), one.name.casefold()}]
        return (exact or [one for one in everybody if wanted and wanted in one.name.casefold()])[:limit]

    async def customer_record(self: _System, customer: Ref) -> CustomerRecord:
        """Return what is known of a customer."""
        await self._touch()
        known = self._customers.get(customer.id)
        if known is None:
            message = f"there is no customer {customer}"
            raise Missing(message)
        extras = self.extras
        return CustomerRecord(
            customer=known,
            duties=extras.duties.get(customer.id, ()),
            notes=tuple(extras.notes.get(customer.id, ())[-5:]),
        )

    async def note_customer(self: _System, customer: Ref, text: str, context: WriteContext) -> CustomerNote:
        """Write something about a customer."""

        def act() -> CustomerNote:
            if customer.id not in self._customers:
                message = f"there is no customer {customer}"
                raise Missing(message)
            if not text.strip():
                message = "text is empty"
                raise Invalid(message, fields={"text": ["is empty"]})
            note = CustomerNote(text=text, by=context.acting_for or "", at=self._clock.now())
            self.extras.notes.setdefault(customer.id, []).append(note)
            return note

        return await self._once("note_customer", context, act)

    async def history(self: _System, ticket: Ref, *, cursor: str | None = None, limit: int = 10) -> HistoryPage:
        """Return comments and changes, newest first."""
        await self._touch()
        known = self._ticket(ticket)
        events = [TicketEvent(kind="created", at=known.created_at), *self.extras.events.get(known.ref.id, ())]
        events += [
            TicketEvent(
                kind="comment",
                at=one.at,
                by=one.author.name if one.author else "",
                side=one.author.side if one.author else "unknown",
                text=one.text,
                audience=one.audience,
            )
            for one in self._comments[known.ref.id]
        ]
        events.sort(key=lambda event: event.at)
        events.reverse()
        begin = int(cursor or 0)
        more = begin + limit < len(events)
        return HistoryPage(items=tuple(events[begin : begin + limit]), next=str(begin + limit) if more else None)

    async def related_records(self: _System, ticket: Ref, *, limit: int = 5) -> Sequence[RelatedRecord]:
        """Return the customer's orders."""
        await self._touch()
        customer = self._ticket(ticket).customer
        return self.extras.orders.get(customer.ref.id, ())[:limit] if customer is not None else ()

    async def attach(self: _System, ticket: Ref, url: str, name: str, context: WriteContext) -> Attached:
        """Put a file on a ticket."""

        def act() -> Attached:
            known = self._ticket(ticket)
            if not url.startswith(("http://", "https://")):
                message = "no address"
                raise Invalid(message, fields={"url": ["is no address"]})
            self.extras.files.append((known.ref.id, url, name))
            return Attached(id=f"A{len(self.extras.files)}", name=name)

        return await self._once("attach", context, act)

    async def uploaded(self: _System, ticket: Ref, context: WriteContext) -> Attached | None:
        """Return what was uploaded with a key."""
        await self._touch()
        self._ticket(ticket)
        found = self._done.get(f"upload:{context.key}")
        return found if isinstance(found, Attached) else None

    async def upload(self: _System, ticket: Ref, file: NewFile, context: WriteContext) -> Attached:
        """Put a file on a ticket."""

        def act() -> Attached:
            known = self._ticket(ticket)
            if not file.content:
                message = "the file is empty"
                raise Invalid(message, fields={"file": ["is empty"]})
            if len(file.content) > self._capabilities.upload_limit:
                raise too_large(self._capabilities.upload_limit)
            if file.media_type in self.extras.refused_types:
                message = f"{file.media_type} is not taken"
                raise Invalid(message, fields={"file": ["is of a kind that is not taken"]})
            self.extras.uploads.append((known.ref.id, file))
            return Attached(id=f"U{len(self.extras.uploads)}", name=file.name)

        return await self._once("upload", context, act)


def changes(old: Ticket, patch: TicketPatch, *, by: str, clock: Clock) -> Sequence[TicketEvent]:
    """Return what `patch` does to a ticket, as history tells it."""
    given = {"status": patch.status, "priority": patch.priority, "subject": patch.subject}
    return [
        TicketEvent(kind="change", at=clock.now(), by=by, field=name, old=str(getattr(old, name)), new=str(value))
        for name, value in given.items()
        if not isinstance(value, Unset) and value != getattr(old, name)
    ]
