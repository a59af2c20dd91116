"""What `chatops doctor` says of tokens: which never end, which end soon, which open nothing for want of their person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from chatops.api.tokens import Token, Tokens
from chatops.core.clock import Clock
from chatops.hookspecs import Checkup, Finding
from chatops.ports.roster import Directory

SOON = timedelta(days=14)

MOST_NAMED = 5
"""Tokens that one finding names."""


def token_checkup(tokens: Tokens, directory: Directory, clock: Clock) -> Checkup:
    """Return the look at tokens."""

    async def look() -> Sequence[Finding]:
        now = clock.now()
        valid = [token for token in await tokens.list() if token.valid(now)]
        endless = [token for token in valid if token.expires_at is None]
        ending = [token for token in valid if token.expires_at is not None and token.expires_at - now <= SOON]
        idle = [token for token in valid if not _may(directory, token)]
        found = (
            _warning(endless, "never expire", "Replace them: chatops token create --expires 90d, then token revoke."),
            _warning(ending, "expire within 14 days", "Make new ones in time: chatops token create."),
            _warning(idle, "open nothing, since their person has gone or is a guest", "chatops token revoke ID"),
        )
        warnings = tuple(one for one in found if one is not None)
        return warnings or (Finding(name="tokens", state="ok", detail=f"{len(valid)} in use"),)

    return Checkup(name="tokens", run=look)


def _may(directory: Directory, token: Token) -> bool:
    person = directory.by_id(token.person)
    return person is not None and "guest" not in person.roles


def _warning(tokens: Sequence[Token], what: str, fix: str) -> Finding | None:
    if not tokens:
        return None
    more = f" and {len(tokens) - MOST_NAMED} more" if len(tokens) > MOST_NAMED else ""
    return Finding(name="tokens", state="warning", detail=f"{_named(tokens[:MOST_NAMED])}{more} {what}", fix=fix)


def _named(tokens: Iterable[Token]) -> str:
    return ", ".join(f"{one.id} ({one.name or one.person})" for one in tokens)
