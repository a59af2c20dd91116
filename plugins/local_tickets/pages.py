"""Read-only pages: a list of cases, and a case with its comments, clocks and history."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from aiohttp import web
from jinja2 import Environment, StrictUndefined, Template

from chatops import Instant
from chatops.core.text import Moment, Text, _, said
from chatops.errors import Missing
from chatops.ports.tickets import Audience, Clock, Ticket, TicketPerson, TicketQuery
from chatops.ports.web import Page, Route, Static, Web, asked_for
from local_tickets.documents import ChangeDoc, LinkDoc
from local_tickets.shelf import Shelf
from local_tickets.system import LocalSystem
from local_tickets.templates import CASE, LIST
from local_tickets.words import PRIORITY, STATUS, clock_name, field_name, field_value

SHOWN = 200
"""Comments, changes and cases on one page."""

Words = Callable[[Text], str]


class Pages:
    """What the demo shows of its ticket system. Nothing can be changed here."""

    def __init__(self, system: LocalSystem, shelf: Shelf, web: Web) -> None:
        self._system = system
        self._shelf = shelf
        self._web = web

    def routes(self) -> Sequence[Route | Static]:
        """Return the addresses."""
        root = f"/tickets/{self._system.name}"
        return (
            Route(method="GET", path=root, handler=self.list),
            Route(method="GET", path=root + "/{id}", handler=self.case),
            Static(path="/tickets-static", folder=Path(__file__).parent / "static"),
        )

    async def list(self, request: web.Request) -> web.StreamResponse:
        """Show the open cases, those due first on top."""
        words = self._words(request)
        found = await self._system.search(TicketQuery(open_only=True, sort="due"), limit=SHOWN)
        template = await asyncio.to_thread(_compiled, LIST)
        body = template.render(
            tickets=found.items,
            due=lambda ticket: _first_due(ticket, words),
            status=lambda ticket: words(_status(ticket)),
            priority=lambda ticket: words(PRIORITY[ticket.priority]),
            head=[words(text) for text in (_("Case"), _("Customer"), _("Priority"), _("Status"), _("Owner"), _("Due"))],
            title=words(_("Open cases")),
            nobody=words(_("nobody")),
        )
        return self._page(words(_("Open cases")), body, request)

    async def case(self, request: web.Request) -> web.StreamResponse:
        """Show one case, or say that there is none."""
        words = self._words(request)
        try:
            ticket = await self._system.get(await self._system.resolve(request.match_info["id"]))
        except Missing:
            raise web.HTTPNotFound(text=words(_("There is no such case."))) from None
        comments = await self._system.comments(ticket.ref, limit=SHOWN)
        links = await self._shelf.all(LinkDoc, {"ticket": ticket.ref.id})
        changes = await self._shelf.newest(ChangeDoc, SHOWN, {"ticket": ticket.ref.id})
        title = f"{ticket.ref} · {ticket.subject}"
        template = await asyncio.to_thread(_compiled, CASE)
        body = template.render(
            ticket=ticket,
            title=title,
            facts=[(words(label), value) for label, value in _facts(ticket, words) if value],
            clocks=[(words(clock_name(clock)), clock.state, _clock(clock, words)) for clock in ticket.clocks],
            comments=comments,
            internal=Audience.INTERNAL,
            moment=lambda at: words(_at(at)),
            field=lambda field: words(field_name(field)),
            value=lambda field, value: words(field_value(field, value)),
            articles=[await self._system.article(link.article) for link, _version in links],
            changes=changes,
            say={
                "clocks": words(_("Clocks")),
                "conversation": words(_("Conversation")),
                "internal": words(_("internal note")),
                "articles": words(_("Articles that helped")),
                "history": words(_("History")),
                "back": words(_("All open cases")),
            },
            list=f"/tickets/{self._system.name}",
        )
        return self._page(title, body, request)

    def _page(self, title: str, body: str, request: web.Request) -> web.Response:
        page = Page(title=title, body=body, locale=asked_for(request), styles=("/tickets-static/tickets.css",))
        return self._web.page(page)

    def _words(self, request: web.Request) -> Words:
        locale = asked_for(request)
        return lambda text: self._web.words(text, locale)


@cache
def _compiled(source: str) -> Template:
    """Return a template of this module's. It takes some milliseconds the first time."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(source)


def _facts(ticket: Ticket, words: Words) -> Sequence[tuple[Text, str]]:
    customer = ticket.customer
    segment = (
        " · ".join(part for part in (customer.segment, customer.country, customer.locale) if part) if customer else ""
    )
    return (
        (_("Status"), words(_status(ticket))),
        (_("Priority"), words(PRIORITY[ticket.priority])),
        (_("Owner"), _name(ticket.owner) or words(_("nobody"))),
        (_("Queue"), ticket.queue.key if ticket.queue else ""),
        (_("Customer"), customer.name if customer else ""),
        (_("Segment"), segment),
        (_("Contact"), _name(ticket.requester)),
        (_("Plan"), ticket.entitlement.name if ticket.entitlement else ""),
        (_("Came in"), words(_at(ticket.created_at))),
        (_("Tags"), ", ".join(ticket.tags)),
    )


def _status(ticket: Ticket) -> Text:
    return STATUS.get(ticket.status) or said(ticket.vendor_status)


def _name(person: TicketPerson | None) -> str:
    return person.name if person else ""


def _clock(clock: Clock, words: Words) -> str:
    states = {
        "running": _("running"),
        "paused": _("paused, waiting for the customer"),
        "met": _("met"),
        "breached": _("overdue"),
        "unknown": _("not known"),
    }
    state = words(states[clock.state])
    return f"{state} · {words(_at(clock.due))}" if clock.due else state


def _first_due(ticket: Ticket, words: Words) -> str:
    due = min((clock.due for clock in ticket.clocks if clock.due), default=None)
    return words(_at(due)) if due else "–"


def _at(at: Instant) -> Text:
    return _("{at}", at=Moment(at=at, style="datetime"))
