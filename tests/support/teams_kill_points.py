"""Where a server on Teams is killed besides steps of the engine: when it has asked for something outside."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import urlsplit

from matrix_kill_points import Death
from teams_network.http import Answer, Http, Request

_ASKED = {
    "create": r"POST .*/chats",
    "install": r"POST .*/chats/[^/]+/installedApps",
    "say": r"POST .*/conversations/[^/]+/activities",
    "edit": r"PUT .*/activities/[^/]+",
    "invite": r"POST .*/chats/[^/]+/members",
    "token": r"POST .*/token",
}
"""`create`: a group chat, before our record of it; `install`: the app into it."""

REQUESTS = tuple(_ASKED)
"""What is asked for, as kill points: when the answer is there, or in the midst of asking."""


def request_of(request: Request) -> str:
    """Return what a request asks for, in the words of `REQUESTS`, or `else`."""
    line = f"{request.method} {urlsplit(request.url).path}"
    return next((name for name, form in _ASKED.items() if re.fullmatch(form, line)), "else")


class RequestDeath(Death):
    """Comes also with requests."""

    def watch_http(self, http: Http) -> None:
        """Be told of every request."""
        send = http.send

        async def sent(request: Request) -> Answer:
            asks = request_of(request)
            self._done["requests"] += 1
            if self._lag is not None and self._due(asks):
                asyncio.get_running_loop().call_later(self._lag / 1000, self.die, asks)
            answer = await send(request)
            if self._lag is None and self._due(asks):
                self.die(asks)
            return answer

        http.send = sent  # type: ignore[method-assign]
