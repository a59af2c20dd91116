"""One call of Graph: with our token, in its turn, and what a refusal means.

Source: Microsoft Graph, "Microsoft Graph throttling guidance" and "Best practices for working with Microsoft Graph".
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Literal

import msgspec

from chatops import Clock, Frozen
from chatops.errors import AuthExpired, Forbidden, OutcomeUnknown, RateLimited, Unreachable
from teams_network.errors import error_of
from teams_network.http import Answer, Http, Method, Request
from teams_network.origin import require_safe
from teams_network.pacing import Pacing
from teams_network.permissions import Need
from teams_network.settings import TeamsSettings
from teams_network.tokens import Tokens

Json = Mapping[str, Any]

PATIENCE = 5.0
"""Seconds of a Retry-After that are waited in place; for longer the caller is told.

At once where a repetition would double something: given up while we wait, what was surely not done would count as something
that may have been.
"""

TRIES = 3

UNSURE = frozenset({408, 502, 504})
"""What Graph says when somebody in between got no answer: a write may have happened."""

PAGES = 40
"""Pages of one list that are read at most."""


class Reply(Frozen, frozen=True, kw_only=True):
    """What Graph answered with 2xx."""

    status: int
    location: str
    body: Json


class GraphCalls:
    """Asks Graph. Every method raises RateLimited, Unreachable, OutcomeUnknown, AuthExpired or Rejected."""

    def __init__(self, http: Http, tokens: Tokens, settings: TeamsSettings, clock: Clock) -> None:
        """Raise SettingsError for a Graph that is neither https nor on this machine: our token is sent there."""
        require_safe(settings.where.graph_url, "graph_url")
        self._http = http
        self._tokens = tokens
        self._where = settings.where
        self._clock = clock
        self._pacing = Pacing(clock)

    @property
    def url(self) -> str:
        """Where Graph is, with its version."""
        return f"{self._where.graph_url}/v1.0"

    async def read(self, path: str, need: Need, *, place: str = "") -> Json:
        """Return what is at a path. Raise Forbidden, naming the permission that is missing."""
        return (await self._call("GET", path, need, None, "read", place)).body

    async def listed(self, path: str, need: Need, *, place: str = "") -> AsyncIterator[Json]:
        """Give the things of a list, over all its pages."""
        for _page in range(PAGES):
            body = await self.read(path, need, place=place)
            things = body.get("value")
            for thing in things if isinstance(things, list) else []:
                if isinstance(thing, dict):
                    yield thing
            more = body.get("@odata.nextLink")
            if not isinstance(more, str) or not more.startswith(f"{self.url}/"):
                return
            path = more.removeprefix(self.url)

    async def write(
        self,
        method: Literal["POST", "PATCH", "DELETE"],
        path: str,
        need: Need,
        body: Json | None = None,
        *,
        place: str = "",
        repeatable: bool = False,
    ) -> Reply:
        """Change something. With `repeatable` an outcome that is not known is Unreachable: doing it again is harmless."""
        return await self._call(method, path, need, body, "repeatable" if repeatable else "write", place)

    async def _call(
        self,
        method: Method,
        path: str,
        need: Need,
        body: Json | None,
        doing: Literal["read", "write", "repeatable"],
        place: str,
    ) -> Reply:
        for attempt in range(1, TRIES + 1):
            await self._pacing.turn(place)
            answer = await self._answer(method, path, body)
            if answer.status < 300:  # noqa: PLR2004 - 2xx
                return Reply(status=answer.status, location=answer.headers.get("Location", ""), body=_json(answer.body))
            error = error_of(answer, doing)
            if doing == "write" and answer.status in UNSURE:
                raise OutcomeUnknown(str(error), code=error.code)
            patient = doing != "write" and attempt < TRIES
            if isinstance(error, RateLimited) and error.retry_after <= PATIENCE and patient:
                await self._clock.sleep(error.retry_after)
                continue
            if isinstance(error, Forbidden):
                message = f"we may not {need.doing} ({error}). {need.fix}"
                raise Forbidden(message, code=error.code)
            raise error
        message = "Graph asks us to wait again and again"
        raise Unreachable(message)

    async def _answer(self, method: Method, path: str, body: Json | None) -> Answer:
        """Send with our token, and once more with a new one when it is refused."""
        token = await self._tokens.current(self._where.graph_scope)
        answer = await self._http.send(self._request(method, path, body, token))
        if answer.status == 401:  # noqa: PLR2004 - Unauthorized: nothing was done
            token = await self._tokens.renewed(self._where.graph_scope, token)
            answer = await self._http.send(self._request(method, path, body, token))
            if answer.status == 401:  # noqa: PLR2004
                message = "Graph takes none of our tokens"
                raise AuthExpired(message, code="401", fix="chatops teams secret")
        return answer

    def _request(self, method: Method, path: str, body: Json | None, token: str) -> Request:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        raw = None if body is None else msgspec.json.encode(body)
        return Request(method=method, url=f"{self.url}{path}", headers=headers, body=raw)


def _json(raw: bytes) -> Json:
    """Return the object answered, or nothing: answers to what we only had done are empty."""
    try:
        read = msgspec.json.decode(raw) if raw else {}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}
