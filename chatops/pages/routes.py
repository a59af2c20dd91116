"""The pages' addresses: what a browser may ask, and what comes back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

from aiohttp import web

from chatops.core.text import Text, _, said
from chatops.engine.roombook import RoomBook
from chatops.errors import NotAllowed, NotFound, Refusal, TryLater
from chatops.pages.acting import Acting, Answer, order_of
from chatops.pages.case_page import CasePage
from chatops.pages.light_page import LightPage
from chatops.pages.list_page import ListPage, wanted
from chatops.pages.paper import FILES, Paper, Pen
from chatops.pages.profile_page import ProfilePage
from chatops.pages.reading import Reading
from chatops.pages.search_page import SearchPage
from chatops.pages.stream import Parts, Streams, seen
from chatops.pages.swarm_page import MOST_SHOWN, SHOWN, SwarmPage
from chatops.pages.visit import Entrance, Visit, home
from chatops.pages.words import (
    BAD_FORM,
    CONFIRM_TITLE,
    NO_SUCH_LIGHT,
    NO_SUCH_PERSON,
    NO_SUCH_SWARM,
    NOT_FOR_GUESTS,
    NOTICE_TITLE,
    WORDS,
)
from chatops.ports.roster import Directory
from chatops.ports.web import Route, Static, Web
from chatops.swarm.light import ASK_PREFIX
from chatops.swarm.model import PREFIX, Swarm, main_room

Show = Callable[[web.Request, Pen], Awaitable[web.StreamResponse]]


class Pages:
    """All pages, and who may see them."""

    def __init__(  # noqa: PLR0913 - every page once, by name
        self,
        *,
        web: Web,
        entrance: Entrance,
        paper: Paper,
        directory: Directory,
        rooms: RoomBook,
        acting: Acting,
        reading: Reading,
        streams: Streams,
        swarms: SwarmPage,
        lights: LightPage,
        listing: ListPage,
        cases: CasePage,
        search: SearchPage,
        profiles: ProfilePage,
    ) -> None:
        self._web = web
        self._entrance = entrance
        self._paper = paper
        self._directory = directory
        self._rooms = rooms
        self._acting = acting
        self._reading = reading
        self._streams = streams
        self._swarms = swarms
        self._lights = lights
        self._listing = listing
        self._cases = cases
        self._search = search
        self._profiles = profiles

    def routes(self) -> Iterator[Route | Static]:
        """Yield every route, and the files."""
        yield FILES
        for path, show in (
            ("swarms", _house(self._list)),
            ("swarms/live", _house(self._list_live)),
            ("swarms/{number}", self._swarm),
            ("swarms/{number}/live", self._swarm_live),
            ("asks/{number}", _house(self._light)),
            ("asks/{number}/live", _house(self._light_live)),
            ("cases/{case}", _house(self._case)),
            ("search", _house(self._find)),
            ("profile", self._own_profile),
            ("people/{who}", self._profile),
            ("about/{room}", self._about),
        ):
            yield Route(method="GET", path=f"/console/{{person}}/{path}", handler=self._signed_in(show))
        yield Route(method="POST", path="/console/{person}/do", handler=self._signed_in(self._do))

    # looking

    async def _list(self, request: web.Request, pen: Pen) -> web.StreamResponse:
        return await self._listing.page(pen, wanted(request))

    async def _list_live(self, request: web.Request, pen: Pen) -> web.StreamResponse:
        want = wanted(request)

        async def parts() -> Parts | None:
            now = await self._again(request)
            return None if now is None or now.visit.guest else await self._listing.parts(now, want)

        return await self._streams.serve(request, parts)

    async def _light(self, request: web.Request, pen: Pen) -> web.StreamResponse:
        number = _number(request, ASK_PREFIX)
        name = f"{ASK_PREFIX}-{number}"
        parts = await self._lights.parts(pen, number)
        if parts is None:
            raise NotFound(_(NO_SUCH_LIGHT.msgid, light=name))
        return pen.page(
            said(name),
            "light.html",
            here="swarms",
            parts=parts,
            page=f"asks/{number}",
            answer=await self._acting.asked(request, pen.visit),
            live=f"{pen.visit.base}asks/{number}/live",
            asked={"seen": seen(parts)},
        )

    async def _light_live(self, request: web.Request, pen: Pen) -> web.StreamResponse:
        number = _number(request, ASK_PREFIX)

        async def parts() -> Parts | None:
            now = await self._again(request)
            return None if now is None or now.visit.guest else await self._lights.parts(now, number)

        return await self._streams.serve(request, parts)

    async def _swarm(self, request: web.Request, pen: Pen) -> web.StreamResponse:
        if request.match_info["number"].upper().startswith(ASK_PREFIX):
            return _go(f"{pen.visit.base}asks/{_number(request, ASK_PREFIX)}")
        number, show = _number(request), _show(request)
        parts = await self._swarms.parts(pen, number, show)
        if parts is None:
            raise NotFound(_(NO_SUCH_SWARM.msgid, swarm=f"{PREFIX}-{number}"))
        page = f"swarms/{number}"
        return pen.page(
            said(f"{PREFIX}-{number}"),
            "guest.html" if pen.visit.guest else "swarm.html",
            here="swarms",
            parts=parts,
            page=page,
            room=self._room_address(pen.visit, number),
            answer=await self._acting.asked(request, pen.visit),
            live=f"{pen.visit.base}{page}/live",
            asked={"show": str(show), "seen": seen(parts)},
        )

    async def _swarm_live(self, request: web.Request, pen: Pen) -> web.StreamResponse:
        number, show = _number(request), _show(request)

        async def parts() -> Parts | None:
            now = await self._again(request)
            return None if now is None else await self._swarms.parts(now, number, show)

        async def stirred() -> int:
            return await self._reading.newest(Swarm.kind, number)

        return await self._streams.serve(request, parts, stirred)

    async def _case(self, request: web.Request, pen: Pen) -> web.StreamResponse:
        answer = await self._acting.asked(request, pen.visit)
        return await self._cases.page(pen, request.match_info["case"], answer=answer)

    async def _find(self, request: web.Request, pen: Pen) -> web.StreamResponse:
        return await self._search.page(pen, request.query.get("q", ""))

    async def _own_profile(self, request: web.Request, pen: Pen) -> web.StreamResponse:
        return await self._profiles.page(pen, pen.visit.person)

    async def _profile(self, request: web.Request, pen: Pen) -> web.StreamResponse:
        person = self._directory.by_id(request.match_info["who"])
        if pen.visit.guest and (person is None or person.id != pen.visit.person.id):
            raise NotAllowed(NOT_FOR_GUESTS)
        if person is None:
            raise NotFound(NO_SUCH_PERSON)
        return await self._profiles.page(pen, person)

    async def _about(self, request: web.Request, pen: Pen) -> web.StreamResponse:
        """Go from a room of the chat to the page of what it belongs to."""
        ref = self._entrance.room_of(pen.visit.person, request.match_info["room"])
        room = None if ref is None else self._rooms.by_remote(ref)
        kind, _colon, id_ = (room.subject or "").partition(":") if room is not None else ("", "", "")
        return _go(f"{pen.visit.base}swarms/{id_}" if kind == Swarm.kind else f"{pen.visit.base}swarms")

    # acting

    async def _do(self, request: web.Request, pen: Pen) -> web.StreamResponse:
        order = order_of(await request.post())
        if order is None:
            return _notice(pen, BAD_FORM, status=400)
        kind, _slash, number = order.page.partition("/")
        about = await self._reading.swarm(pen.visit.person, number) if kind == "swarms" and number else None
        if order.command:
            answer = await self._acting.run(pen.visit.person, order, about=about)
        else:
            answer = Answer(once=order.once, settled=True)
        if request.headers.get("X-Live") == "1":
            html = pen.piece("answer.html", answer=answer, page=order.page, order=order)
            return web.Response(text=html, content_type="text/html")
        if answer.asks:
            # What it asks for is in this form only: one cannot be sent back first.
            return pen.page(CONFIRM_TITLE, "confirm.html", here="", answer=answer, page=order.page, order=order)
        return _go(f"{pen.visit.base}{order.page}?answer={order.once}#answer")

    # inside

    def _signed_in(self, show: Show) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Wrap a page that needs somebody signed in; what they may not see is answered kindly."""

        async def handle(request: web.Request) -> web.StreamResponse:
            person = await self._entrance.visitor(request)
            if person is None:
                return self._entrance.entrance(request)
            await self._paper.ready()
            pen = self._paper.pen(Visit(person=person, csrf=self._web.csrf(request, path=home(person.id))))
            try:
                return await show(request, pen)
            except Refusal as refusal:
                status = 404 if isinstance(refusal, NotFound) else 403 if isinstance(refusal, NotAllowed) else 422
                status = 503 if isinstance(refusal, TryLater) else status
                return _notice(pen, refusal.message, status=status)

        return handle

    async def _again(self, request: web.Request) -> Pen | None:
        """Return a pen for now; None once the visitor has signed out, or left the directory."""
        person = await self._entrance.visitor(request)
        if person is None:
            return None
        return self._paper.pen(Visit(person=person, csrf=self._web.csrf(request, path=home(person.id))))

    def _room_address(self, visit: Visit, number: str) -> str:
        room = self._rooms.by_id(main_room(number))
        ref = None if room is None else room.ref
        return "" if ref is None else self._entrance.room_address(visit.person.id, ref) or ""


def _house(show: Show) -> Show:
    """Wrap a page that guests do not see."""

    async def handle(request: web.Request, pen: Pen) -> web.StreamResponse:
        if pen.visit.guest:
            raise NotAllowed(NOT_FOR_GUESTS)
        return await show(request, pen)

    return handle


def _notice(pen: Pen, message: Text, *, status: int) -> web.Response:
    back = pen.visit.base if pen.visit.guest else f"{pen.visit.base}swarms"
    label = pen.say(WORDS["chat" if pen.visit.guest else "swarms"])
    return pen.page(
        NOTICE_TITLE, "notice.html", here="", status=status, message=pen.say(message), back=back, label=label
    )


def _number(request: web.Request, prefix: str = PREFIX) -> str:
    """Return a swarm's number, or nothing that could be one."""
    raw = request.match_info["number"]
    digits = raw.upper().removeprefix(f"{prefix}-")
    return digits if digits.isascii() and digits.isdecimal() and len(digits) < 16 else "0"  # noqa: PLR2004


def _show(request: web.Request) -> int:
    asked = request.query.get("show", "")
    count = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 5 else SHOWN  # noqa: PLR2004
    return min(max(count, SHOWN), MOST_SHOWN)


def _go(address: str) -> web.Response:
    return web.Response(status=303, headers={"Location": address})
