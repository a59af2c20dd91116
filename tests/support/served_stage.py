"""A console served from a thread, for tests that drive a browser."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import console_stage
from chatops.core.catalogue import Catalogues
from chatops.core.clock import SystemClock
from chatops.testing.records import MemoryRecords
from console_stage import Stage

ResultT = TypeVar("ResultT")


class ServedStage:
    """The stage, and its event loop in a thread of its own."""

    def __init__(self, stage: Stage, loop: asyncio.AbstractEventLoop) -> None:
        self.stage = stage
        self._loop = loop

    def do(self, work: Coroutine[Any, Any, ResultT]) -> ResultT:
        """Do something where the server lives, and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)


@contextmanager
def served(
    *, records: MemoryRecords | None = None, catalogues: Catalogues | None = None, port: int = 0
) -> Iterator[ServedStage]:
    """Serve a demo console with real time."""
    stage = console_stage.build(clock=SystemClock(), records=records, catalogues=catalogues)
    stage.server.port = port
    ready = threading.Event()
    stop: list[Any] = []

    async def main() -> None:
        end = asyncio.Event()
        async with console_stage.running(stage):
            await stage.network.ready()
            loop = asyncio.get_running_loop()
            stop.extend((loop, lambda: loop.call_soon_threadsafe(end.set)))
            ready.set()
            await end.wait()

    thread = threading.Thread(target=lambda: asyncio.run(main()), name="console")
    thread.start()
    try:
        assert ready.wait(10), "the console did not start"
        yield ServedStage(stage, stop[0])
    finally:
        if stop:
            stop[1]()
        thread.join(10)
