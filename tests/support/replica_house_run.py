"""Kills whole servers that share a PostgreSQL, several at a time, lets them come to their end, and hands the ledger over.

Each replica is a `kill_child` with a data folder of its own. All of them say the same commands and play the same stories, so
each key comes to several at once.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from contextlib import suppress
from pathlib import Path

import kill_child
import kill_company
from chatops.storage.folder import ACTION_KEY, JOURNAL_KEY, SECRETS_KEY
from kill_run import LATE, SOON, STEPS, Killed
from running import chatops

ALL = (*STEPS, kill_child.ANY_MOMENT)
"""Every way to be killed. What is done outside happens between `before-send` and `after-send`."""

ONE_MOMENT = 400
"""Milliseconds more of life than a single server has: another one beside it makes the start slower."""


async def kill(folder: Path, url: str, *, replicas: int, kills: int, stories: int, at_least: int, seed: int) -> Killed:
    """Let servers on the database at `url` be killed `kills` times, then let all come to their end."""
    homes = [folder / f"replica-{n}" for n in range(replicas)]
    for home in homes:
        await asyncio.to_thread(_found, home)
    house = _House(homes, kills=kills, stories=stories, at_least=at_least, chance=random.Random(seed))
    cradles = [await _cradle(home, url) for home in homes]
    try:
        async with asyncio.TaskGroup() as tasks:
            for n, cradle in enumerate(cradles):
                tasks.create_task(house.replica(n, cradle, [ALL[k % len(ALL)] for k in range(n, kills, replicas)]))
        # Once all are gone one comes back, and says what the world outside holds.
        await house.live(homes[0], cradles[0], "")
    finally:
        for cradle in cradles:
            with suppress(ProcessLookupError):
                os.killpg(cradle.pid, signal.SIGKILL)
            await cradle.wait()
    said = [int((home / "said").read_text()) for home in homes]
    found = json.loads((homes[0] / "ledger.json").read_text())
    verified = await asyncio.to_thread(chatops, "audit", "verify", folder=homes[0] / "data", **_database(homes[0], url))
    return Killed(steps=house.killed, commands=max(said), found=found, verified=verified)


def _found(home: Path) -> None:
    """Make a replica's data folder; its keys are those of the first."""
    data = kill_company.found(home)
    for name in (JOURNAL_KEY, ACTION_KEY, SECRETS_KEY):
        (data / name).write_text(f"a {name} of tests that all replicas have in common")
        (data / name).chmod(0o600)


def _database(home: Path, url: str) -> dict[str, str]:
    return {"CHATOPS_DATABASE__URL": url, "CHATOPS_DATABASE__NAME": home.name}


async def _cradle(home: Path, url: str) -> Process:
    path = os.pathsep.join((str(home / "site"), str(Path(__file__).parent)))
    with (home / "errors").open("wb") as errors:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            kill_child.__file__,
            str(home / "data"),
            env={**os.environ, **_database(home, url), "PYTHONPATH": path},
            stdin=PIPE,
            stdout=PIPE,
            stderr=errors,
            start_new_session=True,
        )


class _House:
    """All servers' lives."""

    def __init__(self, homes: list[Path], *, kills: int, stories: int, at_least: int, chance: random.Random) -> None:
        self._homes = homes
        self._kills = kills
        self._stories = stories
        self._at_least = at_least
        self._chance = chance
        self.killed: Counter[str] = Counter()

    async def replica(self, number: int, cradle: Process, steps: list[str]) -> None:
        """Let one server live as often as it has to, and once more to the end."""
        for step in steps:
            await self.live(self._homes[number], cradle, step)
            self.killed[step] += 1
        await self.live(self._homes[number], cradle, "")

    async def live(self, home: Path, cradle: Process, step: str) -> None:
        """Let a server live until it is killed at a step; with none, until everything is said and done."""
        begun = 1 + self._stories * self.killed.total() // self._kills
        after = self._chance.randint(1, STEPS[step]) if step in STEPS else self._moment()
        order = {"step": step, "after": after, "stories": self._stories, "begun": begun, "at_least": self._at_least}
        assert cradle.stdin is not None
        assert cradle.stdout is not None
        cradle.stdin.write(f"{json.dumps(order)}\n".encode())
        code = (await cradle.stdout.readline()).decode().strip()
        if code != ("-9" if step else "0"):
            errors = await asyncio.to_thread((home / "errors").read_text)
            message = f"{home.name}: {order} ended with {code or 'nothing'}:\n{errors[-8000:]}"
            raise AssertionError(message)

    def _moment(self) -> int:
        return self._chance.randint(SOON, LATE) + ONE_MOMENT
