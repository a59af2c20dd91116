"""The plugin's one way out: requests over one aiohttp session, and whether those that failed may have arrived.

Nothing is followed, kept or believed beyond one answer: no redirects (a token would go with them), no cookies, no proxy
or password from the environment, no answer larger than was asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Literal

import aiohttp
import structlog
from yarl import URL

from chatops import Clock, Frozen
from chatops.errors import Invalid, OutcomeUnknown, PortError, Unreachable

log = structlog.get_logger("teams")

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]

LARGEST = 4 * 1024 * 1024
"""Bytes of an answer, decompressed, unless a request says otherwise."""

IDLE = 15.0
"""Seconds after which an idle connection is not used again: long before the far side gives it up, since a write on a
connection that is being closed is a write whose outcome nobody knows."""

PER_HOST = 64
"""Connections to one host. There is no limit for all: a host that hangs must not keep us from the others."""

HOSTS = 64
"""Whose outages are remembered, so that each is logged once."""


class Request(Frozen, frozen=True):
    """What is asked. `timeout` is in seconds, from the wait for a connection to the last byte of the answer."""

    method: Method
    url: str
    headers: Mapping[str, str] = {}
    body: bytes | None = None
    timeout: float = 15.0
    largest: int = LARGEST
    """Bytes."""

    def __repr__(self) -> str:
        """Say what is asked and where; headers and body carry tokens, secrets and what people wrote."""
        return f"Request({self.method} {_host(self.url)})"


class Answer(Frozen, frozen=True):
    """What was answered, whichever status. Names of headers are found in any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        """Say how it went; an answer may be a token."""
        return f"Answer({self.status}, {len(self.body)} bytes)"


class _Progress:
    """How far one request came."""

    def __init__(self) -> None:
        self.connected = False


class Http:
    """Sends requests. Its session is made with the first and closed with `close`; another request makes another."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None
        self._down: dict[str, float] = {}

    async def send(self, request: Request) -> Answer:
        """Send once and return the answer, whatever its status, a redirect as well.

        Raise Unreachable when nothing can have happened: there was no connection (name, port, TLS, time), or it was a GET.
        Raise OutcomeUnknown when the request may have arrived: no answer in time, cut off, unreadable or too large.
        Raise Invalid for an address that is none.
        """
        progress = _Progress()
        try:
            answer = await self._sent(request, progress)
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError) as error:
            message = "that is no address a request can be sent to"
            raise Invalid(message) from error
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            failed = _failure(request, error, connected=progress.connected)
            if not isinstance(failed, TooLarge):
                self._is_down(_host(request.url), error)
            raise failed from error
        self._is_up(_host(request.url))
        return answer

    async def close(self) -> None:
        """Close all connections. Calling twice is harmless; a request opens them again."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _sent(self, request: Request, progress: _Progress) -> Answer:
        async with self._opened().request(
            request.method,
            request.url,
            headers=request.headers,
            data=request.body,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=request.timeout),
            trace_request_ctx=progress,
        ) as response:
            body = bytearray()
            async for chunk in response.content.iter_any():
                body += chunk
                if len(body) > request.largest:
                    response.close()
                    raise _TooLarge
            return Answer(status=response.status, headers=response.headers, body=bytes(body))

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            traced = aiohttp.TraceConfig()
            traced.on_connection_create_end.append(_connected)
            traced.on_connection_reuseconn.append(_connected)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, limit_per_host=PER_HOST, keepalive_timeout=IDLE),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                headers={"User-Agent": "chatops"},
                trace_configs=[traced],
            )
        return self._session

    def _is_down(self, host: str, error: Exception) -> None:
        if host in self._down or len(self._down) >= HOSTS:
            return
        self._down[host] = self._clock.monotonic()
        log.warning("a host does not answer", host=host, why=_why(error))

    def _is_up(self, host: str) -> None:
        since = self._down.pop(host, None)
        if since is not None:
            log.info("a host answers again", host=host, seconds=round(self._clock.monotonic() - since))


class TooLarge(Unreachable):
    """A GET was answered with more than was asked for."""


class _TooLarge(aiohttp.ClientError):
    """More than was asked for."""


_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (TimeoutError, "not in time"),
    (aiohttp.ClientConnectorDNSError, "nobody knows its name"),
    (aiohttp.ClientConnectorCertificateError, "its certificate is not valid"),
    (aiohttp.ClientConnectorSSLError, "it does not speak https"),
    (aiohttp.ClientConnectorError, "nothing listens at its address"),
    (aiohttp.ServerDisconnectedError, "it hung up"),
    (ConnectionResetError, "it hung up"),
    (aiohttp.ClientOSError, "the connection broke"),
    (aiohttp.ClientPayloadError, "its answer broke off"),
    (_TooLarge, "its answer is too large"),
)
"""The first that fits."""


async def _connected(_session: aiohttp.ClientSession, context: SimpleNamespace, _told: object) -> None:
    """Remember that bytes may have gone out from here on. TLS is done by then."""
    context.trace_request_ctx.connected = True


def _failure(request: Request, error: Exception, *, connected: bool) -> PortError:
    words = f"{_host(request.url)} does not answer ({_why(error)})"
    if connected and request.method != "GET":
        return OutcomeUnknown(words)
    if isinstance(error, _TooLarge):
        return TooLarge(words)
    return Unreachable(words)


def _host(url: str) -> str:
    """Return the host and port of an address: paths hold ids of conversations, and texts do not belong into errors."""
    try:
        return URL(url).host_port_subcomponent or "no host"
    except ValueError:
        return "no host"


def _why(error: Exception) -> str:
    """Return in words why there was no answer: those who read it mend addresses, names and certificates."""
    return next((words for kind, words in _WORDS if isinstance(error, kind)), type(error).__name__)
