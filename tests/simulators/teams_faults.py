"""What goes wrong on the way to the simulator, and when: chosen by tests, request by request."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(eq=False)
class Fault:
    """One thing that goes wrong, `times` times (None: until it is removed) after letting `after` requests pass.

    It concerns requests whose method, path (unquoted, searched for the expression) and body (searched likewise) fit.
    """

    method: str = ""
    path: str = ""
    body: str = ""
    times: int | None = 1
    after: int = 0
    status: int = 0
    """Answer this, and do nothing."""
    code: str = "ServiceError"
    retry_after: float | None = None
    slow: float = 0.0
    """Seconds before anything else."""
    hold: bool = False
    """Wait until `release()` before anything else; `begun` is set when somebody waits."""
    reset: Literal["", "before", "after"] = ""
    """Break the connection off: before anything happened, or after all of it did, in place of the answer."""
    met: int = 0
    """How many requests it has hit."""
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        """Let those go on who wait, and who come later."""
        self.let_go.set()

    def fits(self, request: web.Request, body: str) -> bool:
        """Whether it concerns a request."""
        if self.times is not None and self.met >= self.times:
            return False
        return (
            self.method in {"", request.method}
            and re.search(self.path, unquote(request.path)) is not None
            and re.search(self.body, body) is not None
        )


class Faults:
    """Those there are now. The first that fits is met."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        """Let it go wrong from now on."""
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        for fault in self._faults:
            fault.release()
        self._faults.clear()

    async def around(self, request: web.Request, body: str, handler: Handler) -> web.StreamResponse:
        """Answer a request, as well or badly as it is to be answered."""
        fault = self._met(request, body)
        if fault is None:
            return await handler(request)
        if fault.hold:
            fault.begun.set()
            await fault.let_go.wait()
        await asyncio.sleep(fault.slow)
        if fault.reset == "before":
            return _broken(request)
        if fault.reset == "after":
            await handler(request)
            return _broken(request)
        if fault.status:
            headers = {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after:g}"}
            told = {"error": {"code": fault.code, "message": "The service says no."}}
            return web.json_response(told, status=fault.status, headers=headers)
        return await handler(request)

    def _met(self, request: web.Request, body: str) -> Fault | None:
        for fault in self._faults:
            if not fault.fits(request, body):
                continue
            if fault.after:
                fault.after -= 1
                return None
            fault.met += 1
            return fault
        return None


def _broken(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)
