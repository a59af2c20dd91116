"""What else the operator may ask the running server, with the same token.

::

    GET  /api/operator/verify           {"findings": […]}
    POST /api/operator/console-invite   {"person": "erin"} → {"link": …}
    GET  /api/operator/tools            {"tools": […]}: what plugins bring for the command line
    POST /api/operator/tool             {"group": …, "name": …, "options": {…}} → {"text": …}
    POST /api/operator/doctor           {"findings": [{"name": …, "state": …, "detail": …, "fix": …}, …]}

A tool that fails, or is misused, is answered with 409 and the sentence that says what to do.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

import msgspec
from aiohttp import web

from chatops.core.catalogue import Catalogues, Reader
from chatops.core.frozen import Frozen
from chatops.errors import ChatopsError, NotFound, StoreUnavailable
from chatops.hookspecs import Finding, Tool, ToolOption
from chatops.ports.web import Route
from chatops.web.answers import json_answer, problem, read_json
from chatops.web.doors import DOCTOR, INVITE, TOOL, TOOLS, VERIFY
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


class Described(Frozen, frozen=True, kw_only=True, omit_defaults=False):
    """A tool, for those who ask for it on the command line."""

    group: str
    name: str
    help: str
    options: tuple[ToolOption, ...] = ()


class Toolbox(Frozen, frozen=True, kw_only=True, omit_defaults=False):
    """All tools of the enabled plugins."""

    tools: tuple[Described, ...]


class Use(Frozen, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A tool to use, and what it is told."""

    group: str
    name: str
    options: dict[str, str] = {}


class Shown(Frozen, frozen=True, kw_only=True):
    """What a tool has to show."""

    text: str


class Examined(Frozen, frozen=True, kw_only=True, omit_defaults=False):
    """What `chatops doctor` found."""

    findings: tuple[Finding, ...]


class Tools(Protocol):
    """Uses tools."""

    tools: tuple[Tool, ...]

    async def __call__(self, group: str, name: str, options: Mapping[str, str]) -> str:
        """Return what the tool shows. Raise ChatopsError."""
        ...


def described(tools: Sequence[Tool]) -> Toolbox:
    """Return what can be said of tools without using them."""
    return Toolbox(
        tools=tuple(Described(group=one.group, name=one.name, help=one.help, options=one.options) for one in tools)
    )


class OperatorTools:
    """The doors."""

    def __init__(
        self,
        *,
        verify: Callable[[], Awaitable[Sequence[str]]],
        sign_in_link: Callable[[str], Awaitable[str]],
        tools: Tools,
        doctor: Callable[[], Awaitable[Sequence[Finding]]],
    ) -> None:
        """`sign_in_link` raises NotFound for somebody unknown, or when no console is enabled."""
        self._verify = verify
        self._link = sign_in_link
        self._tools = tools
        self._doctor = doctor

    def routes(self, *, token: str) -> tuple[Route, ...]:
        """Return the doors; each opens for `token` only."""
        return (
            Route(method="GET", path=VERIFY, handler=for_operator(self._on_verify, token)),
            Route(method="POST", path=INVITE, handler=for_operator(self._on_invite, token)),
            Route(method="GET", path=TOOLS, handler=for_operator(self._on_tools, token)),
            Route(method="POST", path=TOOL, handler=for_operator(self._on_tool, token)),
            Route(method="POST", path=DOCTOR, handler=for_operator(self._on_doctor, token)),
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

    async def _on_tools(self, _request: web.Request) -> web.Response:
        return json_answer(described(self._tools.tools))

    async def _on_tool(self, request: web.Request) -> web.Response:
        try:
            asked = read_json(await request.read(), Use)
        except ValueError:
            # What is wrong is not repeated: it may stand beside a password.
            return problem(422, "invalid", "The body does not fit: group, name, options.")
        try:
            return json_answer(Shown(text=await self._tools(asked.group, asked.name, asked.options)))
        except StoreUnavailable:
            raise
        except ChatopsError as error:
            return problem(409, "failed", str(error))

    async def _on_doctor(self, _request: web.Request) -> web.Response:
        return json_answer(Examined(findings=tuple(await self._doctor())))
