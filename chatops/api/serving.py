"""From the table of endpoints to routes: token, scope, rate, values, and whatever goes wrong as a problem."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec
from aiohttp import web

from chatops.api.allowance import Allowance
from chatops.api.endpoint import MOST_PATH, Answered, Asked, Endpoint, Told
from chatops.api.tokens import Caller, Tokens
from chatops.core.frozen import Frozen
from chatops.errors import StoreUnavailable, TryLater
from chatops.ports.web import Route, RouteHandler
from chatops.web.answers import read_json
from chatops.web.problems import REST, problem_details

JSON = "application/json"
KEY = "Idempotency-Key"

_KEY = re.compile(r"[ -~]{1,200}")


class Counts(Protocol):
    """Counts calls. Never waits, never raises."""

    def api(self, operation: str, status: int) -> None:
        """An operation was called."""
        ...


class Serving:
    """Makes the routes."""

    def __init__(self, tokens: Tokens, allowance: Allowance, counts: Counts) -> None:
        self._tokens = tokens
        self._allowance = allowance
        self._counts = counts

    def routes(self, endpoints: Sequence[Endpoint]) -> tuple[Route, ...]:
        """Return one route for each endpoint."""
        return tuple(
            Route(method=one.method, path=f"{REST}{one.path}", handler=self._handler(one)) for one in endpoints
        )

    def _handler(self, endpoint: Endpoint) -> RouteHandler:
        async def handle(request: web.Request) -> web.Response:
            try:
                answer = _written(await self._answered(endpoint, request))
            except Told as told:
                answer = _problem(told)
            except (StoreUnavailable, TryLater):
                answer = _problem(Told(503, "try_later", "Nothing happened. Ask again.", after=1))
            self._counts.api(endpoint.name, answer.status)
            return answer

        return handle

    async def _answered(self, endpoint: Endpoint, request: web.Request) -> Answered:
        caller = await self._caller(request)
        if endpoint.scope is not None and endpoint.scope not in caller.token.scopes:
            detail = (
                f"This needs a token with the scope {endpoint.scope}; this one has {' '.join(caller.token.scopes)}."
            )
            raise Told(403, "insufficient_scope", detail)
        wait = self._allowance.take(caller.token.id)
        if wait:
            raise Told(429, "too_many_requests", f"Ask again in {wait} s.", after=wait)
        return await endpoint.handle(
            Asked(
                caller=caller,
                path=_path(request),
                query=_query(endpoint.query, request),
                body=None if endpoint.body is None else await _body(endpoint.body, request),
                key=_key(request) if endpoint.keyed else "",
            )
        )

    async def _caller(self, request: web.Request) -> Caller:
        scheme, _space, shown = request.headers.get("Authorization", "").partition(" ")
        caller = await self._tokens.caller(shown.strip()) if scheme.lower() == "bearer" else None
        if caller is None:
            detail = "The token is missing, wrong, revoked or expired."
            raise Told(401, "unauthorized", detail, hint="Make one: chatops token create --person ID --scope read")
        return caller


def _path(request: web.Request) -> Mapping[str, str]:
    parts = dict(request.match_info)
    if any(len(part) > MOST_PATH or not _storable(part) for part in parts.values()):
        raise Told(404, "not_found", "There is nothing of that name.")
    return parts


def _query(shape: type[Frozen], request: web.Request) -> Frozen:
    given: dict[str, str] = {}
    for name, value in request.query.items():
        if name in given:
            raise Told(422, "invalid", f"{name} is given twice.")
        if not _storable(value):
            raise Told(422, "invalid", f"{name} holds characters that are none.")
        given[name] = value
    try:
        return msgspec.convert(given, shape, strict=False)
    except (msgspec.ValidationError, OverflowError, UnicodeError) as error:
        raise Told(422, "invalid", f"The query does not fit: {_words(error)}") from error


async def _body(shape: type[Frozen], request: web.Request) -> Frozen:
    if request.content_type != JSON or (request.charset or "utf-8").lower() not in {"utf-8", "utf8"}:
        raise Told(415, "unsupported_media_type", f"Content-Type must be {JSON}.")
    try:
        return read_json(await request.read(), shape)
    except msgspec.ValidationError as error:
        raise Told(422, "invalid", f"The body does not fit: {_words(error)}") from error
    except ValueError:
        raise Told(400, "malformed", "The body must be JSON in UTF-8.") from None


def _key(request: web.Request) -> str:
    given = request.headers.getall(KEY, [])
    if not given:
        return ""
    if len(given) > 1 or not _KEY.fullmatch(given[0]):
        raise Told(422, "invalid", f"{KEY} is given once, with 1 to 200 printable ASCII characters.")
    return given[0]


def _storable(text: str) -> bool:
    try:
        return "\0" not in text and bool(text.encode() or True)
    except UnicodeEncodeError:
        return False


def _words(error: Exception) -> str:
    return str(error).encode(errors="replace").decode()


def _written(answered: Answered) -> web.Response:
    if answered.body is None:
        return web.Response(status=answered.status, headers=answered.headers)
    return web.Response(
        body=msgspec.json.encode(answered.body),
        status=answered.status,
        content_type=JSON,
        headers=answered.headers,
    )


def _problem(told: Told) -> web.Response:
    headers = {} if told.after is None else {"Retry-After": str(told.after)}
    if told.status == web.HTTPUnauthorized.status_code:
        headers["WWW-Authenticate"] = 'Bearer realm="chatops"'
    return problem_details(
        told.status,
        told.code,
        told.detail,
        hint=told.hint,
        commands=told.commands,
        preview=told.preview,
        headers=headers,
    )
