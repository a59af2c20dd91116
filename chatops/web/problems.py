"""What went wrong, told to programs after RFC 9457: a stable code, a sentence, what would work."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from aiohttp import web

from chatops.core.frozen import Frozen

REST = "/api/v1"
"""Below this, whatever goes wrong is told this way."""

MEDIA_TYPE = "application/problem+json"

TITLES: Mapping[str, str] = {
    "malformed": "The body is no JSON",
    "unauthorized": "No valid token",
    "forbidden": "Not from here",
    "insufficient_scope": "The token does not reach that far",
    "not_allowed": "Not allowed",
    "not_found": "Not found",
    "method_not_allowed": "No such method here",
    "conflict": "Not possible now",
    "needs_confirmation": "It wants to be confirmed first",
    "too_large": "The body is too large",
    "unsupported_media_type": "The body must be JSON",
    "misdirected": "Meant for another host",
    "invalid": "A value is missing or wrong",
    "key_reused": "The Idempotency-Key was used for something else",
    "not_understood": "The words are no command",
    "too_many_requests": "Too many requests",
    "bad_request": "The request cannot be read",
    "try_later": "Not possible at this moment",
    "failed": "Something is broken here",
}
"""Every code, with what is so. Codes never change; new ones may come."""

STATUS_CODES: Mapping[int, str] = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    421: "misdirected",
    422: "invalid",
    429: "too_many_requests",
    500: "failed",
    503: "try_later",
}
"""What a status means when nothing more is known."""


class ProblemDetails(Frozen, frozen=True, kw_only=True):
    """What went wrong."""

    type: str
    """`urn:chatops:problem:CODE`."""
    title: str
    status: int
    code: str
    """Stable, for programs."""
    detail: str = ""
    """For people."""
    hint: str = ""
    """What would work."""
    commands: tuple[str, ...] = ()
    """Commands that would work."""
    preview: str = ""
    """What a command that wants to be confirmed would do."""


def problem_details(
    status: int,
    code: str,
    detail: str = "",
    *,
    hint: str = "",
    commands: tuple[str, ...] = (),
    preview: str = "",
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """Return the answer that says so."""
    body = ProblemDetails(
        type=f"urn:chatops:problem:{code}",
        title=TITLES[code],
        status=status,
        code=code,
        detail=detail,
        hint=hint,
        commands=commands,
        preview=preview,
    )
    return web.Response(body=msgspec.json.encode(body), status=status, content_type=MEDIA_TYPE, headers=headers)


def refused(refusal: web.HTTPException) -> web.Response:
    """Return what the server itself refuses: an unknown address, a wrong method, too large a body."""
    return problem_details(refusal.status, STATUS_CODES.get(refusal.status, "bad_request"))
