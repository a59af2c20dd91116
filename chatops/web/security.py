"""What every request must pass before a handler sees it, and the headers every answer carries."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable, Collection

from aiohttp import ClientError, web
from aiohttp.http_exceptions import HttpProcessingError

from chatops.ports.web import RouteHandler
from chatops.web.sessions import Sessions

MAX_BODY = 256 * 1024
"""Longest request body, in bytes: the longest message, percent-encoded."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not `no-referrer`: with it browsers send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked for by machines, under whatever name they know us by; they tell nothing secret, or ask for a token."""

_FORM = "application/x-www-form-urlencoded"
_FILES = "multipart/form-data"
_UNREADABLE = (ValueError, LookupError, ClientError, HttpProcessingError, web.RequestPayloadError)


class Guard:
    """Checks hosts, origins, bodies and form tokens. Answers with 4xx; never raises anything else."""

    def __init__(self, *, sessions: Sessions, hosts: Callable[[], Collection[str]]) -> None:
        self._sessions = sessions
        self._hosts = hosts
        """The values of `Host` we answer to, lower case."""

    def check_host(self, request: web.Request) -> None:
        """Refuse a request meant for another host: the door of DNS rebinding."""
        if request.path not in PROBES and request.headers.get("Host", "").lower() not in self._hosts():
            raise web.HTTPMisdirectedRequest

    def changing(self, handler: RouteHandler, *, uploads: int = 0) -> RouteHandler:
        """Wrap a handler that changes something. `uploads`: bytes of a form with files that it takes."""

        async def checked(request: web.Request) -> web.StreamResponse:
            self._check_origin(request)
            if uploads and request.content_type == _FILES:
                return await self._uploaded(request, handler, uploads)
            await _readable(request)
            await self._check_token(request)
            return await handler(request)

        return checked

    async def _uploaded(self, request: web.Request, handler: RouteHandler, most: int) -> web.StreamResponse:
        """Read a form with files, from somebody with a session only, and throw away what it leaves behind."""
        if not any(self._sessions.carried(request)):
            raise web.HTTPForbidden
        if request.content_length is None:
            raise web.HTTPLengthRequired
        if request.content_length > most:
            raise web.HTTPRequestEntityTooLarge(most)
        request = request.clone(client_max_size=most)
        try:
            form = await request.post()
        except _UNREADABLE as error:
            raise web.HTTPBadRequest from error
        try:
            await self._check_token(request)
            return await handler(request)
        finally:
            for one in form.values():
                if isinstance(one, web.FileField):
                    await asyncio.to_thread(one.file.close)

    def _check_origin(self, request: web.Request) -> None:
        site = request.headers.get("Sec-Fetch-Site", "same-origin")
        origin = request.headers.get("Origin")
        ours = origin is None or origin.lower().partition("://")[2] in self._hosts()
        if site not in {"same-origin", "none"} or not ours:
            raise web.HTTPForbidden

    async def _check_token(self, request: web.Request) -> None:
        sessions = list(self._sessions.carried(request))
        if not sessions:
            return
        token = request.headers.get("X-CSRF")
        if token is None and request.content_type in {_FORM, _FILES}:
            field = (await request.post()).get("_csrf", "")
            token = field if isinstance(field, str) else ""
        given = (token or "").encode(errors="replace")
        if not any(hmac.compare_digest(given, self._sessions.token(session).encode()) for session in sessions):
            raise web.HTTPForbidden


async def _readable(request: web.Request) -> None:
    """Read the body once, here, where everything that can be wrong with it is answered."""
    if request.content_type.startswith("multipart/"):
        raise web.HTTPUnsupportedMediaType
    try:
        await request.read()
        if request.content_type == _FORM:
            await request.post()
    except _UNREADABLE as error:
        raise web.HTTPBadRequest from error


async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Set the security headers; pages are not kept by caches unless they say so."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
