"""`GET /metrics`: figures for Prometheus, for whoever shows the token.

A token, not the address of whoever asks: behind a reverse proxy everybody comes from this machine.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

from chatops.errors import StartError
from chatops.ports.web import Route
from chatops.web.operator import for_operator

PATH = "/metrics"
TEXT = "text/plain; version=0.0.4; charset=utf-8"


def read_token(file: Path | None) -> str:
    """Return the first line of `file`; nothing when there is no such setting. Blocking. Raise StartError."""
    if file is None:
        return ""
    try:
        token = file.read_text(encoding="utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        message = f"The token for /metrics cannot be read from {file}: {error}"
        raise StartError(message) from error
    if not token:
        message = f"There is no token for /metrics in the first line of {file}."
        raise StartError(message)
    return token


def metrics_route(*, token: str, text: Callable[[], Awaitable[bytes]]) -> Route:
    """Return the page: 401 without the token."""

    async def metrics(_request: web.Request) -> web.Response:
        return web.Response(body=await text(), headers={"Content-Type": TEXT})

    return Route(method="GET", path=PATH, handler=for_operator(metrics, token))
