"""The same effects on tickets, asked for by somebody who waits to hear what became of them."""

from __future__ import annotations

from typing import ClassVar

from chatops.core.effects import Effect
from chatops.core.frozen import Frozen
from chatops.core.text import Text
from chatops.engine.ticket_effects import (
    AddNote,
    AssignTicket,
    AttachFile,
    CreateTicket,
    NoteCustomer,
    SetPriority,
    SetStatus,
    UploadFile,
)


class Asked(Frozen, frozen=True, kw_only=True):
    """Where the outcome is told, to whom, and as what."""

    to: str
    """Target of the post."""
    slot: str
    """The card that says it is under way; the outcome takes its place."""
    person: str
    thread: str | None = None
    title: Text
    """What was asked for, in a few words."""
    text: Text | None = None
    command: str = ""
    """Typed to try again."""
    quiet: bool = False
    """Only what did not work is told: another card says the rest."""
    note: Text | None = None
    """Written on the ticket for colleagues once it is done: what did not happen has no reason."""
    locale: str = "en"
    """Of whoever asked; the note is written in it."""
    zone: str = "UTC"


class AskedNote(AddNote, frozen=True, kw_only=True):
    """See `AddNote`."""

    kind: ClassVar[str] = "ticket.asked.note"

    asked: Asked


class AskedStatus(SetStatus, frozen=True, kw_only=True):
    """See `SetStatus`."""

    kind: ClassVar[str] = "ticket.asked.status"

    asked: Asked


class AskedPriority(SetPriority, frozen=True, kw_only=True):
    """See `SetPriority`."""

    kind: ClassVar[str] = "ticket.asked.priority"

    asked: Asked


class AskedAssign(AssignTicket, frozen=True, kw_only=True):
    """See `AssignTicket`."""

    kind: ClassVar[str] = "ticket.asked.assign"

    asked: Asked


class AskedCreate(CreateTicket, frozen=True, kw_only=True):
    """See `CreateTicket`."""

    kind: ClassVar[str] = "ticket.asked.create"

    asked: Asked


class AskedFile(AttachFile, frozen=True, kw_only=True):
    """See `AttachFile`."""

    kind: ClassVar[str] = "ticket.asked.attach"

    asked: Asked


class AskedUpload(UploadFile, frozen=True, kw_only=True):
    """See `UploadFile`."""

    kind: ClassVar[str] = "ticket.asked.upload"

    asked: Asked


class AskedCustomerNote(NoteCustomer, frozen=True, kw_only=True):
    """See `NoteCustomer`."""

    kind: ClassVar[str] = "customer.asked.note"

    asked: Asked


ASKED_EFFECTS: tuple[type[Effect], ...] = (
    AskedNote,
    AskedStatus,
    AskedPriority,
    AskedAssign,
    AskedCreate,
    AskedFile,
    AskedUpload,
    AskedCustomerNote,
)
