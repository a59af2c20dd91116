"""What refusals of the Bot Connector and of Graph mean to us. The only place that knows their codes.

Sources: Microsoft Learn, "Messages in bot conversations", "Status code responses"; "Optimize your bot with rate limiting",
which has 412, 502 and 504 repeated like 429; "Microsoft Graph error responses and resource types".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Literal

import msgspec

from chatops.errors import (
    AuthExpired,
    Conflict,
    Forbidden,
    Invalid,
    Missing,
    OutcomeUnknown,
    PortError,
    RateLimited,
    Rejected,
    Unreachable,
)
from teams_network.http import Answer

Doing = Literal["write", "repeatable", "read"]
"""What was asked for: something that a repetition would double, something that it would not, or only to look."""

PATIENCE = 5.0
"""Seconds to wait when we are limited without being told for how long."""

SHORTEST, LONGEST = 0.1, 300.0
"""Seconds between which we take their word for how long to wait."""

REPEATED = frozenset({HTTPStatus.PRECONDITION_FAILED, HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT})
"""What Teams wants repeated, whatever it was."""

_LONGEST_CODE = 100

_MEANINGS: Mapping[int, type[PortError]] = {
    HTTPStatus.BAD_REQUEST: Invalid,
    HTTPStatus.FORBIDDEN: Forbidden,
    HTTPStatus.NOT_FOUND: Missing,
    HTTPStatus.CONFLICT: Conflict,
    HTTPStatus.GONE: Missing,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Invalid,
    HTTPStatus.UNPROCESSABLE_ENTITY: Invalid,
    HTTPStatus.LOCKED: Conflict,
}

_SENTENCES: Mapping[str | None, str] = {
    "BotNotInConversationRoster": "the app is not installed there (any more)",
    "ConversationBlockedByUser": "somebody has blocked the bot",
    "MessageWritesBlocked": "the bot may not write there: it was blocked or removed, or the conversation is archived",
    "BotDisabledByAdmin": "the organisation's admin has blocked the app",
    "MessageSizeTooBig": "the message is too large",
}

_FORBIDDEN = frozenset({"BotNotInConversationRoster"})
"""Codes that mean the same whatever the status: 403, and 404 on some calls ("Targeted messages", error codes)."""

_FIX = "chatops teams secret"


class _Said(msgspec.Struct, frozen=True):
    code: str | None = None


class _Refusal(msgspec.Struct, frozen=True):
    error: _Said | None = None


_REFUSAL = msgspec.json.Decoder(_Refusal)


def error_of(answer: Answer, doing: Doing, *, now: datetime | None = None) -> PortError:
    """Return what an answer other than 2xx means. Nothing of what it says but its code is repeated.

    `now` is for a date in `Retry-After`; without it such a date counts for nothing.
    """
    status, code = answer.status, code_of(answer)
    words = f"Teams answered {status}" + (f" {code}" if code else "")
    if code in _SENTENCES:
        words = f"{words}: {_SENTENCES[code]}"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimited(words, retry_after=_retry_after(answer.headers, now), code=code)
    if status == HTTPStatus.UNAUTHORIZED:
        return AuthExpired(words, code=code, fix=_FIX)
    return _meaning(status, code, doing)(words, code=code)


def _meaning(status: int, code: str | None, doing: Doing) -> type[PortError]:
    if status in REPEATED:
        return Unreachable
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        return OutcomeUnknown if doing == "write" else Unreachable
    if code in _FORBIDDEN:
        return Forbidden
    if status < HTTPStatus.BAD_REQUEST:
        # A redirect: not followed, since our token would go along. Nothing was done where we asked.
        return Unreachable
    return _MEANINGS.get(status, Rejected)


def code_of(answer: Answer) -> str | None:
    """Return the error code an answer names, or None."""
    try:
        said = _REFUSAL.decode(answer.body).error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    code = said.code if said is not None else None
    return code[:_LONGEST_CODE] if code and code.isprintable() else None


def _retry_after(headers: Mapping[str, str], now: datetime | None) -> float:
    """Return seconds, neither so few that we would ask without a pause nor so many that we would be silent for long."""
    told = next((value for name, value in headers.items() if name.lower() == "retry-after"), "").strip()
    seconds = float(told) if told.replace(".", "", 1).isdigit() and told.isascii() else _until(told, now)
    return PATIENCE if seconds is None else min(max(seconds, SHORTEST), LONGEST)


def _until(told: str, now: datetime | None) -> float | None:
    if now is None or not told:
        return None
    try:
        at = parsedate_to_datetime(told)
    except ValueError:
        return None
    return ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds()
