"""Server-sent events of the console, as a page hears them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from console_tab import Tab


@dataclass
class Told:
    """One event."""

    name: str
    data: dict[str, str]
    id: str


class Line:
    """An open stream."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self.cursor = ""

    async def block(self) -> list[str]:
        """Return the lines of the next block."""
        lines: list[str] = []
        while True:
            line = (await self._response.content.readline()).decode().rstrip("\n")
            if line:
                lines.append(line)
            elif lines:
                return lines
            else:
                return []

    async def told(self) -> list[Told]:
        """Return everything up to the next `told` or `resync`."""
        found: list[Told] = []
        while True:
            parts = dict(line.partition(": ")[::2] for line in await self.block())
            if "event" not in parts:
                continue
            found.append(Told(parts["event"], json.loads(parts["data"]), parts.get("id", "")))
            if found[-1].name in {"told", "resync", "gone"}:
                self.cursor = found[-1].id
                return found


@asynccontextmanager
async def listening(tab: Tab, path: str, headers: dict[str, str] | None = None) -> AsyncIterator[Line]:
    """Open a stream as the page's script does."""
    session = tab.browser._session  # noqa: SLF001 - the same cookies
    async with session.get(tab.browser.base + tab.base + path, headers=headers) as response:
        assert response.status == 200
        assert response.headers["Content-Type"] == "text/event-stream"
        line = Line(response)
        assert await line.block() == ["retry: 1000"]
        yield line


def live(page: str) -> str:
    """Return where the page's script listens."""
    start = page.index('data-live="/') + len('data-live="')
    address = page[start : page.index('"', start)].replace("&amp;", "&")
    return address[address.index("live?") :]


def entries(told: list[Told]) -> list[str]:
    """Return the entries among the pieces, in order."""
    return [piece.data["id"] for piece in told if piece.data.get("list")]
