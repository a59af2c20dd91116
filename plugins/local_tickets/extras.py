"""What there is beside cases: master data, history, orders, files."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from urllib.parse import urlsplit

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
from chatops.ports.tickets import Customer, Ref, WriteContext
from local_tickets.desk import Desk, author, filled
from local_tickets.documents import (
    ChangeDoc,
    CommentDoc,
    CustomerDoc,
    CustomerNoteDoc,
    DoneDoc,
    FileContentDoc,
    FileDoc,
    TicketDoc,
)
from local_tickets.shelf import Prepared, fresh

NOTES = 5
"""Notes of a customer shown."""

LARGEST_FILE = 5 * 1024 * 1024
"""Bytes: files lie in the database, beside the cases."""

MOST = 10_000
"""Events of one case looked at."""


class Extras(Desk):
    """`CustomerRecords`, `Histories`, `RelatedRecords`, `Attachments` and `Uploads` of `chatops.ports.ticket_extras`."""

    async def find_customers(self, text: str, *, limit: int = 5) -> Sequence[Customer]:
        """Return customers called `text`: one of that id or whole name alone, else those whose name contains it."""
        await self._ready()
        wanted = text.strip().casefold()
        if not wanted:
            return ()
        everybody = [doc for doc, _version in await self._shelf.all(CustomerDoc)]
        exact = [doc for doc in everybody if wanted in {doc.id.casefold(), doc.name.casefold()}]
        found = exact or [doc for doc in everybody if wanted in doc.name.casefold()]
        return [await self._views.customer(doc) for doc in found[: max(limit, 0)]]

    async def customer_record(self, customer: Ref) -> CustomerRecord:
        """Return what is known of a customer. Raise Missing."""
        await self._ready()
        doc = await self._customer(customer)
        notes = await self._shelf.newest(CustomerNoteDoc, NOTES, {"customer": doc.id})
        return CustomerRecord(
            customer=await self._views.customer(doc),
            contract=await self._views.contract(doc),
            duties=tuple(Duty(name=duty.name, within=duty.within) for duty in doc.duties),
            notes=tuple(CustomerNote(text=note.text, by=note.by, at=note.at) for note in notes),
        )

    async def note_customer(self, customer: Ref, text: str, context: WriteContext) -> CustomerNote:
        """Write something about a customer."""
        await self._ready()

        async def prepare() -> Prepared:
            doc = await self._customer(customer)
            filled("text", text)
            id_ = str(await self._shelf.records.number("customer-note"))
            note = CustomerNoteDoc(id=id_, customer=doc.id, text=text, by=author(context), at=self._now())
            return fresh(note), note.id

        id_ = await self._shelf.once(context.key, f"note on customer {customer.id}", prepare)
        note, _version = await self._shelf.need(CustomerNoteDoc, id_)
        return CustomerNote(text=note.text, by=note.by, at=note.at)

    async def history(self, ticket: Ref, *, cursor: str | None = None, limit: int = 10) -> HistoryPage:
        """Return comments and changes, newest first. A cursor is a place, so what comes meanwhile moves nothing."""
        await self._ready()
        doc, _version = await self._ticket(ticket)
        events = await self._events(doc)
        after = _place(cursor) if cursor is not None else len(events)
        chosen = events[max(after - max(limit, 1), 0) : after]
        begin = after - len(chosen)
        return HistoryPage(items=tuple(reversed(chosen)), next=json.dumps(begin) if begin > 0 else None)

    async def related_records(self, ticket: Ref, *, limit: int = 5) -> Sequence[RelatedRecord]:
        """Return the customer's orders, newest first."""
        await self._ready()
        doc, _version = await self._ticket(ticket)
        found = await self._shelf.find(CustomerDoc, doc.customer) if doc.customer else None
        orders = sorted(found[0].orders, key=lambda order: order.at, reverse=True) if found else []
        return [
            RelatedRecord(kind="order", name=order.id, detail=order.detail, at=order.at)
            for order in orders[: max(limit, 0)]
        ]

    async def attach(self, ticket: Ref, url: str, name: str, context: WriteContext) -> Attached:
        """Put the address of a file on a case. Raise Invalid for one that is not http(s)."""
        await self._ready()

        async def prepare() -> Prepared:
            doc, _version = await self._ticket(ticket)
            if not _fetchable(url):
                message = "the address of a file begins with http:// or https://"
                raise Invalid(message, fields={"url": ["is no address of the web"]})
            filled("name", name)
            id_ = f"F{await self._shelf.records.number('file')}"
            file = FileDoc(id=id_, ticket=doc.id, name=name, url=url, by=author(context), at=self._now())
            return fresh(file), file.id

        id_ = await self._shelf.once(context.key, f"attach to ticket {ticket.id}", prepare)
        file, _version = await self._shelf.need(FileDoc, id_)
        return Attached(id=file.id, name=file.name)

    async def uploaded(self, ticket: Ref, context: WriteContext) -> Attached | None:
        """Return the file that was put on a case with this key, or None. Raise Missing for a case that is not there."""
        await self._ready()
        doc, _version = await self._ticket(ticket)
        done = await self._shelf.find(DoneDoc, context.key)
        if done is None or done[0].act != _uploading(doc.id):
            return None
        file, _version = await self._shelf.need(FileDoc, done[0].result)
        return Attached(id=file.id, name=file.name)

    async def upload(self, ticket: Ref, file: NewFile, context: WriteContext) -> Attached:
        """Keep a file with a case. Raise Invalid for one that is empty, or larger than `LARGEST_FILE`."""
        await self._ready()
        doc, _version = await self._ticket(ticket)

        async def prepare() -> Prepared:
            filled("name", file.name)
            if not file.content:
                message = "the file is empty"
                raise Invalid(message, fields={"file": ["is empty"]})
            if len(file.content) > LARGEST_FILE:
                raise too_large(LARGEST_FILE)
            id_ = f"F{await self._shelf.records.number('file')}"
            kept = FileDoc(
                id=id_,
                ticket=doc.id,
                name=file.name,
                media_type=file.media_type,
                size=len(file.content),
                by=author(context),
                at=self._now(),
            )
            return fresh(kept, FileContentDoc(id=id_, base64=base64.b64encode(file.content).decode())), id_

        id_ = await self._shelf.once(context.key, _uploading(doc.id), prepare)
        kept, _version = await self._shelf.need(FileDoc, id_)
        return Attached(id=kept.id, name=kept.name)

    async def _customer(self, ref: Ref) -> CustomerDoc:
        if ref.system != self.name or ref.kind != "account":
            message = f"{ref} is no customer here"
            raise Missing(message)
        return (await self._shelf.need(CustomerDoc, ref.id))[0]

    async def _events(self, doc: TicketDoc) -> list[TicketEvent]:
        """Return everything that happened, oldest first."""
        where = {"ticket": doc.id}
        events = [TicketEvent(kind="created", at=doc.created_at)]
        for comment in await self._shelf.newest(CommentDoc, MOST, where):
            shown = await self._views.comment(comment)
            by, side = (shown.author.name, shown.author.side) if shown.author else ("", "unknown")
            events.append(
                TicketEvent(kind="comment", at=shown.at, by=by, side=side, text=shown.text, audience=shown.audience)
            )
        events += [
            TicketEvent(kind="change", at=one.at, by=one.by, field=one.field, old=one.old, new=one.new)
            for one in await self._shelf.newest(ChangeDoc, MOST, where)
        ]
        events += [
            TicketEvent(kind="change", at=one.at, by=one.by, field="file", new=one.name)
            for one in await self._shelf.newest(FileDoc, MOST, where)
        ]
        return sorted(events, key=lambda event: event.at)


def _uploading(ticket: str) -> str:
    return f"upload to ticket {ticket}"


def _place(cursor: str) -> int:
    try:
        return max(int(json.loads(cursor)), 0)
    except (ValueError, TypeError, RecursionError, OverflowError):
        message = "no such page"
        raise Invalid(message, fields={"cursor": ["not one of ours"]}) from None


def _fetchable(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
