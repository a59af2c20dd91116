"""Requests to the homeserver: nio builds and sends them, we say who asks, how long we wait and what the answer means.

Of matrix-nio only the request builders (`nio.Api`) and the HTTP client are used, never its sync loop, its retries or its
picture of rooms; why, with measurements: docs/explanation/matrix.md.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode

import aiohttp
from nio import AsyncClient, AsyncClientConfig

from chatops.errors import AuthExpired, PortError, Unreachable
from chatops.ports.chat_files import bounded, too_large
from matrix_network.errors import error_of

NO_TOKEN = ""
"""For nio's builders, which put the token into the address, where logs would keep it; ours goes into a header."""

PATIENCE = 30.0
"""Seconds one request may take."""

_PIECE = 64 * 1024
"""Bytes of a file held at once."""

Json = dict[str, Any]
"""A JSON object as the homeserver sent it. Outside of this plugin's translation nobody sees one."""

Request = tuple[str, str] | tuple[str, str, str] | tuple[str, str, bytes]
"""(method, path) or (method, path, body), as `nio.Api` returns them."""


class Tokens(Protocol):
    """Where the access token comes from."""

    async def current(self) -> str:
        """Return the access token to use now. Raise AuthExpired when there is none."""
        ...

    async def renewed(self, refused: str, *, soft: bool) -> str:
        """Return another token than `refused`, which the homeserver does not take any more. Raise AuthExpired.

        `soft`: the homeserver said `soft_logout`; the device lives on and can be logged in again.
        """
        ...


class Homeserver:
    """One account's way to its homeserver. Raises `chatops.errors.PortError`s only; writes are safe to repeat."""

    def __init__(self, url: str, tokens: Tokens, *, address: Callable[[], Awaitable[str]] | None = None) -> None:
        """`address` tells where it is when `url` is empty: that is known only once somebody has logged in."""
        self.url = url.rstrip("/")
        self._tokens = tokens
        self._address = None if url else address
        config = AsyncClientConfig(store_sync_tokens=False, encryption_enabled=False)
        self._client = AsyncClient(self.url, config=config)

    async def call(
        self, request: Request, *, patience: float = PATIENCE, headers: Mapping[str, str] | None = None
    ) -> Json:
        """Send as the account, and return the answer. A token that has run out is renewed once."""
        if self._address is not None:
            self.url = (await self._address()).rstrip("/")
            self._client.homeserver = self.url
        token = await self._tokens.current()
        try:
            return await self.send(request, token=token, patience=patience, headers=headers)
        except TokenRefused as refused:
            token = await self._tokens.renewed(token, soft=refused.soft)
        return await self.send(request, token=token, patience=patience, headers=headers)

    async def send(
        self,
        request: Request,
        *,
        token: str | None = None,
        patience: float = PATIENCE,
        headers: Mapping[str, str] | None = None,
    ) -> Json:
        """Send once, as nobody or with `token`. Raise TokenRefused or another PortError.

        An array, which only `GET /rooms/{id}/state` answers, is returned as `{"chunk": array}`, like the other lists.
        """
        method, path = request[0], _without_token(request[1])
        data = request[2] if len(request) > 2 else None  # noqa: PLR2004 - the third part
        sent = {"Content-Type": "application/json", **(headers or {})}
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        try:
            # nio's own limit is a bare number, which aiohttp deprecates, and a hung server outlives it.
            async with asyncio.timeout(patience):
                response = await self._client.send(
                    method,
                    path,
                    data,
                    sent,
                    timeout=aiohttp.ClientTimeout(total=patience),
                )
                async with response:
                    raw = await response.read()
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            message = f"the homeserver does not answer ({_why(error)})"
            raise Unreachable(message) from error
        body = await _parsed(raw)
        if response.status < 300 and body is not None:  # noqa: PLR2004 - success
            return body
        if response.status < 300:  # noqa: PLR2004 - success
            message = f"the homeserver answered {response.status} and no JSON"
            raise Unreachable(message)
        problem = error_of(response.status, response.headers, body or {})
        if isinstance(problem, AuthExpired) and problem.code == "M_UNKNOWN_TOKEN" and token is not None:
            raise TokenRefused(str(problem), code=problem.code, soft=bool((body or {}).get("soft_logout")))
        raise problem

    async def stream(self, path: str, *, most: int, patience: float = PATIENCE) -> AsyncIterator[bytes]:
        """Yield the body of an answer as it comes, as the account. Raise `too_large` beyond `most` bytes, or a PortError."""
        if self._address is not None:
            self.url = (await self._address()).rstrip("/")
            self._client.homeserver = self.url
        token = await self._tokens.current()
        try:
            async for piece in self._streamed(path, token, most, patience):
                yield piece
            return
        except TokenRefused as refused:  # said before the first piece
            token = await self._tokens.renewed(token, soft=refused.soft)
        async for piece in self._streamed(path, token, most, patience):
            yield piece

    async def _streamed(self, path: str, token: str, most: int, patience: float) -> AsyncIterator[bytes]:
        limit = aiohttp.ClientTimeout(total=patience)
        try:
            response = await self._client.send("GET", path, None, {"Authorization": f"Bearer {token}"}, timeout=limit)
            async with response:
                if response.status >= 300:  # noqa: PLR2004 - no success
                    raise await _refusal(response)
                if (response.content_length or 0) > most:
                    raise too_large(most)
                async for piece in bounded(response.content.iter_chunked(_PIECE), most):
                    yield piece
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            message = f"the homeserver does not answer ({_why(error)})"
            raise Unreachable(message) from error

    async def close(self) -> None:
        """Close the connections. Calling twice is harmless; a request opens them again."""
        await self._client.close()


class TokenRefused(AuthExpired):
    """The homeserver does not take this token (any more)."""

    def __init__(self, message: str, *, code: str | None, soft: bool) -> None:
        super().__init__(message, code=code)
        self.soft = soft
        """True when the device lives on (`soft_logout`)."""


async def _refusal(response: aiohttp.ClientResponse) -> PortError:
    """Return what an answer other than 2xx means; of a long one, only the beginning is read."""
    body = await _parsed(await response.content.read(_PIECE)) or {}
    problem = error_of(response.status, response.headers, body)
    if isinstance(problem, AuthExpired) and problem.code == "M_UNKNOWN_TOKEN":
        return TokenRefused(str(problem), code=problem.code, soft=bool(body.get("soft_logout")))
    return problem


def id_of(answer: Json, what: str) -> str:
    """Return the id an answer is about. Raise Unreachable when it has none: something else answered, in good JSON."""
    found = answer.get(what)
    if isinstance(found, str) and found:
        return found
    message = f"the homeserver answered without {what}"
    raise Unreachable(message)


def _why(error: Exception) -> str:
    """Return in words why there was no answer: those who read it mend addresses, names and certificates."""
    match error:
        case TimeoutError():
            return "not in time"
        case aiohttp.ClientConnectorDNSError():
            return "nobody knows its name"
        case aiohttp.ClientConnectorCertificateError():
            return "its certificate is not valid"
        case aiohttp.ClientConnectorSSLError():
            return "it does not speak https"
        case aiohttp.ClientConnectorError():
            return "nothing listens at its address"
        case _:
            return type(error).__name__


def _without_token(path: str) -> str:
    where, _mark, query = path.partition("?")
    kept = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if name != "access_token"]
    return f"{where}?{urlencode(kept)}" if kept else where


async def _parsed(raw: bytes) -> Json | None:
    """Return the object in an answer, however deeply somebody nested an event in it.

    Python's reader goes as deep as the stack has room: deeper on the bare one of a thread than under all that called us,
    and so at least as deep as a homeserver in Python (Synapse) that wrote it under a stack of its own.
    """
    try:
        return _object(raw)
    except RecursionError:
        pass
    try:
        return await asyncio.to_thread(_object, raw)
    except RecursionError:
        return None


def _object(raw: bytes) -> Json | None:
    try:
        found = json.loads(raw)
    except ValueError:
        return None
    if isinstance(found, list):
        return {"chunk": found}
    return found if isinstance(found, dict) else None
