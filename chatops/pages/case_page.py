"""A case on a page, as its ticket system has it now, and the swarms about it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from aiohttp import web

from chatops.cases.cards import case_card
from chatops.core.message import Identity
from chatops.core.params import TicketName
from chatops.core.text import _, said
from chatops.engine.ticket_lookup import find_ticket
from chatops.errors import PortError, TryLater
from chatops.pages.list_page import rows
from chatops.pages.paper import Pen, safe_url
from chatops.pages.reading import Reading
from chatops.ports.roster import Directory
from chatops.ports.tickets import Audience, Comment, Ticket, TicketSystems

PATIENCE = 6.0
"""Seconds a page waits for a ticket system."""

MOST_COMMENTS = 5


class CasePage:
    """Builds the page."""

    def __init__(self, reading: Reading, directory: Directory, tickets: TicketSystems) -> None:
        self._reading = reading
        self._directory = directory
        self._tickets = tickets

    async def page(self, pen: Pen, typed: str, *, answer: object) -> web.Response:
        """Return the case. Raise a Refusal when there is none, or its system does not answer."""
        name = ticket_name(typed)
        try:
            async with asyncio.timeout(PATIENCE):
                ticket = await find_ticket(self._tickets, name)
                comments = await self._comments(ticket)
        except TimeoutError:
            raise TryLater(_("The ticket system does not answer just now.")) from None
        owner = None
        if ticket.owner is not None:
            owner = self._directory.by_identity(Identity(network=ticket.ref.system, id=ticket.owner.ref.id))
        swarms = await self._reading.of_case(pen.visit.person, ticket.ref)
        return pen.page(
            said(f"{ticket.ref} · {ticket.subject}"),
            "case.html",
            here="search",
            ticket=ticket,
            outgoing=pen.card(case_card(ticket, owner.name if owner is not None else None)),
            comments=[(one, one.audience is Audience.INTERNAL) for one in comments],
            rows=rows(pen, swarms),
            page=pen.case(ticket.ref).removeprefix(pen.visit.base),
            url=safe_url(ticket.ref.url),
            answer=answer,
        )

    async def _comments(self, ticket: Ticket) -> Sequence[Comment]:
        try:
            return await self._tickets.system(ticket.ref.system).comments(ticket.ref, limit=MOST_COMMENTS)
        except PortError:
            # The case itself is worth showing all the same.
            return ()


def ticket_name(typed: str) -> TicketName:
    """Return the ticket that `demo:1001`, or `1001` without its system, names."""
    system, colon, id_ = typed.partition(":")
    web = id_.startswith("//")
    return TicketName(typed=typed, system=system, id=id_) if colon and not web else TicketName(typed=typed)
