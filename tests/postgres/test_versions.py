"""An upgrade goes from replica to replica: two versions of the program work on one database, and it can be taken back."""

from __future__ import annotations

import os
import sys
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from collections.abc import Callable
from pathlib import Path

import pytest

import next_version
from chatops.core.clock import SystemClock
from postgres_load import Load
from postgres_server import Postgres
from postgres_stores import postgres_store
from store_round import everything

pytestmark = pytest.mark.faults


class NextVersion:
    """A replica of the version after this one, in a process of its own."""

    def __init__(self, folder: Path, url: str) -> None:
        self._folder = folder
        self._url = url
        self._process: Process | None = None

    async def start(self) -> None:
        """Come back when it is about to begin."""
        self._process = await create_subprocess_exec(
            *(sys.executable, next_version.__file__, str(self._folder), self._url, "next"),
            env={**os.environ, "PYTHONPATH": str(Path(next_version.__file__).parent)},
            stdin=PIPE,
            stdout=PIPE,
        )
        assert await self._line() == "there"

    async def migrate(self) -> None:
        """Let it migrate the database and open it."""
        await self._told("open")

    async def everything(self) -> None:
        """Let it do one of everything."""
        await self._told("done")

    async def end(self) -> int:
        """Let it stop in order."""
        assert self._process is not None
        await self._process.communicate(b"")
        return await self._process.wait()

    async def _told(self, answer: str) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(b"\n")
        assert await self._line() == answer

    async def _line(self) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        return (await self._process.stdout.readline()).decode().strip()


async def test_an_upgrade_under_load_and_back(
    postgres: Postgres, fresh_postgres_url: Callable[..., str], tmp_path: Path
) -> None:
    """The next version migrates while this one works; both go on; and this one can still be started."""
    url = fresh_postgres_url()
    newer = NextVersion(tmp_path, url)
    await newer.start()
    one, two = (postgres_store(url, SystemClock(), name=name) for name in ("one", "two"))
    await one.open()
    await two.open()
    load = Load(one, two, each=20)

    await load.run(newer.migrate)
    await load.judge()
    assert not load.refused
    assert "_shelf_expand" in postgres.psql("SELECT max(name) FROM tortoise_migrations", url)

    await newer.everything()
    await everything(one, "beside it")
    await two.close()
    await two.open()
    await everything(two, "started again")
    assert await newer.end() == 0
    await one.close()
    await two.close()
