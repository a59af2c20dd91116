"""What is measured, as a program of its own: `teams_server.py KIND`, with an object of what it needs on standard input.

`bare` decodes the JSON and answers. `bare with the check` judges the token of each request before, as a handler of a few
lines would. `door` is the production server with everything that accepts, and nothing that works on what was accepted.
`whole` is the production server. It prints its port once it listens, and ends when standard input does.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import resource
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import jwt
from aiohttp import web
from teams_sender import PATH

from chatops import logs
from chatops.app import App
from chatops.settings import load

Told = dict[str, Any]


async def bare() -> int:
    """Serve the least."""

    async def handler(request: web.Request) -> web.Response:
        await request.json()
        return web.Response()

    return await _serve(handler)


async def checked(told: Told) -> int:
    """Serve the least that looks at the token."""
    key = jwt.PyJWK(told["key"])

    async def handler(request: web.Request) -> web.Response:
        token = request.headers["Authorization"].removeprefix("Bearer ")
        claims = jwt.decode(token, key, algorithms=["RS256"], audience=told["audience"], issuer=told["issuer"])
        activity = await request.json()
        same = claims["serviceurl"] == activity["serviceUrl"]
        return web.Response(status=200 if same else 401)

    return await _serve(handler)


async def _serve(handler: Any) -> int:
    app = web.Application()
    app.router.add_post(PATH, handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port: int = runner.addresses[0][1]
    return port


async def door(app: App, tasks: asyncio.TaskGroup) -> int:
    """Serve the production server without its engine: what is accepted stays in the database."""
    await app.store.open()
    await app._roster.sync()  # noqa: SLF001 - `start` would begin to work
    network = app.registry.networks["teams"]
    tasks.create_task(network.run(app.engine.accept_for("teams")))
    await app.web.start()
    return app.web.port


async def whole(app: App) -> int:
    """Serve the production server."""
    await app.start()
    return app.web.port


async def main() -> None:
    """Serve until standard input ends; each line asks for the processor time used so far."""
    async with asyncio.TaskGroup() as tasks:
        await serve(tasks)


async def serve(tasks: asyncio.TaskGroup) -> None:
    """Serve what the arguments name."""
    kind, told = sys.argv[1], json.loads(sys.stdin.readline())
    logging.disable(logging.WARNING)
    if kind in {"door", "whole"}:
        logs.configure(level="error", style="json")
        folder = Path(told["folder"])
        app = await asyncio.to_thread(lambda: App.prepare(load(folder / "chatops.toml"), folder))
        port = await (door(app, tasks) if kind == "door" else whole(app))
    else:
        port = await (bare() if kind == "bare" else checked(told))
    print(port, flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        used = resource.getrusage(resource.RUSAGE_SELF)
        print(used.ru_utime + used.ru_stime, flush=True)
    os._exit(0)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main())
