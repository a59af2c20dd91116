"""What all of Graph has in common: errors, permissions, filters, pages, and how people are named.

Source: Microsoft Learn, "Microsoft Graph error responses", "Use query parameters", and `includes/permissions` of the
Graph reference for who may do what.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import quote

from aiohttp import web

from teams_connector import CALLER
from teams_world import Conversation, Raw, Team, User, World

Handler = Callable[[web.Request], Awaitable[web.Response]]


class GraphError(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, code: str, message: str, *, inner: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.inner = inner

    def answer(self) -> web.Response:
        """Return it as JSON."""
        error: Raw = {
            "code": self.code,
            "message": str(self),
            "innerError": {"request-id": "0", "client-request-id": "0"},
        }
        if self.inner:
            error["innerError"]["code"] = self.inner
        return web.json_response({"error": error}, status=self.status)


def told(handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Return a handler that answers errors."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except GraphError as error:
            return error.answer()

    return handle


def may(request: web.Request, *any_of: str, rsc: Sequence[str] = (), where: Conversation | Team | None = None) -> None:
    """Return when the caller has one of the permissions; `rsc` ones count where its app is installed. Raise GraphError."""
    app = request[CALLER]
    if app.roles & set(any_of):
        return
    if where is not None and app.app_id in where.apps and (app.rsc | where.consented) & set(rsc):
        return
    needed = ", ".join([*any_of, *rsc])
    message = f"Missing role permissions on the request. API requires one of '{needed}'."
    raise GraphError(403, "Forbidden", message)


async def body(request: web.Request) -> Raw:
    """Return what was sent. Raise GraphError."""
    raw = await request.read()
    try:
        found = json.loads(raw or b"{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise GraphError(400, "BadRequest", "Unable to read JSON request payload.")
    return found


def page(request: web.Request, found: Sequence[Raw], *, size: int = 50) -> web.Response:
    """Return what fits `$filter`, a page at a time."""
    wanted = [one for one in found if _fits(one, request.query.get("$filter", ""))]
    start = int(request.query.get("$skiptoken", "0"))
    size = min(int(request.query.get("$top", size)), size)
    answer: Raw = {"@odata.context": "", "value": wanted[start : start + size]}
    if start + size < len(wanted):
        query = {**request.query, "$skiptoken": str(start + size)}
        more = "&".join(f"{name}={quote(value)}" for name, value in query.items())
        answer["@odata.nextLink"] = f"{request.url.origin()}{request.rel_url.raw_path}?{more}"
    return web.json_response(answer)


def bound(world: World, member: Raw) -> User:
    """Return whom `user@odata.bind` names. Raise GraphError."""
    match = re.search(r"/users(?:\('([^']+)'\)|/([^/]+))$", str(member.get("user@odata.bind", "")))
    if match is None:
        raise GraphError(400, "BadRequest", "Bad Request: the user is not bound.")
    return user(world, match.group(1) or match.group(2))


def user(world: World, id: str) -> User:
    """Return somebody of the directory. Raise GraphError."""
    try:
        return world.somebody(id)
    except KeyError:
        raise GraphError(404, "NotFound", f"Resource '{id}' does not exist.") from None


def expanded(request: web.Request, name: str) -> bool:
    """Whether `$expand` asks for something."""
    return name in request.query.get("$expand", "").split(",")


def _fits(one: Raw, wanted: str) -> bool:
    for part in re.split(r" and ", wanted) if wanted else []:
        equal = re.fullmatch(r"\s*([\w/]+) eq '((?:[^']|'')*)'\s*", part)
        among = re.fullmatch(r"\s*(\w+) in \(([^)]*)\)\s*", part)
        if among is not None:
            if f"'{one.get(among.group(1))}'" not in among.group(2).split(","):
                return False
            continue
        starts = re.fullmatch(r"\s*startswith\(([\w/]+),\s*'((?:[^']|'')*)'\)\s*", part)
        match = equal or starts
        if match is None:
            raise GraphError(400, "BadRequest", f"Invalid filter clause: {part}")
        value: object = one
        for name in match.group(1).split("/"):
            value = value.get(name) if isinstance(value, dict) else None
        text, word = str(value).casefold(), match.group(2).replace("''", "'").casefold()
        if not (text == word if equal else text.startswith(word)):
            return False
    return True
