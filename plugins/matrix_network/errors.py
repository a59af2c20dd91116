"""What a homeserver's refusals mean to us. The only place that knows error codes.

Codes: Matrix client-server API v1.16, "Standard error response"; Synapse `api/errors.py` for the unspecified ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chatops.errors import (
    AuthExpired,
    Conflict,
    Forbidden,
    Invalid,
    Missing,
    PortError,
    RateLimited,
    Rejected,
    Unreachable,
    Unsupported,
)

PATIENCE = 5.0
"""Seconds to wait when a homeserver limits us without saying for how long."""

SHORTEST, LONGEST = 0.1, 300.0
"""Seconds between which we take a homeserver's word for how long to wait."""

_MEANINGS: Mapping[str, type[PortError]] = {
    "M_UNKNOWN_TOKEN": AuthExpired,
    "M_MISSING_TOKEN": AuthExpired,
    "M_USER_DEACTIVATED": AuthExpired,
    "M_USER_LOCKED": AuthExpired,
    "M_USER_SUSPENDED": AuthExpired,
    "ORG_MATRIX_EXPIRED_ACCOUNT": AuthExpired,
    "M_CONSENT_NOT_GIVEN": Forbidden,
    "M_FORBIDDEN": Forbidden,
    "M_UNAUTHORIZED": Forbidden,
    "M_GUEST_ACCESS_FORBIDDEN": Forbidden,
    "M_CANNOT_LEAVE_SERVER_NOTICE_ROOM": Forbidden,
    "M_UNABLE_TO_AUTHORISE_JOIN": Forbidden,
    "M_UNABLE_TO_GRANT_JOIN": Forbidden,
    "M_BAD_ALIAS": Invalid,
    "M_BAD_JSON": Invalid,
    "M_NOT_JSON": Invalid,
    "M_INVALID_PARAM": Invalid,
    "M_MISSING_PARAM": Invalid,
    "M_INVALID_USERNAME": Invalid,
    "M_INVALID_ROOM_STATE": Invalid,
    "M_BAD_STATE": Invalid,
    "M_TOO_LARGE": Invalid,
    "M_UNSUPPORTED_ROOM_VERSION": Invalid,
    "M_INCOMPATIBLE_ROOM_VERSION": Invalid,
    "M_NOT_FOUND": Missing,
    "M_ROOM_IN_USE": Conflict,
    "M_USER_IN_USE": Conflict,
    "M_DUPLICATE_ANNOTATION": Conflict,
    "M_UNRECOGNIZED": Unsupported,
    # Of the whole homeserver, and only until its admin or the next month lifts it: what was to be said is not lost.
    "M_RESOURCE_LIMIT_EXCEEDED": Unreachable,
}


def error_of(status: int, headers: Mapping[str, str], body: Mapping[str, Any]) -> PortError:
    """Return what an answer other than 2xx means. `body` is empty when it was no JSON object."""
    code = body.get("errcode")
    code = code if isinstance(code, str) else None
    words = f"the homeserver answered {status}" + (f" {code}" if code else "")
    if status == 429 or code == "M_LIMIT_EXCEEDED":  # noqa: PLR2004 - Too Many Requests
        return RateLimited(words, retry_after=_retry_after(headers, body), code=code)
    if code is not None and code in _MEANINGS and status < 500:  # noqa: PLR2004 - a server error whatever it says
        return _MEANINGS[code](words, code=code)
    if status == 413 and code is None:  # noqa: PLR2004 - Content Too Large, said by a proxy in front
        return Invalid(words, code="M_TOO_LARGE")
    # A proxy in front answers in its own way, without a code: 401 and 404 there are about the path, not about us.
    if status >= 500 or code is None:  # noqa: PLR2004 - server errors
        return Unreachable(words, code=code)
    return Rejected(words, code=code)


def _retry_after(headers: Mapping[str, str], body: Mapping[str, Any]) -> float:
    """Return seconds, neither so few that we would ask without a pause nor so many that we would be silent for long.

    The field is finer than the header (whole seconds), and deprecated in its favour.
    """
    told = body.get("retry_after_ms")
    if isinstance(told, int | float) and not isinstance(told, bool) and told >= 0:
        return min(max(told / 1000, SHORTEST), LONGEST)
    try:
        return min(max(float(headers.get("Retry-After", "")), SHORTEST), LONGEST)
    except ValueError:
        return PATIENCE
