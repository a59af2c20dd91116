"""Orders lives of servers, one after the other, from the process that makes them (`matrix_kill_child`)."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matrix_kill_child
from matrix_kill_points import ANY_MOMENT, NOTHING, REQUESTS

ENGINE = {
    "accept": 2,
    "claim": 10,
    "handler": 10,
    "before-commit": 10,
    "after-commit": 10,
    "before-send": 10,
    "after-send": 10,
    "before-mark": 10,
}
"""Each step of the engine, and the latest occurrence at which it kills."""

SOON, LATE = 200, 1500
"""Milliseconds of life of a server killed at any moment."""

SLOWEST = 30.0
"""Milliseconds after which a server is killed that is in the midst of a request."""

PATIENCE = 20.0
"""Seconds until a server that does not come to where it is to be killed is killed all the same."""

ALL = (*ENGINE, ANY_MOMENT, *REQUESTS)
"""Every way to be killed."""


@dataclass(frozen=True)
class Kind:
    """What is killed."""

    child: str
    """The program that makes servers."""
    latest: Mapping[str, int]
    """Each step of the engine, and the latest occurrence at which it kills."""
    sure: frozenset[str]
    """Requests of which only the answer kills."""
    patience: float
    """Seconds until a server that does not come to where it is to be killed is killed all the same."""


MATRIX = Kind(child=matrix_kill_child.__file__, latest=ENGINE, sure=frozenset({"sync", "gap"}), patience=PATIENCE)


class Lives:
    """All lives on one data folder."""

    def __init__(self, process: Process, folder: Path, kind: Kind) -> None:
        self._process = process
        self._kind = kind
        self._folder = folder

    async def log_in(self, **kept: str) -> None:
        """Let the server know the account it speaks as."""
        await self._live(step="", login=kept)

    async def until_done(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Let a server live beside some work, and come to rest after it."""
        await asyncio.gather(self._live(step="", until=name), self._sign(name, work))

    async def until_killed(self, step: str, chance: random.Random) -> None:
        """Let a server live until it is killed at a step."""
        if step in self._kind.latest:
            await self._live(step=step, after=chance.randint(1, self._kind.latest[step]))
        elif step == ANY_MOMENT:
            await self._live(step=step, after=chance.randint(SOON, LATE))
        elif step in self._kind.sure or chance.random() < 0.5:
            await self._live(step=step, after=2 if step in {"seed", "reinvite"} else 1)
        else:
            await self._live(step=step, lag=chance.uniform(0, SLOWEST))

    def died(self) -> tuple[Counter[str], Counter[str]]:
        """Return what the servers were killed at, and what they did altogether."""
        deaths, done = Counter[str](), Counter[str]()
        for line in (self._folder / "deaths").read_text().splitlines():
            told = json.loads(line)
            deaths[told.pop("of")] += 1
            done.update(told)
        del deaths[NOTHING]
        return deaths, done

    async def _live(self, *, step: str, **more: Any) -> None:
        usual = {"after": 1, "lag": None, "patience": self._kind.patience, "until": "", "login": None}
        order = {"step": step, **usual, **more}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{json.dumps(order)}\n".encode())
        code = (await self._process.stdout.readline()).decode().strip()
        if code != ("-9" if step else "0"):
            errors = await asyncio.to_thread((self._folder / "errors").read_text)
            message = f"{order | {'login': None}} ended with {code or 'nothing'}:\n{errors[-8000:]}"
            raise AssertionError(message)

    async def _sign(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        await work
        await asyncio.to_thread((self._folder / name).touch)


@asynccontextmanager
async def lives(folder: Path, data: Path, kind: Kind = MATRIX) -> AsyncIterator[Lives]:
    """Start the process that makes servers; end it, and a server that lives yet, at the end."""
    path = os.pathsep.join((str(folder / "site"), str(Path(__file__).parent)))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        kind.child,
        str(data),
        str(folder / "errors"),
        env={**os.environ, "PYTHONPATH": path},
        stdin=PIPE,
        stdout=PIPE,
        start_new_session=True,
    )
    try:
        yield Lives(process, folder, kind)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
