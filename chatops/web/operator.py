"""The operator's door: `POST /api/operator/do` runs one command with the checks and the audit of a chat message.

::

    Authorization: Bearer TOKEN
    {"command": "swarm open demo:1001 refund loops", "as": "agent-1", "timeout_s": 10}

200 with `ok`, `id`, `replies`, and `error` when the command was refused; 202 when it has not settled within `timeout_s`
(ask again with the same `key`). 400: no JSON. 401: no or a wrong token. 409: the key was used for another command.
422: a value is missing or wrong. 503: the server cannot take it now; nothing happened.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from typing import Annotated

import msgspec
from aiohttp import web

from chatops.core.frozen import Frozen
from chatops.errors import Conflict, StoreUnavailable, TryLater
from chatops.ports.web import Route, RouteHandler
from chatops.web.answers import Problem, json_answer, problem, read_json
from chatops.web.doors import DO

_Words = Annotated[str, msgspec.Meta(min_length=1, max_length=64 * 1024)]
_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class DoRequest(Frozen, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One command to run."""

    command: _Words
    as_: _Name | None = msgspec.field(name="as", default=None)
    """Id of the person who is meant to run it; None: the operator's own, if the server knows one."""
    room: _Name | None = None
    """A logical room (`swarm:12/main`) that gives the context."""
    timeout_s: Annotated[float, msgspec.Meta(ge=0, le=120)] = 15.0
    dry_run: bool = False
    confirmed: bool = False
    """Whether to do what is otherwise only shown, because it asks first."""
    key: Annotated[str, msgspec.Meta(min_length=8, max_length=200)] | None = None
    """Repeating a call with the same key runs the command once and returns the same answer."""


class DoReply(Frozen, frozen=True, kw_only=True, omit_defaults=False):
    """One thing the server said because of the command."""

    room: str
    text: str
    """All of it as plain text."""
    card: msgspec.Raw | None = None
    """The card as JSON, when it was one."""


class DoAnswer(Frozen, frozen=True, kw_only=True, omit_defaults=False):
    """What came of it."""

    ok: bool
    id: str
    """Key of the event; repeat with it as `key` to ask again."""
    replies: tuple[DoReply, ...] = ()
    error: Problem | None = None
    settled: bool = True
    """False when it was accepted and still works on."""


Do = Callable[[DoRequest], Awaitable[DoAnswer]]


def for_operator(handler: RouteHandler, token: str) -> RouteHandler:
    """Return `handler` behind the operator's token: 401 without it, 503 while the server cannot answer."""
    expected = f"Bearer {token}".encode()

    async def guarded(request: web.Request) -> web.StreamResponse:
        given = request.headers.get("Authorization", "").encode(errors="replace")
        if not hmac.compare_digest(given, expected):
            return problem(401, "unauthorized", "The operator token is missing or wrong.")
        try:
            return await handler(request)
        except (StoreUnavailable, TryLater):
            return problem(503, "try_later", "The server cannot answer now. Nothing happened; try again.")

    return guarded


def operator_route(*, token: str, do: Do) -> Route:
    """Return the door. `do` raises Conflict for a key that was used for another command."""

    async def handle(request: web.Request) -> web.Response:
        try:
            asked = read_json(await request.read(), DoRequest)
        except msgspec.ValidationError as error:
            return problem(422, "invalid", f"The body does not fit: {error}")
        except ValueError:
            return problem(400, "malformed", "The body must be JSON.")
        try:
            answer = await do(asked)
        except Conflict:
            return problem(409, "key_taken", "That key was used for another command. Choose a new one.")
        return json_answer(answer, status=200 if answer.settled else 202)

    return Route(method="POST", path=DO, handler=for_operator(handle, token))
