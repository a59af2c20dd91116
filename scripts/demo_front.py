"""A tiny front for the demo's replicas: one address, each request to the next replica that is ready.

No proxy for the world: no HTTPS, no limits. It shows what a front has to do for chatops, and Caddy or nginx do it better.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import aiohttp
from aiohttp import web
from yarl import URL

EVERY = 0.5
"""Seconds between looks at a replica's `/readyz`."""

LOOK = 2.0
"""Seconds a look may take: one that was stopped (kill -STOP) takes connections and never answers."""

OWN_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "content-length",
    }
)
"""Headers that are between two neighbours only (RFC 9110, 7.6.1), and the length, which is worked out anew."""


class Front:
    """Spreads requests over replicas, given as name and address."""

    def __init__(self, replicas: Mapping[str, str], *, port: int, changed: Callable[[str, bool], None]) -> None:
        """`changed` is told when a replica begins or ceases to be ready."""
        self._replicas = dict(replicas)
        self._port = port
        self._changed = changed
        self._turns = itertools.cycle(self._replicas)
        self._ready = {name: asyncio.Event() for name in replicas}
        self._looking: list[asyncio.Task[None]] = []
        self._http: aiohttp.ClientSession | None = None
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Where people reach it."""
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Listen, and begin to look after the replicas. Raise OSError when the port is taken."""
        # A connection is used once: a request on one that the replica has just closed would not be known to be unsent.
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True, limit=0),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=LOOK),
            auto_decompress=False,
        )
        app = web.Application(client_max_size=1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._pass_on)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._looking = [asyncio.create_task(self._look_after(name)) for name in self._replicas]

    async def stop(self) -> None:
        """Listen no more."""
        for task in self._looking:
            task.cancel()
        if self._runner is not None:
            await self._runner.cleanup()
        if self._http is not None:
            await self._http.close()

    async def ready(self, name: str) -> None:
        """Return once a replica is ready."""
        await self._ready[name].wait()

    async def _look_after(self, name: str) -> None:
        while True:
            ready = await self._is_ready(name)
            if ready != self._ready[name].is_set():
                self._ready[name].set() if ready else self._ready[name].clear()
                self._changed(name, ready)
            await asyncio.sleep(EVERY)

    async def _is_ready(self, name: str) -> bool:
        try:
            timeout = aiohttp.ClientTimeout(total=LOOK)
            async with self._client.get(f"{self._replicas[name]}/readyz", timeout=timeout) as answer:
                return answer.status == web.HTTPOk.status_code
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def _pass_on(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        for name in self._in_turn():
            target = f"{self._replicas[name]}{request.raw_path}"
            try:
                answer = await self._client.request(
                    request.method,
                    URL(target, encoded=True),
                    headers=_headers(request),
                    data=body or None,
                    allow_redirects=False,
                )
            except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
                continue  # it was not sent, so the next one may have it
            except (aiohttp.ClientError, TimeoutError):
                return web.Response(
                    status=502, text="The replica ended in the middle of the request. Look, then repeat.\n"
                )
            return await self._pass_back(request, answer)
        return web.Response(status=503, text="No replica is ready.\n", headers={"Retry-After": "1"})

    async def _pass_back(self, request: web.Request, answer: aiohttp.ClientResponse) -> web.StreamResponse:
        """Hand on every piece as it comes: a stream of events lives from that."""
        response = web.StreamResponse(status=answer.status, reason=answer.reason)
        for name, value in answer.headers.items():
            if name.lower() not in OWN_HOP:
                response.headers.add(name, value)
        if answer.content_length is not None and request.method != "HEAD":
            response.content_length = answer.content_length
        try:
            await response.prepare(request)
            async for piece in answer.content.iter_any():
                await response.write(piece)
            await response.write_eof()
        except (aiohttp.ClientError, ConnectionError):
            # Either side has gone. The browser asks again, and comes to a replica that is there.
            with suppress(AttributeError):
                request.transport.abort()  # type: ignore[union-attr] # it is None when the browser has gone
        finally:
            answer.close()
        return response

    def _in_turn(self) -> Sequence[str]:
        """Return the ready replicas, the one whose turn it is first."""
        first = next(self._turns)
        names = list(self._replicas)
        at = names.index(first)
        return [name for name in (*names[at:], *names[:at]) if self._ready[name].is_set()]

    @property
    def _client(self) -> aiohttp.ClientSession:
        if self._http is None:
            message = "the front was not started"
            raise RuntimeError(message)
        return self._http


def _headers(request: web.Request) -> list[tuple[str, str]]:
    """Return what came, for the replica: `Host` stays, since requests under other names than the public one are refused."""
    kept = [(name, value) for name, value in request.headers.items() if name.lower() not in OWN_HOP]
    return [
        *((name, value) for name, value in kept if not name.lower().startswith("x-forwarded-")),
        ("X-Forwarded-For", request.remote or ""),
        ("X-Forwarded-Proto", request.scheme),
        ("X-Forwarded-Host", request.host),
    ]
