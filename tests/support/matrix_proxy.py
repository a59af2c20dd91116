"""A reverse proxy in front of a homeserver that makes trouble when told to, and remembers what was asked.

It runs in the test's own event loop. Without troubles it changes nothing.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus

import aiohttp
from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

Forward = Callable[[], Awaitable[web.Response]]
Trouble = Callable[[web.Request, Forward], Awaitable[web.StreamResponse]]
"""Answers a request in the homeserver's stead; it may ask the homeserver all the same."""

HOP_BY_HOP = frozenset({"connection", "content-length", "date", "host", "keep-alive", "server", "transfer-encoding"})


@dataclass(frozen=True)
class Seen:
    """One request, as it came in. Access tokens are not kept."""

    at: float
    """Seconds on the monotonic clock."""

    method: str
    path: str
    """Percent-decoded, without what follows a question mark."""

    query: dict[str, str]
    body: bytes = field(repr=False)


@dataclass
class _Planned:
    trouble: Trouble
    method: str
    path: str
    left: int


class MatrixProxy:
    """What a client reaches at `url`; see `in_front_of`."""

    def __init__(self, http: aiohttp.ClientSession, upstream: str) -> None:
        self.url = ""
        self.seen: list[Seen] = []
        self._http = http
        self._upstream = upstream
        self._planned: list[_Planned] = []

    def plan(self, trouble: Trouble, *, times: int = 1, method: str = "", path: str = "") -> None:
        """Let the next `times` requests with this method, whose decoded path contains `path`, meet `trouble`.

        Troubles planned first come first.
        """
        self._planned.append(_Planned(trouble, method, path, times))

    def calm(self) -> None:
        """Forget every trouble planned. A request that hangs goes on hanging."""
        self._planned.clear()

    def asked(self, path: str, *, method: str = "") -> list[Seen]:
        """What was seen with this method and a decoded path that contains `path`, in order."""
        return [seen for seen in self.seen if path in seen.path and method in {"", seen.method}]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        body = await request.read()
        query = {name: value for name, value in request.query.items() if name != "access_token"}
        self.seen.append(Seen(time.monotonic(), request.method, request.path, query, body))

        async def forward() -> web.Response:
            return await self._forward(request, body)

        trouble = self._next(request)
        try:
            return await (forward() if trouble is None else trouble(request, forward))
        except aiohttp.ClientError:
            return _cut(request)  # what a client would see without a proxy, when the homeserver is down

    def _next(self, request: web.Request) -> Trouble | None:
        for planned in self._planned:
            if planned.left and planned.path in request.path and planned.method in {"", request.method}:
                planned.left -= 1
                return planned.trouble
        return None

    async def _forward(self, request: web.Request, body: bytes) -> web.Response:
        url = URL(self._upstream + request.raw_path, encoded=True)
        headers = _passed_on(request.headers)
        async with self._http.request(request.method, url, headers=headers, data=body or None) as response:
            return web.Response(
                status=response.status, body=await response.read(), headers=_passed_on(response.headers)
            )


@asynccontextmanager
async def in_front_of(upstream: str) -> AsyncIterator[MatrixProxy]:
    """Serve a proxy of the homeserver at the URL `upstream` on a loopback port of its own, until the block ends."""
    unhurried = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(auto_decompress=False, timeout=unhurried) as http:
        proxy = MatrixProxy(http, upstream)
        app = web.Application(client_max_size=100 * 2**20)
        app.router.add_route("*", "/{anything:.*}", proxy.handle)
        # Long polls and hanging requests end with the test.
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            proxy.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield proxy
        finally:
            await runner.cleanup()


def answer(status: int, body: object, *, headers: dict[str, str] | None = None) -> Trouble:
    """Answer this status, and `body`: a str as HTML, anything else as JSON. The homeserver hears nothing."""
    html = isinstance(body, str)

    async def trouble(_: web.Request, __: Forward) -> web.StreamResponse:
        text = body if isinstance(body, str) else json.dumps(body)
        kind = "text/html" if html else "application/json"
        return web.Response(status=status, text=text, content_type=kind, headers=headers)

    return trouble


def bad_gateway() -> Trouble:
    """What a web server in front of a homeserver says while that is down: 502, in HTML."""
    return answer(HTTPStatus.BAD_GATEWAY, "<html><body><h1>502 Bad Gateway</h1></body></html>")


def unavailable() -> Trouble:
    """503 without a word."""
    return answer(HTTPStatus.SERVICE_UNAVAILABLE, "")


def limited(retry_after_ms: int) -> Trouble:
    """429 M_LIMIT_EXCEEDED. With `path=room` only one room is limited."""
    body = {"errcode": "M_LIMIT_EXCEEDED", "error": "Too Many Requests", "retry_after_ms": retry_after_ms}
    return answer(HTTPStatus.TOO_MANY_REQUESTS, body, headers={"Retry-After": str(-(-retry_after_ms // 1000))})


def unknown_token(*, soft_logout: bool) -> Trouble:
    """401 M_UNKNOWN_TOKEN: the session may be refreshed (`soft_logout`), or is over."""
    body = {"errcode": "M_UNKNOWN_TOKEN", "error": "Invalid access token", "soft_logout": soft_logout}
    return answer(HTTPStatus.UNAUTHORIZED, body)


def lost() -> Trouble:
    """Do what was asked and cut the connection instead of answering."""

    async def trouble(request: web.Request, forward: Forward) -> web.StreamResponse:
        await forward()
        return _cut(request)

    return trouble


def hanging() -> Trouble:
    """Never answer; the homeserver hears nothing."""

    async def trouble(_: web.Request, __: Forward) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    return trouble


def delayed(until: asyncio.Event) -> Trouble:
    """Ask the homeserver only when `until` is set, and answer then."""

    async def trouble(_: web.Request, forward: Forward) -> web.StreamResponse:
        await until.wait()
        return await forward()

    return trouble


def _cut(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _passed_on(headers: CIMultiDictProxy[str]) -> CIMultiDict[str]:
    return CIMultiDict((name, value) for name, value in headers.items() if name.lower() not in HOP_BY_HOP)
