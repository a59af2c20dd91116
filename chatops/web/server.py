"""The HTTP server: one place that listens, checks, routes and closes down."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Collection, Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from aiohttp import web

from chatops.core.catalogue import Catalogues
from chatops.core.clock import Clock
from chatops.core.message import Person
from chatops.core.text import Text
from chatops.errors import StartError, StoreUnavailable
from chatops.ports.web import Page, Route, RouteHandler, Static
from chatops.web.answers import problem
from chatops.web.health import Heartbeat
from chatops.web.problems import REST, refused
from chatops.web.security import MAX_BODY, Guard, add_headers
from chatops.web.sessions import Sessions
from chatops.web.shell import Shell
from chatops.web.static import StaticFiles

API = "/api/"
"""Below this, what goes wrong is answered as JSON."""

GRACE = 2.0
"""Seconds that requests in flight have to finish when the server stops."""

STREAMS = web.AppKey("streams", set[asyncio.Task[object]])
"""Requests that never end by themselves; cancelled first when the server stops."""

_log = logging.getLogger(__name__)


class WebServer:
    """Serves routes and files on one port, and is the `Web` that plugins see.

    Add everything before `start`. Port 0 takes a free one; `port` and `base_url` tell which once it listens.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 8080,
        base_url: str = "",
        allowed_hosts: Sequence[str] = (),
        secret: bytes,
        catalogues: Catalogues,
        clock: Clock,
        max_body: int = MAX_BODY,
    ) -> None:
        self.host = host
        self.port = port
        self._base_url = base_url.rstrip("/")
        self._allowed = frozenset(name.lower() for name in allowed_hosts)
        self._served: set[tuple[str, str]] = set()
        self._files = StaticFiles()
        self._shell = Shell(files=self._files, catalogues=catalogues, clock=clock)
        self._sessions = Sessions(secret=secret, clock=clock)
        self._guard = Guard(sessions=self._sessions, hosts=self._hosts)
        self._heartbeat = Heartbeat(clock)
        self._beating: asyncio.Task[None] | None = None
        self._runner: web.AppRunner | None = None
        self._app = web.Application(client_max_size=max_body, middlewares=[self._answer])
        self._app[STREAMS] = set()
        self._app.on_response_prepare.append(add_headers)
        self._app.on_response_prepare.append(_note_stream)
        self._app.on_shutdown.append(_end_streams)
        self.add(self._heartbeat.route())

    # set-up

    def add(self, *routes: Route | Static) -> None:
        """Serve further addresses. Reads files from disk. Raise StartError when an address is taken."""
        for route in routes:
            if isinstance(route, Static):
                self._files.add(route)
                continue
            if (route.method, route.path) in self._served:
                message = f"two parts serve {route.method} {route.path}"
                raise StartError(message)
            self._served.add((route.method, route.path))
            changes = route.method != "GET" if route.changes is None else route.changes
            handler = self._guard.changing(route.handler, uploads=route.uploads) if changes else route.handler
            if route.method == "GET":
                self._app.router.add_get(route.path, handler)
            else:
                self._app.router.add_route(route.method, route.path, handler)

    async def start(self) -> None:
        """Listen. Raise StartError when the address is taken."""
        # Our own loggers tell what matters; an access log would tell who read what.
        runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=GRACE)
        await runner.setup()
        try:
            await web.TCPSite(runner, self.host, self.port).start()
        except OSError as error:
            await runner.cleanup()
            # The loop rewrites `strerror` and names the address once more.
            reason = os.strerror(error.errno) if error.errno else str(error)
            message = f"Port {self.port} on {self.host} cannot be opened: {reason}. Choose another port."
            raise StartError(message) from error
        self._runner = runner
        self.port = runner.addresses[0][1]
        self._beating = asyncio.create_task(self._heartbeat.run(), name="heartbeat")

    async def stop(self) -> None:
        """Stop listening, end streams, let requests finish for `GRACE` seconds. Harmless when it is not running."""
        if self._beating is not None:
            self._beating.cancel()
            with suppress(asyncio.CancelledError):
                await self._beating
        if self._runner is not None:
            await self._runner.cleanup()
        self._beating = self._runner = None

    # for plugins

    @property
    def base_url(self) -> str:
        """Where people reach the server, without a slash at the end."""
        return self._base_url or f"http://{self._authority(self.host)}"

    @property
    def own_url(self) -> str:
        """Where programs of this machine reach this very process, past whatever stands in front of it."""
        anywhere = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - nothing is bound here
        return f"http://{self._authority(anywhere.get(self.host, self.host))}"

    def words(self, text: Text, locale: str, zone: str = "UTC") -> str:
        """Return `text` as plain words for a reader of that language and zone."""
        return self._shell.words(text, locale, zone)

    def page(self, page: Page) -> web.Response:
        """Return a whole page in the common shell."""
        return self._shell.page(page)

    def sign_in(self, response: web.StreamResponse, person: Person, *, path: str) -> None:
        """Give the browser a session for `person`, valid below `path` only."""
        self._sessions.grant(response, person.id, path=path, secure=self.base_url.startswith("https:"))

    def sign_out(self, request: web.Request, response: web.StreamResponse, *, path: str) -> None:
        """End the session below `path`."""
        self._sessions.end(request, response, path=path)

    def signed_in(self, request: web.Request, *, path: str) -> str | None:
        """Return the id of the person whose session below `path` this is, or None."""
        session = self._sessions.find(request, path=path)
        return None if session is None else session.person

    def csrf(self, request: web.Request, *, path: str) -> str:
        """Return the token for this session's forms; empty without a session."""
        session = self._sessions.find(request, path=path)
        return "" if session is None else self._sessions.token(session)

    # inside

    def _authority(self, host: str) -> str:
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"

    def _hosts(self) -> Collection[str]:
        own = {self._authority(host) for host in (self.host, "127.0.0.1", "localhost", "::1")}
        with_port = {f"{name}:{self.port}" for name in self._allowed}
        return own | self._allowed | with_port | {urlsplit(self.base_url).netloc.lower()}

    @web.middleware
    async def _answer(self, request: web.Request, handler: RouteHandler) -> web.StreamResponse:
        """Check the host, serve files, and turn refusals into pages or JSON."""
        try:
            self._guard.check_host(request)
            return self._files.serve(request) or await handler(request)
        except web.HTTPException as refusal:
            if refusal.status < web.HTTPBadRequest.status_code:
                raise
            return self._refused(refusal, request)
        except StoreUnavailable:
            # The engine has said so in the log; whoever asks may ask again.
            return self._refused(web.HTTPServiceUnavailable(headers={"Retry-After": "1"}), request)

    def _refused(self, refusal: web.HTTPException, request: web.Request) -> web.Response:
        _log.info("refused a request", extra={"status": refusal.status, "method": request.method})
        if request.path.startswith(f"{REST}/"):
            answer = refused(refusal)
        elif request.path.startswith(API):
            answer = problem(refusal.status, refusal.reason.lower().replace(" ", "_"), refusal.reason)
        else:
            answer = self._shell.sorry(refusal.status, request)
        for name in ("Allow", "Retry-After"):
            if name in refusal.headers:
                answer.headers[name] = refusal.headers[name]
        return answer


async def _note_stream(request: web.Request, response: web.StreamResponse) -> None:
    task = asyncio.current_task()
    if response.content_type == "text/event-stream" and task is not None:
        streams = request.app[STREAMS]
        streams.add(task)
        task.add_done_callback(streams.discard)


async def _end_streams(app: web.Application) -> None:
    streams = app[STREAMS]
    for task in tuple(streams):
        task.cancel()
