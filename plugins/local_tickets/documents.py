"""What is stored, one class per kind of document."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, TypeVar

import msgspec

from chatops import Frozen, Instant
from chatops.core.message import clean
from chatops.ports.records import Record, Write
from chatops.ports.tickets import Audience, Priority, Status


class Document(Frozen, frozen=True, kw_only=True):
    """A stored thing. `columns` is what it is found by, `words` what text search looks at."""

    kind: ClassVar[str] = ""

    id: str

    def columns(self) -> dict[str, str]:
        """What it is found by."""
        return {}

    def words(self) -> str:
        """What text search looks at."""
        return ""


class TimerDoc(Frozen, frozen=True, kw_only=True):
    """One SLA clock: time spent so far, and since when it has been running. Seconds."""

    name: Literal["first_response", "resolution"]
    target: int
    spent: int = 0
    since: Instant | None = None
    """None while it does not run."""
    stopped: bool = False


class TicketDoc(Document, frozen=True, kw_only=True):
    """A case."""

    kind: ClassVar[str] = "ticket"

    subject: str
    description: str = ""
    status: Status = Status.NEW
    priority: Priority = Priority.NORMAL
    customer: str | None = None
    requester: str | None = None
    owner: str | None = None
    queue: str | None = None
    tags: tuple[str, ...] = ()
    origin: str = "chat"
    created_at: Instant
    updated_at: Instant
    timers: tuple[TimerDoc, ...] = ()
    comments: int = 0
    """How many it has; the last one's number."""
    changes: int = 0
    said: str = ""
    """The words of its comments, for searching."""

    @property
    def open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.status not in {Status.RESOLVED, Status.CLOSED}

    def columns(self) -> dict[str, str]:
        """Owner, queue, customer, and whether it is open."""
        return {
            "owner": self.owner or "",
            "queue": self.queue or "",
            "customer": self.customer or "",
            "open": "yes" if self.open else "no",
        }

    def words(self) -> str:
        """Everything people wrote."""
        return "\n".join((self.subject, self.description, " ".join(self.tags), self.said))


class CommentDoc(Document, frozen=True, kw_only=True):
    """Something written on a case."""

    kind: ClassVar[str] = "comment"

    ticket: str
    author: str | None = None
    """Id of a person here; None when chat wrote it."""
    acting_for: str = ""
    """For whom chat wrote it."""
    audience: Audience
    text: str
    at: Instant

    def columns(self) -> dict[str, str]:
        """Its ticket."""
        return {"ticket": self.ticket}


class ChangeDoc(Document, frozen=True, kw_only=True):
    """One field that changed, or an article that was linked."""

    kind: ClassVar[str] = "change"

    ticket: str
    field: str
    old: str = ""
    new: str = ""
    by: str = ""
    at: Instant

    def columns(self) -> dict[str, str]:
        """Its ticket."""
        return {"ticket": self.ticket}


class PersonDoc(Document, frozen=True, kw_only=True):
    """A member of staff or a customer's contact."""

    kind: ClassVar[str] = "person"

    name: str
    email: str | None = None
    side: Literal["staff", "customer"] = "staff"
    customer: str | None = None


class DutyDoc(Frozen, frozen=True, kw_only=True):
    """Something the law or the contract asks of us when this customer is hit."""

    name: str
    within: int | None = None
    """Seconds."""


class OrderDoc(Frozen, frozen=True, kw_only=True):
    """Something the customer ordered."""

    id: str
    detail: str = ""
    at: Instant


class CustomerNoteDoc(Document, frozen=True, kw_only=True):
    """Something colleagues wrote about a customer."""

    kind: ClassVar[str] = "customer-note"

    customer: str
    text: str
    by: str
    at: Instant

    def columns(self) -> dict[str, str]:
        """Its customer."""
        return {"customer": self.customer}


class FileDoc(Document, frozen=True, kw_only=True):
    """A file on a case: by its address, or itself, then `FileContentDoc` has what is in it."""

    kind: ClassVar[str] = "file"

    ticket: str
    name: str
    url: str = ""
    """Empty when the file itself is here."""
    media_type: str = ""
    size: int = 0
    """Bytes, when it is here."""
    by: str
    at: Instant

    def columns(self) -> dict[str, str]:
        """Its ticket."""
        return {"ticket": self.ticket}


class FileContentDoc(Document, frozen=True, kw_only=True):
    """What is in a file; `id` is the file's."""

    kind: ClassVar[str] = "file-content"

    base64: str


class CustomerDoc(Document, frozen=True, kw_only=True):
    """Who is served, and on what plan until when."""

    kind: ClassVar[str] = "customer"

    name: str
    segment: str = ""
    country: str = ""
    locale: str = "en"
    plan: str | None = None
    plan_ends: Instant | None = None
    duties: tuple[DutyDoc, ...] = ()
    orders: tuple[OrderDoc, ...] = ()


class PlanDoc(Document, frozen=True, kw_only=True):
    """What a customer is entitled to: seconds per priority; a priority left out has no target."""

    kind: ClassVar[str] = "plan"

    name: str
    first_response: dict[Priority, int] = {}
    resolution: dict[Priority, int] = {}


class QueueDoc(Document, frozen=True, kw_only=True):
    """Where cases wait."""

    kind: ClassVar[str] = "queue"

    name: str


class ArticleDoc(Document, frozen=True, kw_only=True):
    """A knowledge article."""

    kind: ClassVar[str] = "article"

    title: str
    text: str = ""
    state: Literal["draft", "published", "archived"] = "draft"
    locale: str = "en"

    def words(self) -> str:
        """The title counts twice."""
        return "\n".join((self.title, self.title, self.text))


class LinkDoc(Document, frozen=True, kw_only=True):
    """An article that helped with a case."""

    kind: ClassVar[str] = "link"

    article: str
    ticket: str

    def columns(self) -> dict[str, str]:
        """Both ends."""
        return {"article": self.article, "ticket": self.ticket}


class DoneDoc(Document, frozen=True, kw_only=True):
    """A write that has happened. `id` is its key; it is stored together with what it wrote, so neither is without the
    other.
    """

    kind: ClassVar[str] = "done"

    act: str
    """What was done to what: the same key for anything else is a mistake."""
    result: str


DocumentT = TypeVar("DocumentT", bound=Document)


def read(kind: type[DocumentT], record: Record) -> DocumentT:
    """Return the document in a record."""
    return msgspec.convert(record.body, kind)


def written(document: Document, *, expected: int | None = None) -> Write:
    """Return what to write for a document; what cannot be stored in its texts is replaced."""
    body: dict[str, Any] = _clean(msgspec.to_builtins(document))
    document = msgspec.convert(body, type(document))
    return Write(
        kind=document.kind,
        id=document.id,
        body=body,
        columns=document.columns(),
        text=document.words(),
        expected=expected,
    )


def _clean(value: Any) -> Any:
    match value:
        case str():
            return clean(value)[0]
        case list() | tuple():
            return [_clean(item) for item in value]
        case dict():
            return {key: _clean(item) for key, item in value.items()}
        case _:
            return value
