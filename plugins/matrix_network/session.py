"""Staying logged in: the token lives in the plugin's secrets, is refreshed in time, and never fetched by logging in.

Refreshing as in the client-server API v1.3 and later, "Refreshing access tokens". A refresh whose answer was lost may be
repeated: a homeserver keeps the old refresh token valid until the new access token is used (Synapse: `handlers/auth.py`,
`refresh_token`). So new tokens are written down before they are used, and only one refresh is under way at a time:
a second one would end the tokens of the first (`replace_refresh_token`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from chatops import Frozen, Instant, replace
from chatops.errors import AuthExpired, RateLimited, Rejected, StoreError, StoreUnavailable, Unreachable, Unsupported
from chatops.ports.secrets import Secrets
from matrix_network.account import Account
from matrix_network.fellows import Fellows
from matrix_network.homeserver import Homeserver

SECRET = "session"  # noqa: S105 - the name it is kept under
LOG_IN = "chatops matrix login"
"""What an operator types."""

DEVICE_NAME = "chatops"
"""What clients show for our device, and by which another server on our account is known."""

UNHEARD = (
    "Look whether the homeserver runs, and whether its address is right: the setting homeserver, or without it the one "
    "that chatops matrix status shows."
)
"""What an operator does when the homeserver does not answer."""

ENDED = "the homeserver has ended our login"
RUN_OUT = "our access token has run out, and there is no refresh token"
NOT_RENEWED = "the homeserver does not renew our login"

AHEAD = timedelta(minutes=1)
"""How long before a token runs out it is refreshed; at most a tenth of its lifetime."""


class Kept(Frozen, frozen=True, kw_only=True):
    """A login, as it is kept."""

    homeserver: str
    user: str
    device: str
    access_token: str
    refresh_token: str | None = None
    expires_at: Instant | None = None
    """None: the token does not run out by itself."""
    lifetime: float = 0.0
    """Seconds from when the token was made until `expires_at`."""

    def __repr__(self) -> str:
        """Say who, and never the tokens: traces and failed comparisons show what they hold."""
        return f"Kept({self.account!r}, expires_at={self.expires_at!r})"

    @property
    def account(self) -> Account:
        """Who that is."""
        return Account(homeserver=self.homeserver, user=self.user, device=self.device)


class Session:
    """Implements `matrix_network.homeserver.Tokens`. One for all who speak for the account in a process.

    Among replicas, each token is renewed by one of them, and before a login is taken for ended, what is kept is read again.
    """

    def __init__(self, secrets: Secrets, now: Callable[[], datetime], fellows: Fellows | None = None) -> None:
        self._secrets = secrets
        self._now = now
        self._kept: Kept | None = None
        self._refused: AuthExpired | None = None
        self._alone = asyncio.Lock()
        self._fellows = fellows
        if fellows is not None:
            fellows.listen(self._changed_elsewhere)

    async def account(self) -> Account:
        """Return who we are. Raise AuthExpired when nobody has logged in yet."""
        return (await self._need()).account

    async def kept(self) -> Kept | None:
        """Return the login, also one that is no longer accepted; None when there is none. Raise AuthExpired when it
        cannot be decrypted."""
        if self._kept is None:
            try:
                found = await self._secrets.read(SECRET)
            except StoreUnavailable:
                raise
            except StoreError as error:
                raise AuthExpired(str(error), fix=LOG_IN) from error
            if found is not None and self._kept is None:
                self._kept = msgspec.json.decode(found, type=Kept)
        return self._kept

    async def current(self) -> str:
        """Return the access token to use now. Raise AuthExpired, without asking again what was refused for good."""
        kept = await self._need()
        if self._refused is not None:
            kept = await self._kept_now(kept)
        if self._refused is not None:
            raise _again(self._refused)
        left = self._left(kept)
        if left is None or left > self._ahead(kept) or kept.refresh_token is None:
            return kept.access_token
        async with self._alone:
            kept = await self._need()
            if self._refused is not None:
                raise _again(self._refused)
            left = self._left(kept)
            if left is None or left > self._ahead(kept):
                return kept.access_token
            try:
                return await self._refresh(kept)
            except (Unreachable, RateLimited):
                if left <= timedelta():
                    raise
                return kept.access_token

    async def renewed(self, refused: str, *, soft: bool) -> str:
        """Return another token than `refused`. Raise AuthExpired, or Unreachable when a refresh was not answered."""
        async with self._alone:
            kept = await self._need()
            if kept.access_token == refused:
                kept = await self._kept_now(kept)
            if kept.access_token != refused:
                return kept.access_token
            if self._refused is not None:
                raise _again(self._refused)
            if not soft:
                raise self._over(ENDED, code="M_UNKNOWN_TOKEN")
            if kept.refresh_token is None:
                raise self._over(RUN_OUT, code="M_UNKNOWN_TOKEN")
            return await self._refresh(kept)

    async def begin(self, kept: Kept) -> None:
        """Keep a new login durably, in place of the one before."""
        async with self._alone:
            await self._keep(kept)
            self._refused = None
        await self._tell()

    async def begin_by(self, make: Callable[[], Awaitable[Kept]]) -> Kept:
        """Keep the login that `make` comes to, durably, in place of the one before.

        Meanwhile nobody judges the old token, which a login on the same device ends: who is refused gets the new one.
        """
        async with self._alone:
            kept = await make()
            await self._keep(kept)
            self._refused = None
        await self._tell()
        return kept

    async def forget(self) -> None:
        """Forget the login. Harmless when there is none."""
        async with self._alone:
            await self._secrets.forget(SECRET)
            self._kept = self._refused = None
        await self._tell()

    def retry(self) -> None:
        """Ask the homeserver again about a token that it refused: somebody may have mended the account."""
        self._refused = None

    async def _need(self) -> Kept:
        kept = await self.kept()
        if kept is None:
            message = f"nobody has logged in to Matrix yet: {LOG_IN}"
            raise AuthExpired(message, fix=LOG_IN)
        return kept

    async def _refresh(self, kept: Kept) -> str:
        if self._fellows is None:
            return await self._refreshed(kept)
        async with self._fellows.turn():
            now = await self._kept_now(kept)
            return now.access_token if now.access_token != kept.access_token else await self._refreshed(kept)

    async def _refreshed(self, kept: Kept) -> str:
        body = msgspec.json.encode({"refresh_token": kept.refresh_token}).decode()
        homeserver = Homeserver(kept.homeserver, self)
        try:
            answer = await homeserver.send(("POST", "/_matrix/client/v3/refresh", body))
        except (AuthExpired, Rejected, Unsupported) as error:
            raise self._over(NOT_RENEWED, code=error.code) from error
        finally:
            await homeserver.close()
        fresh = renewal(kept, answer, self._now())
        if self._fellows is not None and not self._fellows.ours:
            # We were stopped for longer than our turn: what another has kept since is newer.
            return (await self._kept_now(kept)).access_token
        await self._keep(fresh)
        await self._tell()
        return fresh.access_token

    async def _kept_now(self, known: Kept) -> Kept:
        """Return the login as it is kept now: another replica may have renewed it, or somebody logged in there."""
        if self._fellows is None:
            return known
        self._kept = None
        kept = await self._need()
        if kept.access_token != known.access_token:
            self._refused = None
        return kept

    async def _tell(self) -> None:
        if self._fellows is not None:
            await self._fellows.tell()

    def _changed_elsewhere(self) -> None:
        self._kept = None

    async def _keep(self, kept: Kept) -> None:
        await self._secrets.write(SECRET, msgspec.json.encode(kept).decode())
        self._kept = kept

    def _over(self, why: str, *, code: str | None) -> AuthExpired:
        self._refused = AuthExpired(f"{why}: {LOG_IN}", code=code, fix=LOG_IN)
        return _again(self._refused)

    def _left(self, kept: Kept) -> timedelta | None:
        return None if kept.expires_at is None else kept.expires_at - self._now()

    @staticmethod
    def _ahead(kept: Kept) -> timedelta:
        return min(AHEAD, timedelta(seconds=kept.lifetime / 10))


def renewal(kept: Kept, answer: Mapping[str, Any], now: datetime) -> Kept:
    """Return the login after a refresh or login was answered. Raise Unreachable for an answer without a token."""
    token, refresh, lasts = answer.get("access_token"), answer.get("refresh_token"), answer.get("expires_in_ms")
    if not isinstance(token, str) or not token:
        message = "the homeserver answered without an access token"
        raise Unreachable(message)
    # Without a new refresh token the old one goes on (specification, "Refreshing access tokens").
    fresh = replace(kept, access_token=token, refresh_token=refresh if isinstance(refresh, str) else kept.refresh_token)
    if not isinstance(lasts, int | float) or isinstance(lasts, bool):
        return replace(fresh, expires_at=None, lifetime=0.0)
    return replace(fresh, expires_at=now + timedelta(milliseconds=lasts), lifetime=lasts / 1000)


def _again(error: AuthExpired) -> AuthExpired:
    """Return the same error anew: one raised twice would gather both traces."""
    return AuthExpired(str(error), code=error.code, fix=error.fix)
