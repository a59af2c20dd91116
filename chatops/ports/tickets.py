"""A ticket system, ours or a vendor's. Neutral values; the vendor's own words travel beside ours.

Conformance: `chatops.testing.conformance.tickets.TicketSystemSuite`. Optional abilities are protocols of their own; a
system lists in `capabilities` which it has, and the core asks for the capability, never for a vendor.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, StrEnum
from typing import Literal, Protocol, runtime_checkable

from chatops.core.frozen import Frozen, Instant
from chatops.ports.chat import CheckResult


class Status(StrEnum):
    """Ours, small and closed. `Ticket.vendor_status` holds the system's own word."""

    NEW = "new"
    OPEN = "open"
    WAITING = "waiting"
    """For the customer."""
    ON_HOLD = "on_hold"
    """For anybody else."""
    RESOLVED = "resolved"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class Priority(StrEnum):
    """Ours. `Ticket.vendor_priority` holds the system's own word."""

    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"
    UNSET = "unset"


class Audience(StrEnum):
    """Who can read a comment. A system that cannot guarantee INTERNAL refuses (Unsupported); it never downgrades."""

    PUBLIC = "public"
    INTERNAL = "internal"


class Ref(Frozen, frozen=True, kw_only=True):
    """The only identity the core stores of anything in a ticket system."""

    system: str
    """The connection's name in the settings."""
    kind: Literal["ticket", "comment", "person", "account", "queue", "article"]
    id: str
    """Opaque and canonical."""
    key: str = ""
    """What people call it (`1001`, `#4711`, `00012345`); the id when the system has no other."""
    url: str | None = None

    def __str__(self) -> str:
        return f"{self.system}:{self.key or self.id}"


class Version(Frozen, frozen=True, kw_only=True):
    """An optimistic lock. `strength` tells how much it can be trusted."""

    token: str
    strength: Literal["exact", "second", "advisory"] = "exact"


class TicketPerson(Frozen, frozen=True, kw_only=True):
    """Somebody as the ticket system knows them."""

    ref: Ref
    name: str
    email: str | None = None
    side: Literal["staff", "customer", "automation", "unknown"] = "unknown"


class Customer(Frozen, frozen=True, kw_only=True):
    """Who is served: the account behind a ticket."""

    ref: Ref
    name: str
    segment: str = ""
    country: str = ""
    locale: str = ""
    open_tickets: int | None = None


class Entitlement(Frozen, frozen=True, kw_only=True):
    """The support a customer is entitled to."""

    name: str
    level: str = ""
    ends: Instant | None = None


class Clock(Frozen, frozen=True, kw_only=True):
    """One SLA clock of a ticket."""

    name: str
    state: Literal["running", "paused", "met", "breached", "unknown"]
    due: Instant | None = None
    """None while paused, or when the system tells durations only."""
    goal: Literal["first_response", "resolution"] | None = None
    """What has to happen in time, where we know; then people read our words for it instead of `name`."""


class Ticket(Frozen, frozen=True, kw_only=True):
    """A case."""

    ref: Ref
    subject: str
    status: Status
    vendor_status: str
    priority: Priority
    vendor_priority: str = ""
    version: Version
    created_at: Instant
    updated_at: Instant
    description: str = ""
    requester: TicketPerson | None = None
    customer: Customer | None = None
    owner: TicketPerson | None = None
    queue: Ref | None = None
    entitlement: Entitlement | None = None
    clocks: tuple[Clock, ...] = ()
    tags: tuple[str, ...] = ()
    origin: str = ""
    """How it came in: `email`, `phone`, `web`."""

    @property
    def open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.status not in {Status.RESOLVED, Status.CLOSED}


class Comment(Frozen, frozen=True, kw_only=True):
    """Something written on a ticket."""

    ref: Ref
    author: TicketPerson | None
    audience: Audience
    text: str
    at: Instant


class Queue(Frozen, frozen=True, kw_only=True):
    """Where tickets wait."""

    ref: Ref
    name: str


class Article(Frozen, frozen=True, kw_only=True):
    """A knowledge article."""

    ref: Ref
    title: str
    state: Literal["draft", "published", "archived"]
    text: str = ""
    locale: str = "en"


class ArticleDraft(Frozen, frozen=True, kw_only=True):
    """An article to write."""

    title: str
    text: str
    locale: str = "en"


class Unset(Enum):
    """Leave alone; None means: clear."""

    UNSET = "unset"


UNSET = Unset.UNSET


class TicketPatch(Frozen, frozen=True, kw_only=True):
    """What to change on a ticket."""

    status: Status | Unset = UNSET
    priority: Priority | Unset = UNSET
    owner: Ref | Unset | None = UNSET
    queue: Ref | Unset | None = UNSET
    subject: str | Unset = UNSET
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()


class NewTicket(Frozen, frozen=True, kw_only=True):
    """A ticket to create."""

    subject: str
    description: str = ""
    customer: Ref | None = None
    requester: Ref | None = None
    owner: Ref | None = None
    queue: Ref | None = None
    priority: Priority = Priority.NORMAL
    tags: tuple[str, ...] = ()
    origin: str = "chat"


class WriteContext(Frozen, frozen=True, kw_only=True):
    """What every write carries."""

    key: str
    """Stable over retries; the system (or its adapter) makes a second write with it a no-op with the same result."""
    acting_for: str | None = None
    """Name of the person it is done for, shown where the system can show it."""
    expect: Version | None = None
    """None: the last write wins, and the caller says so. Else Conflict when the ticket has moved on."""


class Page(Frozen, frozen=True, kw_only=True):
    """Some tickets, and how to get the next."""

    items: tuple[Ticket, ...]
    next: str | None = None
    """Opaque; None at the end."""


class TicketQuery(Frozen, frozen=True, kw_only=True):
    """Which tickets. Everything given must hold."""

    text: str = ""
    owner: Ref | None = None
    queue: Ref | None = None
    customer: Ref | None = None
    open_only: bool = False
    sort: Literal["newest", "oldest", "due", "priority"] = "newest"


class TicketCapabilities(Frozen, frozen=True, kw_only=True):
    """What a system can do beyond reading, commenting and changing tickets."""

    internal_comments: bool = True
    public_comments: bool = True
    customers: bool = False
    clocks: bool = False
    articles: bool = False
    article_drafts: bool = False
    exact_lock: bool = False
    customer_records: bool = False
    """See `CustomerRecords`."""
    history: bool = False
    """See `Histories`."""
    related_records: bool = False
    """See `RelatedRecords`."""
    attachments: bool = False
    """See `Attachments`."""
    uploads: bool = False
    """See `Uploads`."""
    upload_limit: int = 20 * 1024 * 1024
    """Largest file, in bytes."""
    native_keys: bool = False
    """The system itself refuses a second write with the same key; else the adapter looks before it repeats."""
    comment_limit: int = 65_536
    """Longest comment, in UTF-8 bytes."""


@runtime_checkable
class TicketSystem(Protocol):
    """One connected ticket system.

    Reads raise Missing, Forbidden, RateLimited, Unreachable, AuthExpired. Writes also Invalid, Conflict, OutcomeUnknown,
    Unsupported. Repeating a write with the same `WriteContext.key` has no second effect and returns the same result.
    """

    @property
    def name(self) -> str:
        """The connection's name in the settings; the prefix in `demo:1001`. Lower case, digits, `-`."""
        ...

    @property
    def capabilities(self) -> TicketCapabilities:
        """What it can do; constant."""
        ...

    async def check(self) -> Sequence[CheckResult]:
        """Look at credentials, rights and limits. Never raises."""
        ...

    async def resolve(self, words: str) -> Ref:
        """Return the ticket people call `words`: its key (`1001`, `#1001`) or URL. Raise Missing.

        An address of anybody else's is Missing without asking the system: what people link to is none of its business.
        """
        ...

    async def get(self, ticket: Ref) -> Ticket:
        """Return a ticket with customer, entitlement and clocks as far as the system has them."""
        ...

    async def search(self, query: TicketQuery, *, cursor: str | None = None, limit: int = 25) -> Page:
        """Return matching tickets."""
        ...

    async def comments(self, ticket: Ref, *, limit: int = 20) -> Sequence[Comment]:
        """Return the newest comments, oldest first."""
        ...

    async def create(self, ticket: NewTicket, context: WriteContext) -> Ticket:
        """Create a ticket."""
        ...

    async def update(self, ticket: Ref, patch: TicketPatch, context: WriteContext) -> Ticket:
        """Change a ticket and return it as it is now."""
        ...

    async def comment(self, ticket: Ref, text: str, audience: Audience, context: WriteContext) -> Comment:
        """Write on a ticket."""
        ...

    async def people(self, *, text: str = "", email: str | None = None) -> Sequence[TicketPerson]:
        """Return matching people, staff and customers."""
        ...

    async def queues(self) -> Sequence[Queue]:
        """Return all queues."""
        ...


@runtime_checkable
class Knowledge(Protocol):
    """A ticket system that holds articles (`capabilities.articles`)."""

    async def search_articles(self, text: str, *, limit: int = 3) -> Sequence[Article]:
        """Return articles that contain words of `text`, best first."""
        ...

    async def article(self, words: str) -> Article:
        """Return the article people call `words` (`KB12`). Raise Missing."""
        ...

    async def draft_article(self, draft: ArticleDraft, source: Ref, context: WriteContext) -> Article:
        """Write a draft that came out of ticket `source`, linked to it."""
        ...

    async def link_article(self, article: Ref, ticket: Ref, context: WriteContext) -> None:
        """Record that `article` helped with `ticket`. Harmless when it is recorded."""
        ...


class TicketSystems(Protocol):
    """All connected systems, by name."""

    def names(self) -> Sequence[str]:
        """Return the names, sorted."""
        ...

    def system(self, name: str) -> TicketSystem:
        """Return one. Raise KeyError."""
        ...
