"""One call to the Bot Connector: its turn, its token, its tries. The one place that sends our token there."""

from __future__ import annotations

import secrets

from chatops import Clock, Frozen
from chatops.errors import AuthExpired, Forbidden, Missing, OutcomeUnknown, PortError, RateLimited, Unreachable
from teams_network.addresses import base, may_be_told
from teams_network.buckets import Buckets, Turn
from teams_network.errors import REPEATED, Doing, error_of
from teams_network.http import Answer, Http, Method, Request
from teams_network.settings import TeamsSettings
from teams_network.tokens import Tokens

TRIES = 4
"""Of a call that Teams wants repeated."""

FIRST = 0.5
"""Seconds before the second try; doubled with each further one, and by chance up to a quarter shorter."""

WITHIN = 6.0
"""Seconds from the first try to the last: whoever asks waits, and has others to ask."""

TIMEOUT = 10.0
"""Seconds for one answer. With the wait for a turn, the tries, and the queue before, less than the engine waits."""

_FIX = "chatops teams secret"


class Ask(Frozen, frozen=True, kw_only=True):
    """What is asked of the Bot Connector."""

    method: Method
    service_url: str
    path: str
    """Behind `/v3/conversations/`, already quoted."""
    doing: Doing
    turn: Turn
    thread: str
    """Whose limit counts."""
    body: bytes | None = None
    tenant: str = ""


class Asking:
    """Asks, again where Teams says so. Raises PortErrors."""

    def __init__(self, http: Http, tokens: Tokens, settings: TeamsSettings, buckets: Buckets, clock: Clock) -> None:
        self._http = http
        self._tokens = tokens
        self._settings = settings
        self._hosts = settings.where.service_hosts
        self._scope = settings.where.connector_scope
        self._buckets = buckets
        self._clock = clock

    async def __call__(self, ask: Ask) -> bytes:
        """Return the body of the answer."""
        self._check(ask)
        thread, tenant = base(ask.thread), ask.tenant or self._settings.tenant
        begun = self._clock.monotonic()
        for attempt in range(TRIES):
            await self._buckets.turn(ask.turn, thread, tenant)
            answer = await self._answer(ask)
            if 200 <= answer.status < 300:  # noqa: PLR2004 - success
                return answer.body
            pause = FIRST * 2.0**attempt * (1 - secrets.randbelow(250) / 1000)
            late = self._clock.monotonic() + pause > begun + WITHIN
            if answer.status not in REPEATED or attempt == TRIES - 1 or late:
                raise self._refused(ask, answer, thread)
            await self._clock.sleep(pause)
        raise AssertionError

    def _check(self, ask: Ask) -> None:
        """Raise Forbidden for an address that our token must not be sent to."""
        if not may_be_told(ask.service_url, self._hosts):
            message = "the service URL of that conversation is none that a token may be sent to"
            raise Forbidden(message, code="service_url")
        if any(segment in {"", ".", ".."} for segment in ask.path.partition("?")[0].split("/")) and ask.path:
            message = "that is no id"
            raise Missing(message)

    async def _answer(self, ask: Ask) -> Answer:
        """Send with a token, and with a fresh one when that was refused."""
        token = await self._tokens.current(self._scope)
        answer = await self._sent(ask, token)
        if answer.status == 401:  # noqa: PLR2004 - Unauthorized
            answer = await self._sent(ask, await self._tokens.renewed(self._scope, token))
        return answer

    async def _sent(self, ask: Ask, token: str) -> Answer:
        headers = {"Authorization": f"Bearer {token}"}
        if ask.body is not None:
            headers["Content-Type"] = "application/json; charset=utf-8"
        url = f"{ask.service_url.rstrip('/')}/v3/conversations"
        request = Request(ask.method, f"{url}/{ask.path}" if ask.path else url, headers, ask.body, TIMEOUT)
        try:
            return await self._http.send(request)
        except OutcomeUnknown as error:
            if ask.doing == "write":
                raise
            raise Unreachable(str(error), code=error.code) from error

    def _refused(self, ask: Ask, answer: Answer, thread: str) -> PortError:
        error = error_of(answer, ask.doing, now=self._clock.now())
        if isinstance(error, RateLimited):
            self._buckets.rest(ask.turn, thread, error.retry_after)
        if isinstance(error, AuthExpired):
            return AuthExpired(f"{error}; a fresh token was refused as well", code=error.code, fix=_FIX)
        return error
