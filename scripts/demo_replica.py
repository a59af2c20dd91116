"""One replica of the demo: a chatops server in a process of its own, started again when it ends."""

from __future__ import annotations

import asyncio
import fcntl
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable
from pathlib import Path
from typing import IO

LEASHED = Path(__file__).parent / "leashed.py"
AGAIN = 5.0
"""Seconds after which what has ended is started again: long enough to see that it is gone."""

STOP_WITHIN = 20.0


class Replica:
    """Starts and watches one server. However the demo ends, the server ends with it."""

    def __init__(self, name: str, folder: Path, *, port: int, said: Callable[[str], None]) -> None:
        self.name = name
        self.folder = folder
        self.port = port
        self.pid = 0
        """Of the server itself."""
        self._said = said
        self._leash: Process | None = None
        self._lease: IO[bytes] | None = None
        self._watching: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Start it, and again whenever it ends. It need not answer yet when this returns."""
        self._lease = await asyncio.to_thread(_lease, self.folder / "lease")
        await self._begin()
        self._watching = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Let it finish what is under way, and end. Harmless when it does not run."""
        if self._watching is not None:
            self._watching.cancel()
        if self._leash is not None and self._leash.returncode is None:
            self._leash.terminate()
            try:
                async with asyncio.timeout(STOP_WITHIN):
                    await self._leash.wait()
            except TimeoutError:
                pass  # giving back the lease ends it
        if self._lease is not None:
            self._lease.close()

    async def _begin(self) -> None:
        command = (LEASHED, self.folder / "lease", sys.executable, "-m", "chatops", "run", "--data", self.folder)
        # In a session of its own: Ctrl-C is for the demo, which stops everything in order.
        self._leash = await asyncio.create_subprocess_exec(
            sys.executable, *command, stdin=DEVNULL, stdout=PIPE, stderr=PIPE, start_new_session=True
        )
        if self._leash.stdout is None or self._leash.stderr is None:
            raise AssertionError
        self.pid = int(await self._leash.stdout.readline() or b"0")

    async def _watch(self) -> None:
        while True:
            await self._relay()
            self._said(f"[{self.name}] has ended; it is started again in {AGAIN:g} seconds")
            await asyncio.sleep(AGAIN)
            await self._begin()
            self._said(f"[{self.name}] runs again, with the process id {self.pid}")

    async def _relay(self) -> None:
        """Hand on what it logs, until it ends."""
        if self._leash is None or self._leash.stderr is None:
            return
        async for line in self._leash.stderr:
            self._said(f"[{self.name}] {line.decode(errors='replace').rstrip()}")
        await self._leash.wait()


def _lease(path: Path) -> IO[bytes]:
    lease = path.open("a+b")
    fcntl.flock(lease, fcntl.LOCK_SH)
    return lease
