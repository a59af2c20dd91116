"""HTTP as tests speak it: one client, and bytes straight into the socket."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from http.cookies import Morsel
from typing import BinaryIO

import aiohttp


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def location(self) -> str:
        """Where it sends us."""
        return self.headers["Location"]


class Browser:
    """Keeps cookies like a browser; follows redirects only when told to."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self._session = session
        self.base = base

    async def get(self, path: str, *, headers: Mapping[str, str] | None = None, follow: bool = True) -> Answer:
        """Ask for a page."""
        async with self._session.get(self.base + path, headers=headers, allow_redirects=follow) as response:
            return Answer(response.status, response.headers.copy(), await response.text())

    async def post(
        self,
        path: str,
        fields: Mapping[str, str] | aiohttp.FormData | BinaryIO | bytes = b"",
        *,
        headers: Mapping[str, str] | None = None,
        follow: bool = False,
    ) -> Answer:
        """Send a form, one with files, or bytes as they are."""
        async with self._session.post(
            self.base + path, data=fields, headers=headers, allow_redirects=follow
        ) as response:
            return Answer(response.status, response.headers.copy(), await response.text())

    def cookies(self) -> list[Morsel[str]]:
        """Return everything the server gave us to keep."""
        return list(self._session.cookie_jar)


@asynccontextmanager
async def browsing(base: str) -> AsyncIterator[Browser]:
    """Return a browser with no cookies."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        yield Browser(session, base)


def token(page: str) -> str:
    """Return the token that a page's forms carry."""
    found = re.search(r'name="_csrf" value="([0-9a-f]+)"', page)
    assert found is not None
    return found.group(1)


SILENCE = 0.5
"""Seconds after which a server that says nothing is taken to wait for more."""


async def raw(base: str, data: bytes) -> bytes:
    """Send bytes as they are, and return the beginning of what comes back; nothing when it stays silent."""
    host, _, port = base.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(data)
        await writer.drain()
        reading = asyncio.ensure_future(reader.read(65_536))
        await asyncio.wait({reading}, timeout=SILENCE)
        # A machine that stood still meanwhile makes no silence: whoever is about to answer gets their turns.
        for _turn in range(50):
            if not reading.done():
                await asyncio.sleep(0.001)
        if not reading.done():
            reading.cancel()
            return b""
        return reading.result()
    except ConnectionError:
        return b""
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
