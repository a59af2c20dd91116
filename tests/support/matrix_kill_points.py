"""Where a server on a homeserver is killed: at steps of the engine, at requests, at any moment. It notes what it died of."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matrix_network.homeserver import Homeserver, Json, Request
from matrix_network.render import CARD

ANY_MOMENT = "any moment"
IN_VAIN = "in vain"
"""What a server dies of that never came to where it was to be killed."""
NOTHING = "nothing"
"""What a server dies of that came to its end."""

REQUESTS = (
    "sync",  # answered with something; nothing of it is accepted yet
    "gap",  # in the middle of a gap
    "create",  # a room, before our record of it
    "direct",  # a direct chat
    "card",  # posted, before its reactions
    "seed",  # between its reactions
    "edit",
    "pin",
    "redact",
    "invite",
    "enter",  # a room that goes on as another, or to which we have been invited
    "reinvite",  # between the invitations to a room that goes on
    "close",
)
"""What is asked of the homeserver, as kill points: when the answer is there, or in the midst of asking."""


def request_of(method: str, path: str, body: str) -> str:
    """Return what a request asks, in the words of `REQUESTS`; else its method and what its path ends on."""
    parts = path.partition("?")[0].split("/")[4:]
    match method, parts:
        case "PUT", ["rooms", _, "send", "m.room.message", _]:
            return _said(json.loads(body))
        case "POST", ["createRoom"]:
            return "direct" if json.loads(body).get("is_direct") else "create"
        case "POST", ["join", _]:
            return "enter"
        case _, ["rooms", _, what, *more]:
            return _NAMES.get((method, what, *more[:1]), _NAMES.get((method, what), f"{method} {what}"))
        case _:
            return parts[0]


def _said(content: Json) -> str:
    if content.get("m.relates_to", {}).get("rel_type") == "m.replace":
        return "edit"
    return "card" if content.get(CARD, {}).get("shown") else "text"


_NAMES = {
    ("GET", "messages"): "gap",
    ("PUT", "send", "m.reaction"): "seed",
    ("PUT", "state", "m.room.pinned_events"): "pin",
    ("PUT", "state", "m.room.power_levels"): "close",
    ("PUT", "redact"): "redact",
    ("POST", "invite"): "invite",
}


class Death:
    """Comes at the time an order says, and is written to `log` with what was done until then."""

    def __init__(self, order: Mapping[str, Any], log: Path) -> None:
        self._step: str = order["step"]
        self._after: int = order["after"]
        self._lag: float | None = order["lag"]
        self._met: Counter[str] = Counter()
        self._done: Counter[str] = Counter()
        self._entered: set[str] = set()
        self._pages: set[str] = set()
        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._once = threading.Lock()
        if self._step:
            self._wait(order["patience"], IN_VAIN)
        if self._step == ANY_MOMENT:
            self._wait(self._after / 1000, ANY_MOMENT)

    def probe(self, step: str) -> None:
        """The engine has come to a step."""
        if self._due(step):
            self.die(step)

    def watch(self, homeserver: Homeserver) -> None:
        """Be told of every request."""
        send = homeserver.send

        async def sent(request: Request, **more: Any) -> Json:
            body = request[2] if len(request) > 2 and isinstance(request[2], str) else ""
            asks = self._asked(request_of(request[0], request[1], body), request[1])
            if self._lag is not None and self._due(asks):
                asyncio.get_running_loop().call_later(self._lag / 1000, self.die, asks)
            answer = await send(request, **more)
            if self._answered(asks, request[1], answer) and self._lag is None and self._due(asks):
                self.die(asks)
            return answer

        homeserver.send = sent  # type: ignore[method-assign]

    def die(self, of: str) -> None:
        """Note it, and die."""
        with self._once:
            self.note(of)
            os.kill(os.getpid(), signal.SIGKILL)

    def note(self, of: str) -> None:
        """Note what a life came to."""
        os.write(self._log, f"{json.dumps({'of': of, **self._done})}\n".encode())

    def _due(self, step: str) -> bool:
        self._met[step] += 1
        return step == self._step and self._met[step] == self._after

    def _wait(self, seconds: float, of: str) -> None:
        timer = threading.Timer(seconds, self.die, (of,))
        timer.daemon = True
        timer.start()

    def _asked(self, asks: str, path: str) -> str:
        self._done["requests"] += 1
        room = path.partition("?")[0].split("/")[5:6]
        if asks == "enter":
            self._entered.update(room)
        return "reinvite" if asks == "invite" and self._entered.intersection(room) else asks

    def _answered(self, asks: str, path: str, answer: Json) -> bool:
        """Take note of an answer; return whether it brings anything."""
        if asks == "gap":
            if not any(f"from={token}" in path for token in self._pages):
                self._done["gaps"] += 1
            self._pages.add(str(answer.get("end")))
            self._done["back-filled"] += len(answer.get("chunk", ()))
        if asks == "sync":
            rooms = answer.get("rooms", {})
            return any(room["timeline"]["events"] for room in rooms.get("join", {}).values())
        return True
