"""What Microsoft Entra answers when a token is asked for. The only place that knows its error codes.

Forms: Microsoft Learn, "OAuth 2.0 client credentials flow"; numbers: "Microsoft Entra authentication and authorization
error codes", which asks not to decide by them. Nothing is decided by them here: they choose the words for operators.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus

import msgspec

from chatops import Frozen
from chatops.errors import AuthExpired, PortError, Unreachable
from teams_network.errors import error_of
from teams_network.http import Answer

LONGEST = 24 * 3600.0
"""Seconds a token is used at most, whatever is promised."""

_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{1,16384}=*")
"""RFC 6750, section 2.1: it becomes a part of a header."""

_NUMBER = re.compile(r"AADSTS([0-9]{4,8})\b")

_PASSING = frozenset({"temporarily_unavailable", "server_error"})

_WORDS: Mapping[int | str, str] = {
    7000215: "the client secret is wrong; its value is needed, not its id",
    7000222: "the client secret has expired; make a new one in the app registration",
    700016: "the tenant does not know the app; compare the settings app_id and tenant with the app registration",
    7000229: "the app has no service principal in the tenant; an admin must add it there",
    7000112: "the app is switched off in the tenant; an admin must enable its sign-in",
    90002: "there is no such tenant; compare the setting tenant with the directory's id",
    700027: "the certificate is not registered with the app, or the clocks are apart",
    700024: "the statement's time is wrong; set this machine's clock",
    1000502: "the certificate is outside of its time",
    53003: "a conditional access policy of the tenant keeps the app out",
    "invalid_client": "the client secret or certificate is not accepted",
    "unauthorized_client": "the app may not ask for tokens in this tenant",
    "invalid_scope": "the scope is not known; look at connector_scope and graph_url among the settings' endpoints",
}


class Granted(Frozen, frozen=True):
    """A token, and how many seconds it lasts."""

    token: str
    lasts: float

    def __repr__(self) -> str:
        """Keep the token out of logs and traces."""
        return f"Granted(lasts={self.lasts})"


class _Success(msgspec.Struct):
    access_token: str
    expires_in: int | float | str
    token_type: str = "Bearer"  # noqa: S105 - a type's name


class _Refusal(msgspec.Struct):
    error: str
    error_description: str = ""
    error_codes: list[int] = []


def granted(answer: Answer) -> Granted:
    """Return the token of a good answer. Raise Unreachable for one that holds none we could use."""
    try:
        told = msgspec.json.decode(answer.body, type=_Success)
        lasts = float(told.expires_in)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise _nonsense() from None  # the cause would show the answer
    if told.token_type.lower() != "bearer" or _TOKEN.fullmatch(told.access_token) is None or not lasts > 0:
        raise _nonsense()
    return Granted(told.access_token, min(lasts, LONGEST))


def refusal(answer: Answer, *, now: datetime, fix: str) -> PortError:
    """Return what an answer other than 200 means: RateLimited, Unreachable, or AuthExpired, which says what to mend."""
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return error_of(answer, "repeatable", now=now)
    words = f"Microsoft Entra answered {answer.status}"
    if not HTTPStatus.BAD_REQUEST <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unreachable(words)
    try:
        told = msgspec.json.decode(answer.body, type=_Refusal)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        # A proxy, or whatever else stands at that address: that is not about our credentials.
        return Unreachable(words)
    if told.error in _PASSING:
        return Unreachable(f"{words} {told.error}", code=told.error)
    number = _number(told)
    why = _WORDS.get(number) or _WORDS.get(told.error) or "look the code up at https://login.microsoftonline.com/error"
    code = f"AADSTS{number}" if number else _short(told.error)
    return AuthExpired(f"Microsoft Entra gives no token ({code}): {why}", code=code, fix=fix)


def _number(told: _Refusal) -> int:
    if told.error_codes:
        return told.error_codes[0]
    found = _NUMBER.search(told.error_description)
    return int(found.group(1)) if found else 0


def _short(code: str) -> str:
    return code[:100] if code.isascii() and code.isprintable() else "an unreadable code"


def _nonsense() -> Unreachable:
    return Unreachable("Microsoft Entra answered without a token that could be used")
