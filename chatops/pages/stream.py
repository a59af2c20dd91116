"""Server-sent events: the parts of a page that have changed, one stream per tab."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

import msgspec
from aiohttp import web
from markupsafe import Markup

from chatops.core.frozen import Frozen
from chatops.errors import StoreUnavailable
from chatops.pages.changes import Changes

RETRY_MS = 1000
"""Milliseconds a browser waits before it connects again."""

LOOKS = 5
"""Looks without news after which a page is made anew all the same: ages grow, and both ends notice a dead line."""

_ONCE = re.compile(r'name="once" value="[0-9a-f]*"')

Parts = Mapping[str, Markup]
"""HTML by the id of its place."""


class _Part(Frozen, frozen=True, kw_only=True):
    id: str
    html: str


class Streams:
    """Sends what changes to whoever watches."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    async def serve(
        self,
        request: web.Request,
        parts: Callable[[], Awaitable[Parts | None]],
        stirred: Callable[[], Awaitable[int]] | None = None,
    ) -> web.StreamResponse:
        """Send until the browser goes away, the server stops, or `parts` says None: not to be seen any more.

        `stirred`: a number that changes with what is written without a word. Parts cost more than a look at that.
        """
        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        await response.write(f"retry: {RETRY_MS}\n\n".encode())
        shown = _marks(request.query.get("seen", ""))
        # While the database is away the line ends, and the tab connects again.
        with suppress(ConnectionResetError, StoreUnavailable):
            while True:
                since, before = self._changes.count, await stirred() if stirred is not None else 0
                now = await parts()
                if now is None:
                    break
                fresh = {id_: html for id_, html in now.items() if shown.get(id_) != mark(html)}
                for id_, html in fresh.items():
                    await response.write(_event("part", msgspec.json.encode(_Part(id=id_, html=str(html)))))
                shown = {id_: mark(html) for id_, html in now.items()}
                if not fresh:
                    await response.write(b": beat\n\n")
                for _look in range(LOOKS):
                    if await self._changes.wait(since) or (stirred is not None and await stirred() != before):
                        break
            await response.write(_event("gone", b"{}"))
        return response


def seen(parts: Parts) -> str:
    """Return what a page tells its stream that it shows already."""
    return ".".join(f"{id_}-{mark(html)}" for id_, html in parts.items())


def mark(html: str) -> str:
    """Return a few characters that change with the HTML; the keys in its forms are new each time and count for nothing."""
    return hashlib.sha256(_ONCE.sub("", html).encode()).hexdigest()[:12]


def _marks(seen: str) -> dict[str, str]:
    pairs = (part.rpartition("-") for part in seen[:2000].split("."))
    return {id_: found for id_, _dash, found in pairs}


def _event(name: str, data: bytes) -> bytes:
    return f"event: {name}\ndata: ".encode() + data + b"\n\n"
