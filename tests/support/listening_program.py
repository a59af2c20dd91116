"""A program that is told things by webhook: keeps what it got, and answers as a test wants it to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web


@dataclass
class Heard:
    """One delivery."""

    headers: Mapping[str, str]
    body: bytes


@dataclass
class ListeningProgram:
    """Answers with the next of `answers`, then with 204."""

    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    url: str = ""
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def _on(self, request: web.Request) -> web.Response:
        self.heard.append(Heard(request.headers.copy(), await request.read()))
        self.came.set()
        status, headers = self.answers.pop(0) if self.answers else (204, {})
        return web.Response(status=status, headers=headers)


@asynccontextmanager
async def listening(*answers: tuple[int, dict[str, str]], port: int = 0) -> AsyncIterator[ListeningProgram]:
    """Let a program listen on this machine; port 0 takes a free one."""
    program = ListeningProgram(answers=list(answers))
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", program._on)  # noqa: SLF001 - its own
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    program.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield program
    finally:
        await runner.cleanup()
