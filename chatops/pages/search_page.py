"""One box for everything: swarms by number, case or words, people, cases by name, articles."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

from aiohttp import web

from chatops.core.frozen import Frozen
from chatops.core.lexer import fold
from chatops.core.message import Person
from chatops.core.params import Selector
from chatops.core.text import _, said
from chatops.engine.ticket_lookup import find_ticket
from chatops.errors import PortError, Refusal
from chatops.pages.case_page import ticket_name
from chatops.pages.list_page import began, rows
from chatops.pages.paper import Pen, safe_url
from chatops.pages.reading import Reading, has, holds
from chatops.pages.words import FOUND_TITLE, NOT_ANSWERING, SEARCH_TITLE
from chatops.ports.roster import Directory
from chatops.ports.tickets import Article, Knowledge, Ticket, TicketQuery, TicketSystem, TicketSystems
from chatops.swarm.light import ASK_PREFIX, LightSwarm
from chatops.swarm.model import PREFIX, Swarm

PATIENCE = 4.0
"""Seconds a search waits for a ticket system."""

MOST = 8
"""Of each kind."""

MOST_WORDS = 200

_NUMBER = re.compile(rf"(?:{PREFIX})-?([0-9]{{1,15}})", re.IGNORECASE)
_LIGHT = re.compile(rf"(?:{ASK_PREFIX})-?([0-9]{{1,15}})", re.IGNORECASE)
_CASE = re.compile(r"[a-z0-9-]+:[^\s/]+|#?[0-9]+")


class Hit(Frozen, frozen=True, kw_only=True):
    """Something found."""

    title: str
    href: str
    more: str = ""


class Outside(Frozen, frozen=True, kw_only=True):
    """What one ticket system found."""

    tickets: tuple[Ticket, ...] = ()
    articles: tuple[Article, ...] = ()
    silent: str = ""
    """The system's name when it did not answer."""


class SearchPage:
    """Searches. Ticket systems are asked all at once, and not waited for too long."""

    def __init__(self, reading: Reading, directory: Directory, tickets: TicketSystems) -> None:
        self._reading = reading
        self._directory = directory
        self._tickets = tickets

    async def page(self, pen: Pen, words: str) -> web.Response:
        """Return what was found, or the empty box."""
        words = " ".join(words.split())[:MOST_WORDS]
        if not words:
            return pen.page(SEARCH_TITLE, "search.html", here="search", words="", found=None, silent=[])
        swarms, outside = await asyncio.gather(self._swarms(pen, words), self._outside(words))
        found = {
            "swarms": rows(pen, swarms[:MOST]),
            "people": [self._person(pen, one) for one in self._people(words)[:MOST]],
            "cases": [_case(pen, one) for system in outside for one in system.tickets][:MOST],
            "articles": [_article(one) for system in outside for one in system.articles][:MOST],
        }
        silent = [pen.say(_(NOT_ANSWERING.msgid, system=said(one.silent))) for one in outside if one.silent]
        title = _(FOUND_TITLE.msgid, words=said(words))
        return pen.page(title, "search.html", here="search", words=words, found=found, silent=silent)

    async def _swarms(self, pen: Pen, words: str) -> Sequence[Swarm | LightSwarm]:
        person = pen.visit.person
        named = _LIGHT.fullmatch(words)
        if named is not None:
            light = await self._reading.light(person, named[1].lstrip("0") or "0")
            return [light] if light is not None else []
        match = _NUMBER.fullmatch(words)
        if match is not None:
            swarm = await self._reading.swarm(person, match[1].lstrip("0") or "0")
            return [swarm] if swarm is not None else []
        found: list[Swarm | LightSwarm] = [
            one for one in await self._reading.ever(person, pen.now) if holds(one, words)
        ]
        found += [one for one in await self._reading.lights(person, "recent", pen.now) if has(one, words)]
        return sorted(found, key=began, reverse=True)

    def _people(self, words: str) -> list[Person]:
        found = {person.id: person for person in self._directory.named(words)}
        # A word that stands in a name, or a skill: people who fit come after those who are called so.
        plain = fold(words)
        found |= {one.id: one for one in self._directory.everybody() if plain in fold(one.name)}
        found |= {one.id: one for one in self._directory.select(Selector(kind="skill", value=words))}
        return list(found.values())

    def _person(self, pen: Pen, person: Person) -> Hit:
        profile = self._directory.profile(person.id)
        skills = ", ".join(f"{skill} {level}" for skill, level in sorted(profile.skills.items())[:5])
        more = " · ".join(part for part in (profile.department, skills, pen.there(person.zone)) if part)
        return Hit(title=person.name, href=pen.profile(person.id), more=more)

    async def _outside(self, words: str) -> Sequence[Outside]:
        systems = [self._tickets.system(name) for name in self._tickets.names()]
        return await asyncio.gather(*(self._asked(system, words) for system in systems))

    async def _asked(self, system: TicketSystem, words: str) -> Outside:
        try:
            async with asyncio.timeout(PATIENCE):
                tickets = (
                    await self._named(system, words) or (await system.search(TicketQuery(text=words), limit=MOST)).items
                )
                articles: Sequence[Article] = ()
                if system.capabilities.articles and isinstance(system, Knowledge):
                    articles = await system.search_articles(words, limit=MOST)
        except (PortError, TimeoutError):
            return Outside(silent=system.name)
        return Outside(tickets=tuple(tickets), articles=tuple(articles))

    async def _named(self, system: TicketSystem, words: str) -> tuple[Ticket, ...]:
        """Return the one case that goes by these words."""
        name = ticket_name(words)
        if not _CASE.fullmatch(words) or name.system not in {None, system.name}:
            return ()
        try:
            return (await find_ticket(_Only(system), name),)
        except Refusal:
            return ()


class _Only:
    """One ticket system, as if there were no other."""

    def __init__(self, system: TicketSystem) -> None:
        self._system = system

    def names(self) -> Sequence[str]:
        return (self._system.name,)

    def system(self, name: str) -> TicketSystem:
        if name != self._system.name:
            raise KeyError(name)
        return self._system


def _case(pen: Pen, ticket: Ticket) -> Hit:
    customer = ticket.customer.name if ticket.customer is not None else ""
    return Hit(
        title=f"{ticket.ref} · {ticket.subject}",
        href=pen.case(ticket.ref),
        more=customer,
    )


def _article(article: Article) -> Hit:
    return Hit(title=article.title, href=safe_url(article.ref.url), more=f"{article.ref.key or article.ref.id}")
