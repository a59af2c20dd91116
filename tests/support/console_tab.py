"""Somebody at the console, by plain HTTP."""

from __future__ import annotations

from collections.abc import Callable

from http_client import Browser, token


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

    async def answer(self, path: str, *, live: bool = False, **fields: str) -> tuple[int, str]:
        """Send a form and return status and text. `field_x` stands for the card's field `x`."""
        if not self._token:
            await self.open()
        named = {name.replace("field_", "field."): value for name, value in fields.items()}
        headers = {"X-Live": "1"} if live else None
        answer = await self.browser.post(self.base + path, {"_csrf": self._token, **named}, headers=headers)
        return answer.status, answer.text


TabMaker = Callable[[str], Tab]
