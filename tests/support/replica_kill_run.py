"""Kills replicas on PostgreSQL, several at a time, treats their database badly in between, and hands everything over."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

import replica_kill_child
from replica_kill_death import ACCEPT, ANY_MOMENT, AUDIT, LATE, SENDING, SOON, STEPS
from replica_kill_replica import Numbers
from replica_kill_work import SAYING

LEASE = 1.0
"""Seconds; a stopped process stays stopped until somebody else has taken what it had."""

TAKEN_WITHIN = 60.0
"""Seconds until then; the database may be away meanwhile."""

ASLEEP = 2 * LEASE
"""Seconds a process is stopped that has nothing particular in hand."""

LOOK = 0.05

ACCEPTS = 3
"""Batches a replica accepts at most before it is killed at that."""

AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What asyncpg raises when the database ends; the last of them when it does between two messages of one query."""

TAKEN = {
    "event": "SELECT fence <> $2 AND state = 'done' FROM inbox WHERE seq = $1",
    "post": "SELECT fence <> $2 AND state = 'sent' FROM outbox WHERE id = $1",
}
"""Whether somebody else has done it meanwhile."""


@dataclass(frozen=True)
class Fate:
    """What becomes of one life of a replica."""

    step: str
    stop: bool = False
    """Stopped there for longer than a lease, before it is killed."""
    renamed: bool = False
    """Under a name of its own, so that nobody ends its claims but time."""


@dataclass(frozen=True)
class Killed:
    """What came of the kills."""

    deaths: Counter[str]
    """What the replicas died of."""
    found: dict[str, Any]
    """For `replica_kill_ledger.Ledger`."""


def shared_out(
    kills: Sequence[Fate], stops: Sequence[Fate], *, replicas: int, chance: random.Random
) -> list[list[Fate]]:
    """Return each replica's lives. One replica has all the stops: while it is stopped, another has to be there."""
    every = chance.sample(kills, len(kills))
    each = -(-(len(kills) + len(stops)) // replicas)
    first = max(0, each - len(stops))
    lives = [[*every[:first], *stops], *(every[first + n :: replicas - 1] for n in range(replicas - 1))]
    chance.shuffle(lives[0])
    return lives


async def kill(
    folder: Path,
    url: str,
    lives: Sequence[Sequence[Fate]],
    *,
    lanes: int,
    rounds: int,
    troubles: Mapping[int, Callable[[], object]],
    seed: int,
) -> Killed:
    """Let replicas work on the database at `url` and end as their fates say, one list of lives for each.

    `troubles`: what is done to the database after so many kills; each blocks until it is over.
    """
    told = {"folder": str(folder), "url": url, "lanes": lanes, "rounds": rounds, "lease": LEASE, "replicas": len(lives)}
    town = _Town(folder, url, told, kills=sum(map(len, lives)), chance=random.Random(seed))
    cradles = [await _cradle(told) for _ in lives]
    try:
        async with asyncio.TaskGroup() as tasks:
            for n, cradle in enumerate(cradles):
                tasks.create_task(town.replica(n, cradle, lives[n]))
            tasks.create_task(town.suffer(troubles))
        await town.live(cradles[0], Fate(AUDIT), "audit")
    finally:
        for cradle in cradles:
            with suppress(ProcessLookupError):
                os.killpg(cradle.pid, signal.SIGKILL)
            await cradle.wait()
    found = await asyncio.to_thread(_found, folder, told)
    return Killed(Counter(death["step"] for death in found["deaths"]), found)


async def _cradle(told: Mapping[str, Any]) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        replica_kill_child.__file__,
        json.dumps(told),
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
        stdin=PIPE,
        stdout=PIPE,
        start_new_session=True,
    )


class _Town:
    """All replicas' lives."""

    def __init__(self, folder: Path, url: str, told: Mapping[str, Any], *, kills: int, chance: random.Random) -> None:
        self._folder = folder
        self._url = url
        self._rounds: int = told["rounds"]
        self._kills = kills
        self._chance = chance
        self._killed = 0
        # All replicas together find at least so much to do before the next kill.
        self._latest = max(SAYING, told["lanes"] * told["rounds"] // max(1, kills) // told["replicas"])
        self._progress = asyncio.Condition()
        self._open = Numbers(folder / "open")
        self._let()

    async def replica(self, number: int, cradle: Process, lives: Sequence[Fate]) -> None:
        """Let one replica live as often as it has to, and once more to the end."""
        for life, fate in enumerate(lives):
            own = f"replica-{number}"
            await self.live(cradle, fate, f"{own}.{life}", f"{own}.{life}" if fate.renamed else own)
            async with self._progress:
                self._killed += 1
                self._let()
                self._progress.notify_all()
        await self.live(cradle, Fate(""), f"replica-{number}.end", f"replica-{number}")

    async def suffer(self, troubles: Mapping[int, Callable[[], object]]) -> None:
        """Treat the database badly, each time after so many kills."""
        for after, trouble in sorted(troubles.items()):
            async with self._progress:
                await self._progress.wait_for(lambda after=after: self._killed >= after)  # type: ignore[misc]
            await asyncio.to_thread(trouble)

    async def live(self, cradle: Process, fate: Fate, life: str, name: str = "auditor") -> None:
        """Let a replica live and end."""
        after = self._after(fate.step)
        order = {"step": fate.step, "after": after, "stop": fate.stop, "life": life, "name": name}
        assert cradle.stdin is not None
        assert cradle.stdout is not None
        cradle.stdin.write(f"{json.dumps(order)}\n".encode())
        while True:
            what, _space, number = (await cradle.stdout.readline()).decode().strip().partition(" ")
            if what == "stopped":
                await self._asleep(life)
                os.kill(int(number), signal.SIGCONT)
            elif what != "begun":
                break
        if number != ("-9" if fate.step in {*STEPS, ANY_MOMENT} else "0"):
            errors = await asyncio.to_thread((self._folder / "errors").read_text)
            message = f"{order} ended with {number or 'nothing'}:\n{errors[-8000:]}"
            raise AssertionError(message)

    def _after(self, step: str) -> int:
        """Return the occurrence of a step, or the moment, at which a life ends."""
        if step == ANY_MOMENT:
            return self._chance.randint(SOON, LATE)
        latest = ACCEPTS if step == ACCEPT else self._latest // SAYING if step in SENDING else self._latest
        return self._chance.randint(1, latest)

    def _let(self) -> None:
        """Open the rounds that belong to the kills so far and to the next, so that there is work until the last."""
        share = (self._killed + 1) / self._kills if self._kills else 1
        self._open.put(0, min(self._rounds, 1 + int(self._rounds * share)))

    async def _asleep(self, life: str) -> None:
        """Return when a process that has stopped itself may go on: somebody else has done what it was at."""
        stop = next(one for one in reversed(_lines(self._folder / "stops")) if one["life"] == life)
        if "what" not in stop:
            await asyncio.sleep(ASLEEP)
            return
        async with asyncio.timeout(TAKEN_WITHIN):
            while not await self._taken(stop):  # noqa: ASYNC110 - the database tells nobody
                await asyncio.sleep(LOOK)

    async def _taken(self, stop: Mapping[str, Any]) -> bool:
        taken = False
        with suppress(*AWAY):
            connection = await asyncpg.connect(self._url, target_session_attrs="read-write", timeout=2)
            try:
                taken = bool(await connection.fetchval(TAKEN[stop["what"]], stop["id"], stop["fence"]))
            finally:
                connection.terminate()
        return taken


def _found(folder: Path, told: Mapping[str, Any]) -> dict[str, Any]:
    files = {name: _lines(folder / name) for name in ("accepted", "outside", "refused", "stops", "deaths")}
    return {**told, **files, **json.loads((folder / "found.json").read_text())}


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
