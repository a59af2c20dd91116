"""Runs the server in the foreground until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

import structlog

from chatops import garbage, logs
from chatops.app import App
from chatops.core.clock import SystemClock
from chatops.engine.tasks import Tasks
from chatops.settings import Settings
from chatops.systemd import Systemd

_log = structlog.get_logger(__name__)

Welcome = Callable[[str], str]
"""Given the server's address, returns what to print once it serves."""


def serve(settings: Settings, folder: Path, *, welcome: Welcome | None = None) -> None:
    """Start, serve until SIGTERM or SIGINT, drain, stop. Raise StartError when it cannot start."""
    logs.configure(level=settings.log.level, style=settings.log.format)
    # Before the loop exists, because imports, locks and migrations block.
    app = App.prepare(settings, folder)
    if settings.database.url and app.folder.database.exists():
        _log.warning("the data folder's SQLite is not used: move it away, or take it over with `chatops db copy`")
    asyncio.run(_until_told(app, welcome))


async def _until_told(app: App, welcome: Welcome | None) -> None:
    systemd, tasks, stop = Systemd(), Tasks(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for told in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(told, stop.set)
    try:
        await app.start()
        garbage.look_seldom()
        systemd.serving()
        tasks.spawn(systemd.live(SystemClock()), name="watchdog")
        _log.info("serving", url=app.url)
        if welcome is not None:
            print(welcome(app.url), flush=True)  # noqa: T201 - the one thing a person waits for
        await stop.wait()
    finally:
        systemd.stopping()
        _log.info("stopping")
        await app.stop()
        await tasks.cancel()
