"""What else the operator may ask the running server: `GET …/verify` and `POST …/console-invite`, with the same token."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import msgspec
from aiohttp import web

from chatops.core.catalogue import Catalogues, Reader
from chatops.core.frozen import Frozen
from chatops.errors import NotFound
from chatops.ports.web import Route
from chatops.web.answers import json_answer, problem, read_json
from chatops.web.doors import INVITE, VERIFY
from chatops.web.operator import for_operator


class Findings(Frozen, frozen=True, kw_only=True, omit_defaults=False):
    """What `verify` found; nothing when the journals are whole."""

    findings: tuple[str, ...]


class Invite(Frozen, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom a sign-in link is for."""

    person: str


class Link(Frozen, frozen=True, kw_only=True):
    """A sign-in link: works once, for 15 minutes."""

    link: str


class OperatorTools:
    """The two doors."""

    def __init__(
        self,
        *,
        verify: Callable[[], Awaitable[Sequence[str]]],
        sign_in_link: Callable[[str], Awaitable[str]],
    ) -> None:
        """`sign_in_link` raises NotFound for somebody unknown, or when no console is enabled."""
        self._verify = verify
        self._link = sign_in_link

    def routes(self, *, token: str) -> tuple[Route, ...]:
        """Return the doors; each opens for `token` only."""
        return (
            Route(method="GET", path=VERIFY, handler=for_operator(self._on_verify, token)),
            Route(method="POST", path=INVITE, handler=for_operator(self._on_invite, token)),
        )

    async def _on_verify(self, _request: web.Request) -> web.Response:
        return json_answer(Findings(findings=tuple(await self._verify())))

    async def _on_invite(self, request: web.Request) -> web.Response:
        try:
            asked = read_json(await request.read(), Invite)
        except msgspec.ValidationError as error:
            return problem(422, "invalid", f"The body does not fit: {error}")
        except ValueError:
            return problem(400, "malformed", "The body must be JSON.")
        try:
            return json_answer(Link(link=await self._link(asked.person)))
        except NotFound as error:
            return problem(404, "not_found", Catalogues({}).plain(error.message, Reader()))
