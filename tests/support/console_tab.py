"""Somebody at the console, by plain HTTP."""

from __future__ import annotations

import io
from collections.abc import Callable

import aiohttp

from http_client import Answer, Browser, token


class Tab:
    """Somebody's pages in a browser."""

    def __init__(self, browser: Browser, person: str) -> None:
        self.browser = browser
        self.base = f"/console/{person}/"
        self._token = ""

    async def open(self, path: str = "r/general") -> str:
        """Return a page below the person's path."""
        answer = await self.browser.get(self.base + path)
        assert answer.status == 200, answer.text
        self._token = token(answer.text)
        return answer.text

    async def send(self, path: str, *, live: bool = False, **fields: str) -> int:
        """Send a form and return the status."""
        return (await self.answer(path, live=live, **fields))[0]

    async def upload(self, path: str, *files: tuple[str, bytes], live: bool = False, **fields: str) -> Answer:
        """Send a form with (name, content) files."""
        if not self._token:
            await self.open()
        form = form_with(*files, **{"_csrf": self._token, **fields})
        return await self.browser.post(self.base + path, form, headers={"X-Live": "1"} if live else None)

    async def answer(self, path: str, *, live: bool = False, **fields: str) -> tuple[int, str]:
        """Send a form and return status and text. `field_x` stands for the card's field `x`."""
        if not self._token:
            await self.open()
        named = {name.replace("field_", "field."): value for name, value in fields.items()}
        headers = {"X-Live": "1"} if live else None
        answer = await self.browser.post(self.base + path, {"_csrf": self._token, **named}, headers=headers)
        return answer.status, answer.text


def form_with(*files: tuple[str, bytes], **fields: str) -> aiohttp.FormData:
    """Return a form with (name, content) files."""
    form = aiohttp.FormData(quote_fields=False)
    for name, value in fields.items():
        form.add_field(name, value)
    for name, content in files:
        form.add_field("file", io.BytesIO(content), filename=name, content_type="text/html")
    return form


TabMaker = Callable[[str], Tab]
