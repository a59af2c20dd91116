"""The console's pages, and the pieces of them that are sent live."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aiohttp import web

from chatops import Frozen, PluginContext
from chatops.core.message import MAX_TEXT, Person
from chatops.core.text import Code, Moment, Text, _, said
from chatops.ports.templating import Templates
from chatops.ports.web import PARTS, PARTS_STYLE, Page, Static
from console_network import texts
from console_network.access import LINK_LIFETIME, home
from console_network.addressing import PREFIX
from console_network.model import Entry, Room
from console_network.store import Store
from console_network.views import EntryView, Views

_HERE = Path(__file__).parent

FILES = Static(path="/static/console", folder=_HERE / "static")
EMOJI = ("👍", "👀", "✅", "🎉", "❤️", "📌", "🎯", "💡")
"""The reactions a message's menu offers; 📌 🎯 💡 👀 ✅ mean something to the server."""

_STYLE = "/static/console/console.css"
_SCRIPT = "/static/console/console.js"
_TRY = ("help", "me", "whoami")


class Looking(Frozen, frozen=True, kw_only=True):
    """Where somebody is in the console, read off the address."""

    thread: str | None = None
    reply: str | None = None
    edit: str | None = None
    show: int = 50
    """How many entries of the room."""


class Pages:
    """Renders, once its templates are ready."""

    def __init__(self, context: PluginContext, store: Store, *, files: bool = False) -> None:
        """`files`: whether people can send some."""
        self._context = context
        self._store = store
        folder = _HERE / "templates"
        self._templates = Templates(folder, PARTS, emoji=EMOJI, max_text=MAX_TEXT, takes_files=files)

    async def ready(self) -> None:
        """Have the templates compiled: before the first page."""
        await self._templates.ready()

    # whole pages

    async def room(
        self, request: web.Request, person: Person, room: Room, looking: Looking, cursor: str
    ) -> web.Response:
        """Return a room with everything around it."""
        views = Views(self._context, self._store, person)
        entries = await self._store.newest(room.id, limit=looking.show + 1)
        thread = await self._thread(views, room, looking.thread)
        view = views.room(room, here=True)
        address = f"{view.href}?show={looking.show}"
        values = {
            "entries": [await views.entry(entry) for entry in entries[-looking.show :]],
            "earlier": f"{view.href}?show={looking.show * 2}#log" if len(entries) > looking.show else None,
            "pinned": await self._pinned(views, room),
            "thread": thread,
            "address": address,
            "cursor": cursor,
            "prefix": "",
            **self._writing(views, room),
            **self._around(request, views, room.id),
            "reply": await views.quote(looking.reply),
            "editing": await self._editable(person, looking.edit),
        }
        body = self._templates.render("room.html", values)
        title = f"{room.title} · {person.name} · Chatops"
        return self._page(title, body, person.locale)

    def index(self, people: Sequence[Person], locale: str) -> web.Response:
        """Return the demo's front page: everybody one may become, and what to try."""
        words = self._context.web.words
        now = self._context.clock.now()
        commands = [str(line) for line in self._context.settings.get("try", _TRY)][:3]
        visitor = Person(id="", name="", locale=locale)
        views = Views(self._context, self._store, visitor)
        cards = [
            {
                "view": views.person(person.id),
                "href": home(person.id),
                "language": words(texts.LANGUAGES.get(person.locale[:2], said(person.locale)), locale),
                "time": words(_at(Moment(at=now)), locale, person.zone),
                "department": self._context.people.profile(person.id).department,
            }
            for person in people
        ]
        fixed = {
            "title": words(texts.INDEX_TITLE, locale),
            "lead": words(texts.INDEX_LEAD, locale),
            "try_title": words(texts.INDEX_TRY, locale),
            "try_hint": words(texts.INDEX_TRY_HINT, locale),
        }
        body = self._templates.render("index.html", {**fixed, "people": cards, "commands": commands})
        return self._page("Chatops", body, locale)

    def sign_in(self, person: Person | None, asked_for: str) -> web.Response:
        """Return the page behind a sign-in link: a button, or, in the language asked for, that it does not work any more."""
        words = self._context.web.words
        locale = person.locale if person else asked_for
        minutes = int(LINK_LIFETIME.total_seconds() // 60)
        title = texts.SIGN_IN_TITLE if person else texts.SIGN_IN_OVER
        lead = (
            _(texts.SIGN_IN_LEAD.msgid, name=said(person.name))
            if person
            else _(texts.SIGN_IN_OVER_LEAD.msgid, minutes=minutes)
        )
        body = self._templates.render(
            "sign_in.html",
            {
                "title": words(title, locale),
                "lead": words(lead, locale),
                "button": words(texts.SIGN_IN_BUTTON, locale) if person else None,
            },
        )
        response = self._page(words(title, locale), body, locale)
        response.set_status(200 if person else 410)
        return response

    def notice(self, person: Person, message: Text, *, back: str, status: int) -> web.Response:
        """Return a page that says why something did not work."""
        words = self._context.web.words
        title = words(texts.NOTICE_TITLE, person.locale)
        body = self._templates.render(
            "notice.html",
            {
                "title": title,
                "message": words(message, person.locale, person.zone),
                "back": back,
                "back_label": words(texts.WORDS["back"], person.locale),
            },
        )
        response = self._page(title, body, person.locale)
        response.set_status(status)
        return response

    # pieces

    async def entry(self, request: web.Request, person: Person, entry: Entry, *, prefix: str, address: str) -> str:
        """Return one entry's HTML."""
        views = Views(self._context, self._store, person)
        values = {"entry": await views.entry(entry), "prefix": prefix, "address": address}
        values |= self._common(request, views)
        return self._templates.render("entry.html", values)

    async def top(self, request: web.Request, person: Person, room: Room, *, address: str) -> str:
        """Return the HTML of what is pinned in a room."""
        views = Views(self._context, self._store, person)
        values = {"pinned": await self._pinned(views, room), "address": address, **self._common(request, views)}
        return self._templates.render("top.html", values)

    def members(self, request: web.Request, person: Person, room: Room) -> str:
        """Return the HTML of who is in a room."""
        views = Views(self._context, self._store, person)
        values = {**self._writing(views, room), **self._common(request, views), "me": views.person(person.id)}
        return self._templates.render("members.html", values)

    def write(self, request: web.Request, person: Person, room: Room, *, address: str) -> str:
        """Return the HTML below a room: where to write, to join, or that it is closed."""
        views = Views(self._context, self._store, person)
        values = {**self._writing(views, room), **self._common(request, views), "address": address}
        return self._templates.render("write.html", values)

    def rooms(self, request: web.Request, person: Person, current: str) -> str:
        """Return the HTML of the room list."""
        views = Views(self._context, self._store, person)
        return self._templates.render("rooms.html", self._around(request, views, current))

    # inside

    def _common(self, request: web.Request, views: Views) -> dict[str, Any]:
        base = home(views.reader.id)
        return {"t": views.words, "base": base, "csrf": self._context.web.csrf(request, path=base)}

    def _around(self, request: web.Request, views: Views, current: str) -> dict[str, Any]:
        mine, direct, others = views.rooms(current)
        now = _at(Moment(at=self._context.clock.now()))
        return {
            **self._common(request, views),
            "me": views.person(views.reader.id),
            "now": self._context.web.words(now, views.reader.locale, views.reader.zone),
            "demo": self._context.demo,
            "guest": "guest" in views.reader.roles,
            "current": current,
            "mine": mine,
            "direct": direct,
            "others": others,
        }

    def _writing(self, views: Views, room: Room) -> dict[str, Any]:
        view = views.room(room, here=True)
        return {
            "room": view,
            "members": [views.person(member) for member in room.members],
            "writable": view.member and not view.archived,
            "hint": self._hint(views, room).split("`"),
            "message_to": self._context.web.words(
                _(texts.MESSAGE_TO.msgid, room=said(room.title)), views.reader.locale
            ),
            "reply": None,
            "editing": None,
        }

    async def _thread(self, views: Views, room: Room, id: str | None) -> dict[str, Any] | None:
        root = await self._store.entry(id) if id else None
        if root is None or root.room != room.id or root.thread is not None:
            return None
        replies = await self._store.newest(room.id, limit=200, thread=root.id)
        return {"root": await views.entry(root), "replies": [await views.entry(reply) for reply in replies]}

    async def _pinned(self, views: Views, room: Room) -> EntryView | None:
        for id_ in reversed(room.pinned):
            entry = await self._store.entry(id_)
            if entry is not None and not entry.gone:
                return await views.entry(entry)
        return None

    async def _editable(self, person: Person, id: str | None) -> Entry | None:
        entry = await self._store.entry(id) if id else None
        return entry if entry is not None and entry.author == person.id and not entry.gone else None

    def _hint(self, views: Views, room: Room) -> str:
        reader = views.reader
        if room.kind == "direct":
            return self._context.web.words(_(texts.SPEAK_DIRECT.msgid, example=Code(code="help")), reader.locale)
        hint = _(texts.SPEAK_IN_ROOM.msgid, prefix=Code(code=PREFIX), example=Code(code=f"{PREFIX}help"))
        return self._context.web.words(hint, reader.locale)

    def _page(self, title: str, body: str, locale: str) -> web.Response:
        return self._context.web.page(
            Page(title=title, body=body, locale=locale, styles=(PARTS_STYLE, _STYLE), scripts=(_SCRIPT,))
        )


def _at(moment: Moment) -> Text:
    return Text(msgid="{at}", args={"at": moment}, verbatim=True)
