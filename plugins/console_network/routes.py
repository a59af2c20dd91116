"""The console's addresses: what a browser may ask, and what comes back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

from aiohttp import web

from chatops import PluginContext
from chatops.core.message import Person
from chatops.errors import NotAllowed, NotFound, Refusal
from chatops.ports.web import Route, asked_for
from console_network.access import Access, home
from console_network.acts import Acts
from console_network.live import Changes
from console_network.model import Room
from console_network.network import ConsoleChat
from console_network.pages import Looking, Pages
from console_network.sent_files import download, forgotten, kept
from console_network.store import Store
from console_network.stream import Streams, Watcher
from console_network.uploads import LARGEST, Uploads

Page = Callable[[web.Request, Person], Awaitable[web.StreamResponse]]

_MOST_SHOWN = 500
MOST_BODY = 3 * LARGEST + 512 * 1024
"""Bytes of a message with its files that are read at all: with a little too much, one is told how much is taken."""

_ID = 64


class Routes:
    """Reads requests, lets `Acts` act, and sends people back where they were (POST, redirect, GET)."""

    def __init__(
        self,
        context: PluginContext,
        *,
        store: Store,
        changes: Changes,
        chat: ConsoleChat,
        access: Access,
        acts: Acts,
        pages: Pages,
        uploads: Uploads,
    ) -> None:
        self._context = context
        self._store = store
        self._changes = changes
        self._chat = chat
        self._access = access
        self._acts = acts
        self._pages = pages
        self._uploads = uploads
        self._streams = Streams(context, store, changes, pages)

    def all(self) -> Iterator[Route]:
        """Yield every route."""
        yield Route(method="GET", path="/", handler=self.index)
        yield Route(method="GET", path="/console", handler=self.index)
        yield Route(method="GET", path="/console/{person}", handler=self._slash)
        yield Route(method="GET", path="/console/{person}/sign-in/{token}", handler=self.link)
        yield Route(method="POST", path="/console/{person}/sign-in/{token}", handler=self.use_link)
        gets: tuple[tuple[str, Page], ...] = (
            ("", self.home),
            ("r/{room}", self.room),
            ("live", self.live),
            ("m/{entry}/files/{number}", self.file),
        )
        for path, page in gets:
            yield Route(method="GET", path=f"/console/{{person}}/{path}", handler=self._signed_in(page))
        posts: tuple[tuple[str, Page], ...] = (
            ("sign-out", self.sign_out),
            ("r/{room}/say", self.say),
            ("r/{room}/join", self.join),
            ("r/{room}/leave", self.leave),
            ("m/{entry}/edit", self.edit),
            ("m/{entry}/delete", self.delete),
            ("m/{entry}/react", self.react),
            ("m/{entry}/press", self.press),
        )
        for path, page in posts:
            most = MOST_BODY if page == self.say and self._chat.capabilities.files else 0
            yield Route(method="POST", path=f"/console/{{person}}/{path}", handler=self._signed_in(page), uploads=most)

    # before signing in

    async def index(self, request: web.Request) -> web.StreamResponse:
        """Show the demo's people; without the demo, say that it takes a link."""
        if not self._context.demo:
            raise web.HTTPUnauthorized
        await self._pages.ready()
        return self._pages.index(self._context.people.everybody(), asked_for(request))

    async def link(self, request: web.Request) -> web.StreamResponse:
        """Show the button behind a sign-in link; looking uses nothing up, so link previews do no harm."""
        await self._pages.ready()
        return self._pages.sign_in(await self._access.invited(*_link(request)), asked_for(request))

    async def use_link(self, request: web.Request) -> web.StreamResponse:
        """Sign in."""
        await self._pages.ready()
        return await self._access.use(*_link(request)) or self._pages.sign_in(None, asked_for(request))

    # looking

    async def home(self, request: web.Request, person: Person) -> web.StreamResponse:
        """Go to the first of the person's rooms, or to their direct chat."""
        direct = await self._chat.direct(person.id)
        mine = (room for room in self._store.rooms.values() if person.id in room.members and not room.archived)
        first = next((room for room in mine if room.kind != "direct"), direct)
        return _go(self._room_address(person, first))

    async def room(self, request: web.Request, person: Person) -> web.StreamResponse:
        """Show a room."""
        await self._chat.direct(person.id)
        room = self._acts.room(person, request.match_info["room"])
        # Before reading, so that what happens meanwhile is told twice rather than not at all.
        cursor = self._changes.cursor
        await self._store.see(person, room)
        query = request.query
        looking = Looking(
            thread=_id(query.get("thread")),
            reply=_id(query.get("reply")),
            edit=_id(query.get("edit")),
            show=await self._how_many(room, query.get("show"), _id(query.get("at"))),
        )
        return await self._pages.room(request, person, room, looking, cursor)

    async def live(self, request: web.Request, person: Person) -> web.StreamResponse:
        """Tell a tab what changes."""
        room = self._acts.room(person, request.query.get("room", ""))
        watcher = Watcher(
            person=person,
            room=room.id,
            thread=_id(request.query.get("thread")),
            address=self._room_address(person, room) + "?show=50",
        )
        cursor = request.headers.get("Last-Event-ID") or request.query.get("cursor", "")
        return await self._streams.serve(request, watcher, cursor)

    async def file(self, request: web.Request, person: Person) -> web.StreamResponse:
        """Hand out a file somebody sent."""
        file = await self._acts.file(person, request.match_info["entry"], request.match_info["number"])
        return download(file, self._uploads)

    # acting

    async def sign_out(self, request: web.Request, person: Person) -> web.StreamResponse:
        """End the session."""
        return await self._access.leave(request, person)

    async def say(self, request: web.Request, person: Person) -> web.StreamResponse:
        """Write in a room."""
        form = await _form(request)
        files = await kept(request, self._uploads, person.id)
        try:
            entry = await self._acts.say(
                person,
                request.match_info["room"],
                form.get("text", ""),
                thread=_id(form.get("thread")),
                reply_to=_id(form.get("reply")),
                once=_id(form.get("once")),
                files=files,
            )
        except Refusal:
            await forgotten(self._uploads, files)
            raise
        # Sent a second time, it was written the first time, with its own copies. After any other error it may have been
        # written: what it was not is thrown away at the next start.
        await forgotten(self._uploads, [file for file in files if file not in entry.files])
        return self._done(request, person, entry.room, thread=entry.thread)

    async def edit(self, request: web.Request, person: Person) -> web.StreamResponse:
        """Change an entry of one's own."""
        form = await _form(request)
        entry = await self._acts.edit(person, request.match_info["entry"], form.get("text", ""))
        return self._done(request, person, entry.room, thread=entry.thread)

    async def delete(self, request: web.Request, person: Person) -> web.StreamResponse:
        """Take an entry back."""
        files = await self._acts.delete(person, request.match_info["entry"])
        await forgotten(self._uploads, files)
        await self._store.let_go(files)
        return await self._back(request, person)

    async def react(self, request: web.Request, person: Person) -> web.StreamResponse:
        """Put a reaction on an entry, or take it back."""
        await self._acts.react(person, request.match_info["entry"], (await _form(request)).get("emoji", ""))
        return await self._back(request, person)

    async def press(self, request: web.Request, person: Person) -> web.StreamResponse:
        """Press a button."""
        form = await _form(request)
        fields = {name.removeprefix("field."): value for name, value in form.items() if name.startswith("field.")}
        entry = request.match_info["entry"]
        await self._acts.press(person, entry, form.get("ref", ""), fields, once=_id(form.get("once")))
        return await self._back(request, person)

    async def join(self, request: web.Request, person: Person) -> web.StreamResponse:
        """Come into a room."""
        room = request.match_info["room"]
        await self._acts.join(person, room)
        return _go(self._room_address(person, self._acts.room(person, room)))

    async def leave(self, request: web.Request, person: Person) -> web.StreamResponse:
        """Go out of a room."""
        await self._acts.leave(person, request.match_info["room"])
        return _go(home(person.id))

    # inside

    def _signed_in(self, page: Page) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Wrap a page that needs somebody signed in; what they cannot do is answered kindly."""

        async def handle(request: web.Request) -> web.StreamResponse:
            await self._chat.ready()
            await self._pages.ready()
            person = await self._access.person(request)
            if person is None:
                return self._access.enter(request)
            room = request.match_info.get("room") or request.query.get("room")
            if room:
                await self._store.catch_up(room)
            try:
                return await page(request, person)
            except Refusal as refusal:
                status = 404 if isinstance(refusal, NotFound) else 403 if isinstance(refusal, NotAllowed) else 422
                return self._refused(request, person, refusal, status)

        return handle

    def _refused(self, request: web.Request, person: Person, refusal: Refusal, status: int) -> web.Response:
        if _scripted(request):
            words = self._context.web.words(refusal.message, person.locale, person.zone)
            return web.Response(text=words, status=status)
        return self._pages.notice(person, refusal.message, back=home(person.id), status=status)

    async def _slash(self, request: web.Request) -> web.StreamResponse:
        return _go(home(request.match_info["person"]))

    async def _back(self, request: web.Request, person: Person) -> web.StreamResponse:
        """Return to where the entry acted upon stands."""
        entry = await self._store.entry(request.match_info["entry"])
        if entry is None:
            return _go(home(person.id))
        form = await _form(request)
        return self._done(request, person, entry.room, thread=_id(form.get("thread")))

    def _done(self, request: web.Request, person: Person, room: str, *, thread: str | None) -> web.StreamResponse:
        if _scripted(request):
            return web.Response(status=204)
        address = self._room_address(person, self._store.rooms[room])
        return _go(f"{address}?thread={thread}" if thread else address)

    def _room_address(self, person: Person, room: Room) -> str:
        return f"{home(person.id)}r/{room.id}"

    async def _how_many(self, room: Room, show: str | None, at: str | None) -> int:
        """Return how many entries to show: as many as asked for, or enough to reach back to an entry."""
        if at is not None:
            entry = await self._store.entry(at)
            back = room.posts - entry.seq + 10 if entry is not None and entry.room == room.id else 0
            return min(max(back, 50), _MOST_SHOWN)
        digits = show or ""
        if not digits.isdecimal() or not digits.isascii() or len(digits) > 6:  # noqa: PLR2004
            return 50
        return min(max(int(digits), 1), _MOST_SHOWN)


def _link(request: web.Request) -> tuple[str, str]:
    return request.match_info["person"], request.match_info["token"]


def _go(address: str) -> web.Response:
    return web.Response(status=303, headers={"Location": address})


def _scripted(request: web.Request) -> bool:
    """Whether the page's own script asks: it wants a word, not a page."""
    return request.headers.get("X-Live") == "1"


def _id(raw: str | None) -> str | None:
    """Return an id as it came, unless it cannot be one."""
    return raw if raw and len(raw) <= _ID and raw.isprintable() else None


async def _form(request: web.Request) -> dict[str, str]:
    return {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
