"""Where a server on Teams is killed besides steps of the engine: when it has asked for something outside."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from matrix_kill_points import Death
from teams_network.http import Answer, Http, Request

REQUESTS = (
    "create",  # a group chat, before our record of it
    "install",  # the app into it
    "say",
    "edit",
    "invite",
    "token",
)
"""What is asked for, as kill points: when the answer is there, or in the midst of asking."""


def request_of(request: Request) -> str:
    """Return what a request asks for, in the words of `REQUESTS`; else its method and what its path ends on."""
    parts = [part for part in urlsplit(request.url).path.split("/") if part]
    match request.method, parts[-3:]:
        case "POST", [*_, "chats"]:
            return "create"
        case "POST", ["chats", _, "installedApps"]:
            return "install"
        case "POST", ["conversations", _, "activities"]:
            return "say"
        case "PUT", [*_, "activities", _]:
            return "edit"
        case "POST", ["chats", _, "members"]:
            return "invite"
        case "POST", [*_, "token"]:
            return "token"
        case _:
            return f"{request.method} {parts[-1]}"


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
