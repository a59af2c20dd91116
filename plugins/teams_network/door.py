"""Where the Bot Connector knocks: `POST /api/messages`.

In this order: the size, the form, the token. Before the token was judged nothing is looked up, remembered or done, and
whoever is turned away learns nothing. What was judged is accepted durably, then answered; what can be answered only
later is never waited for, except for clicks, and those not long.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec
import structlog
from aiohttp import ClientError, web
from aiohttp.http_exceptions import HttpProcessingError

from chatops import Clock
from chatops.errors import Conflict, StoreUnavailable
from chatops.ports.chat import Accept
from chatops.ports.web import Route
from teams_network.activity import Activity, decoded
from teams_network.intruders import WINDOW, Intruders
from teams_network.invokes import Invokes
from teams_network.senders import identity_of
from teams_network.settings import TeamsSettings
from teams_network.unauthorized import Unauthorized
from teams_network.understanding import Understanding

PATH = "/api/messages"

MAX_BODY = 256 * 1024
"""Bytes of one activity. Teams takes 28 KB from people, and cards go back with what was filled into them."""

RETRY_AFTER = "2"
"""Seconds; the Bot Connector redelivers what was answered with 503."""

_UNREADABLE = (msgspec.MsgspecError, RecursionError, ClientError, HttpProcessingError, web.RequestPayloadError)

_log = structlog.get_logger("teams")


class Judge(Protocol):
    """Knows who may come in."""

    async def judge(self, authorizations: Sequence[str], activity: Activity) -> None:
        """Return when the activity may be believed. Raise Unauthorized."""
        ...


class Learning(Protocol):
    """Remembers conversations."""

    async def learn(self, activity: Activity) -> None:
        """Remember what a judged activity tells. Raise StoreUnavailable, or Conflict when others were always faster."""
        ...


class Door:
    """Lets in what proves where it comes from."""

    def __init__(
        self,
        settings: TeamsSettings,
        *,
        judge: Judge,
        understanding: Understanding,
        invokes: Invokes,
        conversations: Learning,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._judge = judge
        self._understanding = understanding
        self._invokes = invokes
        self._conversations = conversations
        self._clock = clock
        self._intruders = Intruders(clock)
        self._accept: Accept | None = None

    @property
    def route(self) -> Route:
        """What the web server is to serve. No browser calls it: there is no session to steal, the token says who it is."""
        return Route(method="POST", path=PATH, handler=self.knock, changes=False)

    async def listen(self, accept: Accept) -> None:
        """Hand over what comes in until cancelled. Before and after, whoever knocks is asked to come again."""
        self._accept = accept
        try:
            while True:
                await self._clock.sleep(WINDOW)
                await self._tell()
        finally:
            self._accept = None

    async def knock(self, request: web.Request) -> web.Response:
        """Answer one request."""
        try:
            body = await _body(request)
            if body is None:
                return web.Response(status=413)
            activity = decoded(body)
        except _UNREADABLE:
            return web.Response(status=400)
        try:
            await self._judge.judge(request.headers.getall("Authorization", []), activity)
        except Unauthorized as refusal:
            return await self._turn_away(refusal.reason, activity, request.remote or "")
        accept = self._accept
        if accept is None:
            return _later()
        try:
            return await self._let_in(activity, accept)
        except (StoreUnavailable, Conflict):
            return _later()

    async def _let_in(self, activity: Activity, accept: Accept) -> web.Response:
        if activity.type == "invoke":
            await self._conversations.learn(activity)
            told = await self._invokes(activity, accept)
            return web.Response(body=told.body, content_type="application/json")
        events = await self._understanding(activity)
        await self._conversations.learn(activity)
        if events:
            await accept(events)
        return web.Response(status=200)

    async def _turn_away(self, reason: str, activity: Activity, address: str) -> web.Response:
        """Refuse, and tell so. Without keys nobody is refused: it is we who cannot tell."""
        if reason == "keys_unavailable":
            return _later()
        self._intruders.seen(reason, identity_of(activity.sender, activity, self._settings), address)
        await self._tell()
        return web.Response(status=401)

    async def _tell(self) -> None:
        told = self._intruders.due()
        if not told:
            return
        if self._accept is None:
            self._intruders.back(told)
            return
        try:
            await self._accept(told)
        except StoreUnavailable:
            self._intruders.back(told)
            return
        for _key, one in told:
            _log.warning("turned somebody away", reason=one.reason, count=one.count)


async def _body(request: web.Request) -> bytes | None:
    """Return what was sent, or None when it is too long."""
    if request.content_length is not None and request.content_length > MAX_BODY:
        return None
    found = bytearray()
    async for chunk in request.content.iter_chunked(16 * 1024):
        found += chunk
        if len(found) > MAX_BODY:
            return None
    return bytes(found)


def _later() -> web.Response:
    return web.Response(status=503, headers={"Retry-After": RETRY_AFTER})
