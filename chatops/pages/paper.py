"""Turns what a page shows into HTML in one reader's language and zone. Everything from outside is data: Jinja escapes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from aiohttp import web
from markupsafe import Markup

from chatops.core.catalogue import Catalogues, Reader
from chatops.core.clock import Clock
from chatops.core.message import Said
from chatops.core.text import Moment, Text, said
from chatops.engine.render import Audience, Renderer
from chatops.pages.visit import Visit
from chatops.pages.words import JUST_NOW, WORDS
from chatops.ports.chat import Line, Outgoing
from chatops.ports.roster import Directory
from chatops.ports.templating import Templates
from chatops.ports.tickets import Ref
from chatops.ports.web import PARTS, PARTS_STYLE, Page, Static, Web

_HERE = Path(__file__).parent

FILES = Static(path="/static/pages", folder=_HERE / "static")

_STYLE = "/static/pages/pages.css"
_SCRIPTS = ("/static/pages/pages.js", "/static/pages/keys.js")
_MOST = 200_000
"""Bytes of one card."""
_A_MINUTE = timedelta(minutes=1)


class Paper:
    """The templates, and what every page has."""

    def __init__(self, web: Web, *, catalogues: Catalogues, directory: Directory, clock: Clock) -> None:
        self.clock = clock
        self.directory = directory
        self.catalogues = catalogues
        self.renderer = Renderer(catalogues)
        self._web = web
        self._templates = Templates(_HERE / "templates", PARTS)

    async def ready(self) -> None:
        """Have the templates compiled: before the first page."""
        await self._templates.ready()

    def pen(self, visit: Visit) -> Pen:
        """Return what writes for one visitor."""
        return Pen(self, visit)

    def render(self, template: str, values: Mapping[str, Any]) -> Markup:
        """Return a template's HTML."""
        return Markup(self._templates.render(template, values))  # noqa: S704 - escaped by Jinja

    def page(self, visit: Visit, title: str, body: str) -> web.Response:
        """Return a whole page."""
        locale = visit.person.locale
        return self._web.page(
            Page(title=title, body=body, locale=locale, styles=(PARTS_STYLE, _STYLE), scripts=_SCRIPTS)
        )


class Pen:
    """Writes for one visitor: words in their language, times in their zone."""

    def __init__(self, paper: Paper, visit: Visit) -> None:
        self.visit = visit
        self.now = paper.clock.now()
        self._paper = paper
        self._reader = Reader(locale=visit.person.locale, zone=visit.person.zone)
        self.words: Mapping[str, str] = {name: self.say(text) for name, text in WORDS.items()}

    def say(self, text: Text | None) -> str:
        """Return a sentence as plain words."""
        return "" if text is None else self._paper.catalogues.plain(text, self._reader, now=self.now)

    def lines(self, text: Text | None) -> tuple[Line, ...]:
        """Return a sentence in runs, commands and names marked."""
        return self.card(text).text if text is not None else ()

    def card(self, what: Said) -> Outgoing:
        """Return a card as this visitor reads it."""
        audience = Audience(reader=self._reader, max_text=_MOST)
        return self._paper.renderer(what, audience, now=self.now, identity=lambda _person: None)

    def when(self, at: datetime) -> str:
        """Return day and time in the visitor's zone."""
        return self.say(Text(msgid="{at}", args={"at": Moment(at=at, style="datetime")}, verbatim=True))

    def ago(self, at: datetime) -> str:
        """Return how long ago or how soon, to the minute: it is not told anew every second."""
        if abs(self.now - at) < _A_MINUTE:
            return self.say(JUST_NOW)
        return self.say(Text(msgid="{at}", args={"at": Moment(at=at, style="ago")}, verbatim=True))

    def at(self, at: datetime) -> Markup:
        """Return day and time as HTML that says the same to programs."""
        return Markup('<time datetime="{}">{}</time>').format(at.isoformat(), self.when(at))

    def there(self, zone: str) -> str:
        """Return what the clock says in another zone."""
        return f"{self.now.astimezone(ZoneInfo(zone)):%H:%M}"

    def name(self, person: str) -> str:
        """Return what somebody is called; who left the directory keeps their id."""
        known = self._paper.directory.by_id(person)
        return known.name if known is not None else person

    def profile(self, person: str) -> str:
        """Return the address of somebody's profile; nothing for guests, who see their own only."""
        known = self._paper.directory.by_id(person) is not None
        return "" if self.visit.guest or not known else f"{self.visit.base}people/{quote(person, safe='')}"

    def case(self, ref: Ref) -> str:
        """Return the address of a case's page."""
        return f"{self.visit.base}cases/{quote(str(ref), safe=':')}"

    def piece(self, template: str, **values: Any) -> Markup:
        """Return a part of a page."""
        return self._paper.render(template, {**self._common(), **values})

    def page(self, title: Text | str, template: str, *, here: str, status: int = 200, **values: Any) -> web.Response:
        """Return a whole page; `here` is its place in the menu."""
        words = self.say(said(title) if isinstance(title, str) else title)
        known = {"here_find": template != "search.html", "answer": None, "live": "", **self._common()}
        body = self._paper.render(template, {**known, "title": words, "here": here, **values})
        response = self._paper.page(self.visit, f"{words} · {self.visit.person.name} · Chatops", body)
        response.set_status(status)
        return response

    def _common(self) -> dict[str, Any]:
        visit = self.visit
        return {
            "v": visit,
            "t": self.words,
            "pen": self,
            "base": visit.base,
            "csrf": visit.csrf,
            "act": f"{visit.base}do",
        }


def safe_url(url: str | None) -> str:
    """Return an address that may stand in a link; nothing for anything but the web."""
    return url if url is not None and url.startswith(("https://", "http://")) else ""
