"""The Teams part of `chatops doctor`: credentials, permissions, the way in, the clock. Rooms and the app: beside this."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Sequence
from email.utils import parsedate_to_datetime

import msgspec

from chatops import Checkup, Clock, Finding
from chatops.errors import AuthExpired, PortError, StoreError
from chatops.ports.web import Web
from teams_network.addresses import may_be_told
from teams_network.doctor_rooms import RoomsExam
from teams_network.http import Answer, Http, Request
from teams_network.needs import granted, wanted
from teams_network.settings import TeamsSettings
from teams_network.tokens import Tokens

SLOW_CLOCK = 30.0
"""Seconds our clock may be off before it is said; `skew` in the settings is where tokens are refused."""

_AGAIN = "Try again; if it stays, the log says more."


class Doctor:
    """Looks at one connection."""

    def __init__(
        self, settings: TeamsSettings, *, http: Http, tokens: Tokens, rooms: RoomsExam, web: Web, clock: Clock
    ) -> None:
        self._settings = settings
        self._name = settings.network
        self._http = http
        self._tokens = tokens
        self._rooms = rooms
        self._web = web
        self._clock = clock

    def checkup(self) -> Checkup:
        """Return what the plugin registers."""
        return Checkup(name=f"{self._name}: deeper", run=self.examine)

    async def examine(self) -> Sequence[Finding]:
        """Look at everything. Without a token there is nothing to see of rooms."""
        self._tokens.retry()
        where = self._settings.where
        findings = [await self._token("connector", where.connector_scope), *await self._metadata()]
        findings.append(await self._careful("endpoint", self._endpoint))
        graph = await self._token("graph", where.graph_scope)
        findings.append(graph)
        if graph.state == "ok":
            findings += await self._permissions(where.graph_scope)
            findings += [self._named(one) for one in await self._rooms.look()]
        return tuple(findings)

    async def _token(self, name: str, scope: str) -> Finding:
        try:
            await self._tokens.current(scope)
        except AuthExpired as error:
            return self._bad(f"{name} token", str(error), error.fix or "chatops teams secret")
        except (PortError, StoreError) as error:
            return self._bad(f"{name} token", str(error), f"Can this machine reach {self._settings.where.authority}?")
        return self._well(f"{name} token", "")

    async def _metadata(self) -> Sequence[Finding]:
        """The keys' address, and by the way what time it is elsewhere."""
        url = self._settings.where.openid_metadata_url
        try:
            answer = await self._http.send(Request("GET", url))
        except PortError as error:
            return [
                self._bad("keys", str(error), f"Without {url} nobody who comes in can be believed. Can we reach it?")
            ]
        if answer.status != 200 or b"jwks_uri" not in answer.body:  # noqa: PLR2004 - OK
            detail = f"{url} answered {answer.status}, and names no keys"
            return [self._bad("keys", detail, "Correct endpoints.openid_metadata_url, or the setting cloud.")]
        return [self._well("keys", url), self._clocks(answer)]

    def _clocks(self, answer: Answer) -> Finding:
        try:
            theirs = parsedate_to_datetime(answer.headers.get("Date", ""))
            off = abs((self._clock.now() - theirs).total_seconds())
        except (ValueError, TypeError):
            return self._doubtful("clock", "nobody told us the time", _AGAIN)
        if off <= SLOW_CLOCK:
            return self._well("clock", f"{off:.0f} s apart")
        fix = "Let this machine take its time from a time server: timedatectl set-ntp true"
        if off < self._settings.skew:
            return self._doubtful("clock", f"{off:.0f} s apart", fix)
        return self._bad("clock", f"{off:.0f} s apart: all that comes in is refused as expired or too early", fix)

    async def _endpoint(self) -> Finding:
        """Knock at our own door from outside, without a token: it has to be there, and to be shut."""
        url = f"{self._web.base_url}/api/messages"
        headers = {"Content-Type": "application/json"}
        if not url.startswith("https://") and not may_be_told(url, [_host(url)]):
            detail = f"{url} is not encrypted: Teams delivers nothing there"
            return self._bad(
                "endpoint", detail, "Put a proxy with https in front, and set server.base_url to its address."
            )
        try:
            answer = await self._http.send(Request("POST", url, headers, b'{"type":"event","name":"doctor"}'))
        except PortError as error:
            fix = f"Azure portal, the bot, Configuration: is {url} the messaging endpoint, and reachable from the internet?"
            return self._doubtful("endpoint", f"not reached from here: {error}", fix)
        return self._answered(url, answer.status)

    def _answered(self, url: str, status: int) -> Finding:
        """Return what our door's answer to somebody without a token means."""
        if status in {401, 403}:
            return self._well("endpoint", f"{url} is there, and lets nobody in unasked")
        said = f"{url} answered {status}"
        if status in {404, 405}:
            fix = "Let the proxy pass /api/messages on to this server."
            return self._bad("endpoint", f"{said}: somebody else answers there", fix)
        if status < 400:  # noqa: PLR2004 - let in
            detail = f"{said} to somebody without a token: that is not this server"
            return self._bad("endpoint", detail, "Look what answers at server.base_url.")
        return self._doubtful("endpoint", said, "Is the server running, and receiving?" if status == 503 else _AGAIN)  # noqa: PLR2004

    async def _permissions(self, scope: str) -> Sequence[Finding]:
        try:
            roles = roles_in(await self._tokens.current(scope))
        except (PortError, StoreError) as error:
            return [self._bad("permissions", str(error), _AGAIN)]
        if roles is None:
            return [self._doubtful("permissions", "the token does not show what it is good for", _AGAIN)]
        findings = []
        for want in wanted(self._settings):
            if granted(want.need, roles, self._settings):
                continue
            name, detail = f"permission {want.need.roles[0]}", f"missing: {want.without}"
            make = self._bad if want.weight == "failure" else self._doubtful
            findings.append(make(name, detail, want.need.fix))
        return findings or [self._well("permissions", f"{len(roles)} granted, none is missing")]

    async def _careful(self, name: str, look: Callable[[], Awaitable[Finding]]) -> Finding:
        try:
            return await look()
        except (PortError, StoreError) as error:
            return self._bad(name, str(error), _AGAIN)

    def _named(self, finding: Finding) -> Finding:
        return Finding(name=f"{self._name} {finding.name}", state=finding.state, detail=finding.detail, fix=finding.fix)

    def _well(self, name: str, detail: str) -> Finding:
        return Finding(name=f"{self._name} {name}", state="ok", detail=detail)

    def _doubtful(self, name: str, detail: str, fix: str) -> Finding:
        return Finding(name=f"{self._name} {name}", state="warning", detail=detail, fix=fix)

    def _bad(self, name: str, detail: str, fix: str) -> Finding:
        return Finding(name=f"{self._name} {name}", state="failure", detail=detail, fix=fix)


class _Claims(msgspec.Struct, frozen=True):
    roles: list[str] = []


def roles_in(token: str) -> frozenset[str] | None:
    """Return the application permissions a token of ours carries (claim `roles`), or None when it cannot be read.

    Only to say what is missing: nothing is ever allowed by it. Source: Microsoft Learn, "Access token claims reference".
    """
    parts = token.split(".")
    if len(parts) != 3:  # noqa: PLR2004 - header, claims, signature
        return None
    try:
        claims = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        return frozenset(msgspec.json.decode(claims, type=_Claims).roles)
    except (ValueError, msgspec.MsgspecError):
        return None


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]
