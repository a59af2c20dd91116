"""The desk's tickets: two of them, kept in the plugin's own records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chatops import PluginContext
from chatops.errors import Missing, Unsupported
from chatops.ports.chat import CheckResult
from chatops.ports.records import Write
from chatops.ports.tickets import (
    Audience,
    Comment,
    NewTicket,
    Page,
    Priority,
    Queue,
    Ref,
    Status,
    Ticket,
    TicketCapabilities,
    TicketPatch,
    TicketPerson,
    TicketQuery,
    Version,
    WriteContext,
)

SUBJECTS = {"1": "The badge reader is offline", "2": "No heating on floor 3"}


class DeskTickets:
    """A ticket system that can be read and commented, and nothing more."""

    name = "desk"
    capabilities = TicketCapabilities(public_comments=False, native_keys=True)

    def __init__(self, context: PluginContext) -> None:
        self._records = context.records
        self._clock = context.clock
        self._owner = str(context.settings.get("owner", "agent-1"))

    async def check(self) -> Sequence[CheckResult]:
        """Always well."""
        return (CheckResult(name="desk", ok=True),)

    async def resolve(self, words: str) -> Ref:
        """Return the ticket called `words`."""
        key = words.strip().lstrip("#")
        if key not in SUBJECTS:
            message = f"the desk has no ticket {key}"
            raise Missing(message)
        return Ref(system=self.name, kind="ticket", id=key, key=key)

    async def get(self, ticket: Ref) -> Ticket:
        """Return a ticket."""
        ref = await self.resolve(ticket.id)
        at = datetime.fromisoformat("2026-01-05T09:00:00+00:00")
        owner = Ref(system=self.name, kind="person", id=self._owner, key=self._owner)
        return Ticket(
            ref=ref,
            subject=SUBJECTS[ref.id],
            status=Status.OPEN,
            vendor_status="open",
            priority=Priority.NORMAL,
            version=Version(token="1"),
            created_at=at,
            updated_at=at,
            owner=TicketPerson(ref=owner, name=self._owner, side="staff"),
        )

    async def search(self, query: TicketQuery, *, cursor: str | None = None, limit: int = 25) -> Page:
        """Return tickets whose subject contains the text."""
        tickets = [await self.get(await self.resolve(key)) for key in SUBJECTS]
        wanted = query.text.lower()
        return Page(items=tuple(ticket for ticket in tickets if wanted in ticket.subject.lower())[:limit])

    async def comments(self, ticket: Ref, *, limit: int = 20) -> Sequence[Comment]:
        """Return the newest comments."""
        records = await self._records.find("comment", limit=limit, newest=True, ticket=ticket.id)
        return tuple(self._comment(ticket, record.id, record.body["text"]) for record in reversed(records))

    async def create(self, ticket: NewTicket, context: WriteContext) -> Ticket:
        """Refuse: the desk's tickets come from the building."""
        message = "the desk takes no tickets"
        raise Unsupported(message)

    async def update(self, ticket: Ref, patch: TicketPatch, context: WriteContext) -> Ticket:
        """Refuse."""
        message = "the desk's tickets cannot be changed"
        raise Unsupported(message)

    async def comment(self, ticket: Ref, text: str, audience: Audience, context: WriteContext) -> Comment:
        """Write on a ticket, once per key."""
        if audience is Audience.PUBLIC:
            message = "the desk has no customers"
            raise Unsupported(message)
        ref = await self.resolve(ticket.id)
        if await self._records.get("comment", context.key) is None:
            await self._records.write(
                Write(kind="comment", id=context.key, body={"text": text}, columns={"ticket": ref.id})
            )
        return self._comment(ref, context.key, text)

    async def people(self, *, text: str = "", email: str | None = None) -> Sequence[TicketPerson]:
        """Nobody."""
        return ()

    async def queues(self) -> Sequence[Queue]:
        """None."""
        return ()

    def _comment(self, ticket: Ref, id: str, text: str) -> Comment:
        ref = Ref(system=self.name, kind="comment", id=id)
        return Comment(ref=ref, author=None, audience=Audience.INTERNAL, text=text, at=self._clock.now())
