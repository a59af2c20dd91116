"""`chatops token create|list|revoke`: what operators do with tokens, inside the running server or without one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, timedelta
from functools import partial
from typing import Literal

import structlog

from chatops.api.scopes import Scope
from chatops.api.token_audit import Tell, TokenChanged
from chatops.api.tokens import BadToken, Token, Tokens
from chatops.core.clock import Clock
from chatops.hookspecs import Tool, ToolOption

GROUP = "token"

_LENGTH = re.compile(r"([1-9][0-9]{0,4})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

log = structlog.get_logger(__name__)


class TokenTools:
    """The tools of the group `token`. A token is shown when it is made, and never again."""

    def __init__(self, tokens: Tokens, clock: Clock, tell: Tell) -> None:
        """`tell` keeps the word of each change for the audit."""
        self._tokens = tokens
        self._clock = clock
        self._tell = tell

    def tools(self) -> tuple[Tool, ...]:
        """Return them."""
        return (
            Tool(
                group=GROUP,
                name="create",
                help="Make a token for the REST API.",
                run=self._create,
                options=(
                    ToolOption(name="person", help="whom it speaks for: an id from the directory"),
                    ToolOption(name="scope", help=f"what it is for: {', '.join(Scope)}"),
                    ToolOption(name="expires", help="how long it lives: 12h, 90d, 52w", default=""),
                    ToolOption(name="name", help="what it is called in lists", default=""),
                ),
            ),
            Tool(group=GROUP, name="list", help="Show all tokens, never their secrets.", run=self._list),
            Tool(
                group=GROUP,
                name="revoke",
                help="End a token at once.",
                run=self._revoke,
                options=(ToolOption(name="id", help="the token's id"),),
            ),
        )

    async def _create(self, options: Mapping[str, str]) -> str:
        token, shown = await self._tokens.create(
            options["person"],
            _scopes(options["scope"]),
            name=" ".join(options["name"].split()),
            expires=_length(options["expires"]),
            told=partial(self._told, "create"),
        )
        log.info("a token was made", token=token.id, person=token.person, scopes=list(token.scopes))
        return f"{shown}\n{_line(token)}\nIt is shown this once. Whoever has it can do what it is for in that name."

    async def _list(self, _options: Mapping[str, str]) -> str:
        lines = [f"{_line(token)}{self._state(token)}" for token in await self._tokens.list()]
        return "\n".join(lines) or "There are no tokens. Make one: chatops token create --person ID --scope read"

    async def _revoke(self, options: Mapping[str, str]) -> str:
        token = await self._tokens.revoke(options["id"], told=partial(self._told, "revoke"))
        log.info("a token was revoked", token=token.id, person=token.person)
        return f"{token.id} opens nothing any more."

    async def _told(self, did: Literal["create", "revoke"], token: Token) -> None:
        change = TokenChanged(
            did=did,
            token=token.id,
            person=token.person,
            scopes=token.scopes,
            name=token.name,
            until=token.expires_at,
            at=self._clock.now(),
        )
        await self._tell(change)

    def _state(self, token: Token) -> str:
        used = f", last used {token.used_on}" if token.used_on else ", never used"
        if token.revoked_at is not None:
            return f"{used}, revoked"
        return used if token.valid(self._clock.now()) else f"{used}, expired"


def _line(token: Token) -> str:
    name = f" ({token.name})" if token.name else ""
    until = f"until {token.expires_at.astimezone(UTC):%Y-%m-%d}" if token.expires_at else "does not expire"
    return f"{token.id}{name}: {token.person}, {' '.join(token.scopes)}, {until}"


def _scopes(words: str) -> tuple[Scope, ...]:
    try:
        return tuple(Scope(word) for word in re.split(r"[,\s]+", words) if word)
    except ValueError as error:
        message = f"{error}: scopes are {', '.join(Scope)}.".replace(" is not a valid Scope", " is no scope")
        raise BadToken(message) from None


def _length(words: str) -> timedelta | None:
    if not words:
        return None
    found = _LENGTH.fullmatch(words)
    if found is None:
        message = f"{words!r} is no length of time. Write it like 12h, 90d or 52w."
        raise BadToken(message)
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
