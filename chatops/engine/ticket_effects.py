"""What a unit can make true in a ticket system. Only `AssignTicket` ever changes a ticket's owner."""

from __future__ import annotations

from typing import ClassVar

from chatops.core.effects import Effect
from chatops.core.message import File
from chatops.core.text import Text
from chatops.ports.tickets import UNSET, Audience, NewTicket, Priority, Ref, Status, Unset


class TicketEffect(Effect, frozen=True, kw_only=True):
    """Base of all effects on one ticket; those on the same ticket are performed in order."""

    ticket: Ref
    acting_for: str | None = None
    """Name of the person it is done for, shown where the system can show it."""

    @property
    def target(self) -> str:
        """The ticket."""
        return f"ticket:{self.ticket.system}:{self.ticket.id}"


class AddNote(TicketEffect, frozen=True, kw_only=True):
    """Write a comment. Result: its id; of a note split into several, the first one's."""

    kind: ClassVar[str] = "ticket.note"

    text: Text
    audience: Audience = Audience.INTERNAL
    locale: str = "en"
    zone: str = "UTC"


class SetStatus(TicketEffect, frozen=True, kw_only=True):
    """Change the status, whatever it is now; nothing else. Result: the system's own word for it."""

    kind: ClassVar[str] = "ticket.status"

    status: Status


class SetPriority(TicketEffect, frozen=True, kw_only=True):
    """Change the priority, whatever it is now; nothing else. Result: the system's own word for it."""

    kind: ClassVar[str] = "ticket.priority"

    priority: Priority


class AssignTicket(TicketEffect, frozen=True, kw_only=True):
    """Give the ticket to somebody, or with None to nobody. Result: the new owner's name there; None for nobody."""

    kind: ClassVar[str] = "ticket.assign"

    owner: Ref | None
    was: Ref | Unset | None = UNSET
    """Whose it must be until then, else it fails with Conflict. UNSET: whoever's."""


class CreateTicket(Effect, frozen=True, kw_only=True):
    """Make a ticket. Result: what people call it, and behind a space its address if it has one (`ticket_made`)."""

    kind: ClassVar[str] = "ticket.create"

    system: str
    """The connection's name."""
    new: NewTicket
    acting_for: str | None = None

    @property
    def target(self) -> str:
        """The system: it has no name of its own yet."""
        return f"tickets:{self.system}"


def ticket_made(result: str) -> tuple[str, str | None]:
    """Return name (`demo:1001`) and address of what `CreateTicket` made."""
    name, _space, url = result.partition(" ")
    return name, url or None


class AttachFile(TicketEffect, frozen=True, kw_only=True):
    """Put a file on the ticket by its address, for colleagues only. Result: its id there."""

    kind: ClassVar[str] = "ticket.attach"

    url: str
    name: str


class UploadFile(TicketEffect, frozen=True, kw_only=True):
    """Put a file that came with a chat message on the ticket, for colleagues only. Result: its id there.

    Its bytes are fetched when it is performed, and are kept nowhere else.
    """

    kind: ClassVar[str] = "ticket.upload"

    network: str
    """Whose file it is."""
    file: File


class NoteCustomer(Effect, frozen=True, kw_only=True):
    """Write something about a customer, for colleagues only."""

    kind: ClassVar[str] = "customer.note"

    customer: Ref
    text: str
    acting_for: str | None = None

    @property
    def target(self) -> str:
        """The customer."""
        return f"customer:{self.customer.system}:{self.customer.id}"


class DraftArticle(TicketEffect, frozen=True, kw_only=True):
    """Write an article draft that came out of the ticket. Result: what people call it (`KB12`)."""

    kind: ClassVar[str] = "ticket.article.draft"

    title: str
    text: str | Text
    locale: str = "en"
    zone: str = "UTC"


class LinkArticle(TicketEffect, frozen=True, kw_only=True):
    """Record that an article helped with the ticket. Result: what people call it (`KB12`)."""

    kind: ClassVar[str] = "ticket.article.link"

    article: str
    """What people call it."""


TICKET_EFFECTS: tuple[type[Effect], ...] = (
    AddNote,
    SetStatus,
    SetPriority,
    AssignTicket,
    CreateTicket,
    AttachFile,
    UploadFile,
    NoteCustomer,
    DraftArticle,
    LinkArticle,
)
