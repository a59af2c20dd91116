"""JSON in and out: strict about what comes in, one shape for what went wrong."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from aiohttp import web

from chatops.core.frozen import Frozen

FrozenT = TypeVar("FrozenT", bound=Frozen)


class Problem(Frozen, frozen=True, kw_only=True):
    """What went wrong, for programs (`code`) and people (`message`, `hint`)."""

    code: str
    message: str
    hint: str | None = None


class _Failed(Frozen, frozen=True, kw_only=True, omit_defaults=False):
    ok: bool = False
    error: Problem


def json_answer(body: Frozen, *, status: int = 200) -> web.Response:
    """Return `body` as JSON."""
    return web.Response(body=msgspec.json.encode(body), content_type="application/json", status=status)


def problem(status: int, code: str, message: str, *, hint: str | None = None) -> web.Response:
    """Return the one shape of a failed call."""
    return json_answer(_Failed(error=Problem(code=code, message=message, hint=hint)), status=status)


def read_json(raw: bytes, shape: type[FrozenT]) -> FrozenT:
    """Return the body as `shape`. Raise ValueError for what is no JSON, msgspec.ValidationError for wrong values."""
    try:
        return msgspec.json.decode(raw, type=shape)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        message = "the body is no JSON"
        raise ValueError(message) from error
