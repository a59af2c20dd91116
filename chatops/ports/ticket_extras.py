"""What some ticket systems know beside tickets. Each protocol is an ability of its own, named in `TicketCapabilities`.

All of it raises what `chatops.ports.tickets.TicketSystem` raises.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol, runtime_checkable

from chatops.core.frozen import Frozen, Instant
from chatops.ports.tickets import Audience, Customer, Entitlement, Ref, WriteContext


class Duty(Frozen, frozen=True, kw_only=True):
    """Something the law or the contract asks of us when this customer is hit."""

    name: str
    """`Report to the regulator`."""
    within: int | None = None
    """Seconds from knowing of it; None when no time is set."""


class CustomerNote(Frozen, frozen=True, kw_only=True):
    """Something colleagues wrote about a customer."""

    text: str
    by: str
    at: Instant


class CustomerRecord(Frozen, frozen=True, kw_only=True):
    """Master data of a customer: nothing of the people who work there."""

    customer: Customer
    contract: Entitlement | None = None
    duties: tuple[Duty, ...] = ()
    notes: tuple[CustomerNote, ...] = ()
    """The newest, oldest first."""


class TicketEvent(Frozen, frozen=True, kw_only=True):
    """Something that happened to a ticket."""

    kind: Literal["created", "comment", "change"]
    at: Instant
    by: str = ""
    """A name; empty when the system does not say."""
    text: str = ""
    """What was written."""
    audience: Audience | None = None
    """Of a comment."""
    side: Literal["staff", "customer", "automation", "unknown"] = "unknown"
    """Whose `by` is."""
    field: str = ""
    """Of a change: the system's name for it."""
    old: str = ""
    new: str = ""


class HistoryPage(Frozen, frozen=True, kw_only=True):
    """Some events, newest first, and how to get older ones."""

    items: tuple[TicketEvent, ...]
    next: str | None = None
    """Opaque; None at the end."""


class RelatedRecord(Frozen, frozen=True, kw_only=True):
    """Something of the customer's in another system: an order, a device, an invoice."""

    kind: str
    """One word of the system's own: `order`."""
    name: str
    detail: str = ""
    at: Instant | None = None
    url: str | None = None


class NewFile(Frozen, frozen=True, kw_only=True):
    """A file to put on a ticket."""

    name: str
    """Without paths; whoever sent it chose it."""
    media_type: str
    content: bytes

    def __repr__(self) -> str:
        """Say how large it is, and nothing of what is in it."""
        return f"NewFile({len(self.content)} bytes)"


class Attached(Frozen, frozen=True, kw_only=True):
    """A file on a ticket."""

    id: str
    name: str


@runtime_checkable
class CustomerRecords(Protocol):
    """A system that holds master data (`capabilities.customer_records`)."""

    async def find_customers(self, text: str, *, limit: int = 5) -> Sequence[Customer]:
        """Return customers called `text`: one of that id or whole name alone, else those whose name contains it."""
        ...

    async def customer_record(self, customer: Ref) -> CustomerRecord:
        """Return what is known of a customer. Raise Missing."""
        ...

    async def note_customer(self, customer: Ref, text: str, context: WriteContext) -> CustomerNote:
        """Write something about a customer, for colleagues only."""
        ...


@runtime_checkable
class Histories(Protocol):
    """A system that tells what happened to a ticket (`capabilities.history`)."""

    async def history(self, ticket: Ref, *, cursor: str | None = None, limit: int = 10) -> HistoryPage:
        """Return comments and changes of a ticket, newest first."""
        ...


@runtime_checkable
class RelatedRecords(Protocol):
    """A system that knows what else belongs to a ticket's customer (`capabilities.related_records`)."""

    async def related_records(self, ticket: Ref, *, limit: int = 5) -> Sequence[RelatedRecord]:
        """Return orders and the like, newest first."""
        ...


@runtime_checkable
class Attachments(Protocol):
    """A system that takes files by their address (`capabilities.attachments`)."""

    async def attach(self, ticket: Ref, url: str, name: str, context: WriteContext) -> Attached:
        """Put the file at `url` on a ticket, for colleagues only. Raise Invalid for an address that is not http(s)."""
        ...


@runtime_checkable
class Uploads(Protocol):
    """A system that takes files themselves (`capabilities.uploads`), up to `capabilities.upload_limit` bytes."""

    async def uploaded(self, ticket: Ref, context: WriteContext) -> Attached | None:
        """Return what `upload` has put on the ticket with this key, or None: nothing, as far as the system can tell."""
        ...

    async def upload(self, ticket: Ref, file: NewFile, context: WriteContext) -> Attached:
        """Put a file on a ticket, for colleagues only. Repeating it with the same key puts nothing there again.

        Raise Invalid for a file that is empty, too large, or of a kind the system refuses; OutcomeUnknown when it may be
        there and the system cannot be asked.
        """
        ...
