"""Our own tokens, for the Bot Connector and for Graph: asked for when needed, kept in memory, renewed in time.

Source: Microsoft Learn, "OAuth 2.0 client credentials flow on the Microsoft identity platform".
"""

from __future__ import annotations

import asyncio
from urllib.parse import quote, urlencode

import structlog

from chatops import Clock, Frozen
from chatops.errors import AuthExpired, OutcomeUnknown, PortError, RateLimited, Unreachable
from chatops.ports.secrets import Secrets
from teams_network.credentials import Credentials, Proof
from teams_network.grants import Granted, granted, refusal
from teams_network.http import Http, Request
from teams_network.origin import require_safe
from teams_network.settings import TeamsSettings

log = structlog.get_logger("teams")

AHEAD = 300.0
"""Seconds before its end that a token is renewed; for a short-lived one, half its life."""

PAUSE = 30.0
"""Seconds between two attempts to renew a token that still holds: nobody waits for more than one of them."""

REFUSED = 10.0
"""Seconds for which credentials that were refused are not shown again, unless they were changed."""

FORCED = 30.0
"""Seconds: a token made because the one before was refused, and refused within these, is not replaced again."""

PATIENCE = 10.0
"""Seconds one request may take."""

LARGEST = 64 * 1024
"""Bytes of an answer."""


class _Token(Frozen, frozen=True):
    """A token; times are monotonic."""

    value: str
    made: float
    renew: float
    until: float
    forced: bool

    def __repr__(self) -> str:
        """Keep the token out of logs and traces."""
        return f"_Token(until={self.until})"


class _Scope:
    """What is known about one scope."""

    def __init__(self) -> None:
        self.alone = asyncio.Lock()
        self.token: _Token | None = None
        self.failures = 0
        self.failure: PortError | None = None
        self.failed_at = 0.0
        self.failed_mark = b""
        self.failing = False


class Tokens:
    """Tokens by scope. Of each there is one request under way at most, and who waits for it shares what comes of it."""

    def __init__(self, http: Http, settings: TeamsSettings, secrets: Secrets, clock: Clock) -> None:
        """Raise SettingsError for an authority that is neither https nor on this machine: the secret is sent there."""
        require_safe(settings.where.authority, "authority")
        self._http = http
        self._url = f"{settings.where.authority}/{quote(settings.tenant, safe='')}/oauth2/v2.0/token"
        self._client = settings.app_id
        self._credentials = Credentials(settings, secrets, clock)
        self._clock = clock
        self._scopes: dict[str, _Scope] = {}

    def __repr__(self) -> str:
        """Say whose; never a token."""
        return f"Tokens({self._client})"

    async def current(self, scope: str) -> str:
        """Return the token to use now. Raise AuthExpired, Unreachable or RateLimited.

        One that cannot be renewed is used up to its end.
        """
        known, now = self._known(scope), self._clock.monotonic()
        token = known.token
        if token is None or now >= token.until:
            return await self._renewed(scope, known, token, forced=False)
        if now < token.renew or (known.failing and now - known.failed_at < PAUSE):
            return token.value
        try:
            return await self._renewed(scope, known, token, forced=False)
        except PortError:
            return token.value

    async def renewed(self, scope: str, refused: str) -> str:
        """Return another token than `refused`, which was not accepted. Raise AuthExpired, Unreachable or RateLimited.

        AuthExpired as well when a token made for this reason is not accepted either: then it is not about the token.
        """
        known = self._known(scope)
        token = known.token
        if token is not None and token.value != refused:
            return await self.current(scope)
        if token is not None and token.forced and self._clock.monotonic() - token.made < FORCED:
            message = (
                "a new token is refused as well: look whether the bot is registered for this app in this tenant, and "
                "whether the settings app_id, tenant and cloud are those of its registration"
            )
            raise AuthExpired(message, fix="chatops doctor")
        return await self._renewed(scope, known, token, forced=True)

    def retry(self) -> None:
        """Show refused credentials again at once: somebody may have mended the registration."""
        for known in self._scopes.values():
            known.failure = None

    def _known(self, scope: str) -> _Scope:
        return self._scopes.setdefault(scope, _Scope())

    async def _renewed(self, scope: str, known: _Scope, old: _Token | None, *, forced: bool) -> str:
        failures = known.failures
        async with known.alone:
            if known.token is not None and known.token is not old:
                return known.token.value
            if known.failures != failures and known.failure is not None:
                raise _again(known.failure)
            proof = await self._proof(scope, known)
            self._hold_back(known, proof.mark)
            try:
                grant = await self._asked(scope, proof)
            except PortError as error:
                self._failed(scope, known, error, proof.mark)
                raise
            self._succeeded(scope, known)
            known.token = self._token(grant, forced=forced)
            return known.token.value

    async def _proof(self, scope: str, known: _Scope) -> Proof:
        try:
            return await self._credentials.proof(self._url)
        except PortError as error:
            self._failed(scope, known, error, b"")
            raise

    def _hold_back(self, known: _Scope, mark: bytes) -> None:
        """Raise what was answered last, as long as the answer would be the same."""
        past = self._clock.monotonic() - known.failed_at
        match known.failure:
            case AuthExpired() as failure if past < REFUSED and known.failed_mark == mark:
                raise _again(failure)
            case RateLimited() as failure if past < failure.retry_after:
                raise RateLimited(str(failure), retry_after=failure.retry_after - past, code=failure.code)

    async def _asked(self, scope: str, proof: Proof) -> Granted:
        fields = {"grant_type": "client_credentials", "client_id": self._client, "scope": scope, **proof.fields}
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        body = urlencode(fields, errors="surrogatepass").encode()
        request = Request("POST", self._url, headers, body, timeout=PATIENCE, largest=LARGEST)
        try:
            answer = await self._http.send(request)
        except OutcomeUnknown as error:
            # A token that was made and never reached us does nobody any harm.
            raise Unreachable(str(error)) from error
        if answer.status != 200:  # noqa: PLR2004 - OK
            raise refusal(answer, now=self._clock.now(), fix=proof.fix)
        return granted(answer)

    def _token(self, grant: Granted, *, forced: bool) -> _Token:
        now = self._clock.monotonic()
        renew = now + grant.lasts - min(AHEAD, grant.lasts / 2)
        return _Token(grant.token, made=now, renew=renew, until=now + grant.lasts, forced=forced)

    def _failed(self, scope: str, known: _Scope, error: PortError, mark: bytes) -> None:
        known.failures += 1
        known.failure, known.failed_at, known.failed_mark = error, self._clock.monotonic(), mark
        if not known.failing:
            log.warning("no token can be had", scope=scope, why=str(error), code=error.code)
        known.failing = True

    def _succeeded(self, scope: str, known: _Scope) -> None:
        known.failure = None
        if known.failing:
            log.info("tokens can be had again", scope=scope)
        known.failing = False


def _again(error: PortError) -> PortError:
    """Return the same error anew: one raised twice would gather both traces."""
    match error:
        case AuthExpired():
            return AuthExpired(str(error), code=error.code, fix=error.fix)
        case RateLimited():
            return RateLimited(str(error), retry_after=error.retry_after, code=error.code)
        case _:
            return type(error)(str(error), code=error.code)
