"""Calls an endpoint: one signed POST, no redirects, no proxy from the environment, public addresses only."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Iterable
from typing import ClassVar, Literal, Protocol

import aiohttp
from aiohttp.resolver import ThreadedResolver

import chatops
from chatops.core.clock import Clock
from chatops.core.effects import Effect
from chatops.errors import Invalid, Missing, PortError, RateLimited, Unreachable
from chatops.hookspecs import Performed
from chatops.webhooks.addresses import PrivateAddress, PublicOnly, public_socket, wrong_with
from chatops.webhooks.endpoints import Endpoint
from chatops.webhooks.signing import sign

PATIENCE = 15.0
"""Seconds an endpoint has to answer."""

LONGEST_WAIT = 3600.0
"""Seconds of a Retry-After that are believed."""

GONE = 410
"""The endpoint wants no more of this."""

BUSY = frozenset({429, 502, 503, 504})
"""Answers behind which a Retry-After is heeded."""

Heard = Literal["delivered", "refused", "limited", "unreachable"]


class Calls(Protocol):
    """Counts calls. Never waits, never raises."""

    def webhook(self, name: str, outcome: Heard) -> None:
        """An endpoint was called once."""
        ...


class CallWebhook(Effect, frozen=True, kw_only=True):
    """Tell an endpoint what happened. Told again, it carries the same `webhook-id`."""

    kind: ClassVar[str] = "webhook.call"

    endpoint: str
    """Its name in the settings."""
    body: str
    """JSON, as it is sent."""

    @property
    def target(self) -> str:
        """The endpoint: it is told things in the order in which they happened."""
        return f"webhook:{self.endpoint}"


class WebhookCaller:
    """Performs `CallWebhook`."""

    def __init__(self, endpoints: Iterable[Endpoint], clock: Clock, calls: Calls) -> None:
        self._endpoints = {one.name: one for one in endpoints}
        self._clock = clock
        self._calls = calls
        self._sessions: dict[bool, aiohttp.ClientSession] = {}

    async def perform(self, effect: CallWebhook, key: str) -> Performed:
        """Call once. Raise Unreachable or RateLimited for what is worth another try, Missing or Invalid for what is not."""
        endpoint = self._endpoints.get(effect.endpoint)
        if endpoint is None:
            message = f"the settings name no webhook {effect.endpoint}"
            raise Missing(message)
        wrong = wrong_with(endpoint.url, allow_private=endpoint.allow_private)
        if wrong is not None:
            message = f"the address of {endpoint.name} {wrong}"
            raise Invalid(message)
        try:
            status, wait = await self._posted(endpoint, message_id(key), effect.body.encode())
            _judge(endpoint.name, status, wait)
        except PortError as error:
            self._calls.webhook(endpoint.name, _outcome(error))
            raise
        self._calls.webhook(endpoint.name, "delivered")
        return Performed(result=str(status))

    async def close(self) -> None:
        """Close all connections. Calling twice is harmless."""
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()

    async def _posted(self, endpoint: Endpoint, id: str, body: bytes) -> tuple[int, str]:
        headers = sign(endpoint.secrets, id, self._clock.now(), body)
        try:
            async with self._session(private=endpoint.allow_private).post(
                endpoint.url,
                data=body,
                headers={
                    "Content-Type": "application/json",
                    "User-Agent": f"chatops/{chatops.__version__}",
                    "webhook-id": headers.id,
                    "webhook-timestamp": headers.timestamp,
                    "webhook-signature": headers.signature,
                },
                allow_redirects=False,
            ) as response:
                # The answer's body is of no interest, and may have no end.
                response.close()
                return response.status, response.headers.get("Retry-After", "")
        except (aiohttp.InvalidURL, ValueError) as error:
            message = f"the address of {endpoint.name} cannot be called"
            raise Invalid(message, code=type(error).__name__) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            private = _private(error)
            if private is not None:
                message = f"{endpoint.name}: {private}; set allow_private = true if that is meant"
                raise Invalid(message) from error
            message = f"{endpoint.name} does not answer"
            raise Unreachable(message, code=type(error).__name__) from error

    def _session(self, *, private: bool) -> aiohttp.ClientSession:
        found = self._sessions.get(private)
        if found is None:
            resolver = ThreadedResolver()
            connector = aiohttp.TCPConnector(
                resolver=resolver if private else PublicOnly(resolver),
                socket_factory=None if private else public_socket,
                # A name is looked up for each connection, so that an old answer is not trusted.
                use_dns_cache=False,
                limit=32,
                limit_per_host=4,
            )
            found = self._sessions[private] = aiohttp.ClientSession(
                connector=connector,
                timeout=aiohttp.ClientTimeout(total=PATIENCE),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                loop=asyncio.get_running_loop(),
            )
        return found


def message_id(key: str) -> str:
    """Return the id of the message that the effect `key` sends: the same at each try."""
    return f"msg_{hashlib.sha256(key.encode()).hexdigest()[:32]}"


def _judge(name: str, status: int, wait: str) -> None:
    if 200 <= status < 300:  # noqa: PLR2004 - what the protocol calls success
        return
    if status == GONE:
        message = f"{name} wants to be told no more"
        raise Missing(message, code=str(status))
    message = f"{name} answered {status}"
    if status in BUSY and re.fullmatch(r"[0-9]{1,9}", wait):
        raise RateLimited(message, retry_after=min(max(float(wait), 1.0), LONGEST_WAIT), code=str(status))
    raise Unreachable(message, code=str(status))


def _outcome(error: PortError) -> Heard:
    if isinstance(error, RateLimited):
        return "limited"
    return "unreachable" if isinstance(error, Unreachable) else "refused"


def _private(error: BaseException | None) -> PrivateAddress | None:
    """Return the refusal behind an error: the HTTP client wraps what is raised while it connects."""
    while error is not None and not isinstance(error, PrivateAddress):
        error = error.__cause__ or error.__context__
    return error
