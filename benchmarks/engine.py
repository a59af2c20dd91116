"""Swarm commands per second on SQLite and PostgreSQL, with one replica and two, in an empty database and a grown one.

Everything durable, each database beside the least that would be: one row committed at a time. See README.md.
"""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
from engine_growth import grow

from postgres_server import Postgres

HERE = Path(__file__).parent
OUT = HERE / "out"
LANES = (1, 16, 64)
COMMANDS = int(os.environ.get("CHATOPS_BENCH_COMMANDS", "640"))
ROUNDS = int(os.environ.get("CHATOPS_BENCH_ROUNDS", "3"))
BARE = 1000
IDLE = 15.0

Database = Callable[[], str]


class Worker:
    """One replica in a process of its own."""

    def __init__(
        self, number: int, database: str, ears: str, *, first: int, lanes: int, commands: int, idle: float
    ) -> None:
        task = {
            "name": f"w{number}",
            "database": database,
            "ears": ears,
            "first": first,
            "conversations": lanes,
            "commands": commands,
            "idle": idle,
        }
        paths = [str(HERE), str(HERE.parent / "tests" / "support")]
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "engine_worker.py"), json.dumps(task)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )

    def read(self) -> str:
        """Return its next line. Raise RuntimeError when it ended."""
        if self._process.stdout is None or not (line := self._process.stdout.readline()):
            text = f"a worker ended with {self._process.wait(10)}"
            raise RuntimeError(text)
        return line.strip()

    def say(self, word: str) -> None:
        """Tell it to go on."""
        if self._process.stdin is not None:
            self._process.stdin.write(f"{word}\n")
            self._process.stdin.flush()

    def end(self) -> None:
        """Wait for its end, or make it."""
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)


def run(database: str, lanes: int, *, replicas: int = 1, commands: int = COMMANDS, idle: float = 0.0) -> dict[str, Any]:
    """Let replicas do commands in so many conversations; return the rate, the median in milliseconds, the processor time."""
    with tempfile.TemporaryDirectory() as ears:
        workers: list[Worker] = []
        share = max(1, lanes // replicas)
        try:
            for number in range(replicas):
                workers.append(
                    Worker(
                        number,
                        database,
                        ears,
                        first=number * share,
                        lanes=share,
                        commands=commands // replicas,
                        idle=idle,
                    )
                )
                workers[-1].read()
            for worker in workers:
                worker.say("go")
            results = [json.loads(worker.read()) for worker in workers]
            for worker in workers:
                worker.say("stop")
        finally:
            for worker in workers:
                worker.end()
    took = sorted(one for result in results for one in result["took"])
    span = max(result["ended"] for result in results) - min(result["began"] for result in results)
    return {
        "rate": len(took) / span,
        "p50": took[len(took) // 2] * 1000,
        "processor": sum(result["processor"] for result in results) / len(took) * 1000,
        "idle": statistics.mean(result.get("idle", 0.0) for result in results) * 1000,
    }


def bare_sqlite(path: str) -> float:
    """Return rows per second, each committed."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, text TEXT)")
    started = time.perf_counter()
    for number in range(BARE):
        connection.execute("INSERT INTO bare (text) VALUES (?)", (f"swarm hold {number}",))
    took = time.perf_counter() - started
    connection.close()
    return BARE / took


def bare_postgres(url: str) -> float:
    """Return rows per second, each committed."""

    async def insert() -> float:
        connection = await asyncpg.connect(url)
        await connection.execute("CREATE TABLE bare (id BIGSERIAL PRIMARY KEY, text TEXT)")
        started = time.perf_counter()
        for number in range(BARE):
            await connection.execute("INSERT INTO bare (text) VALUES ($1)", f"swarm hold {number}")
        took = time.perf_counter() - started
        await connection.close()
        return BARE / took

    return asyncio.run(insert())


class Figures:
    """What was measured: shown and kept."""

    def __init__(self) -> None:
        OUT.mkdir(exist_ok=True)
        self._file = (OUT / "engine.jsonl").open("w", encoding="utf-8")

    def tell(self, figure: str, **values: float | str) -> None:
        """Show and keep one."""
        rounded = {name: value if isinstance(value, str) else round(value, 3) for name, value in values.items()}
        line = json.dumps({"figure": figure, **rounded})
        print(line, flush=True)
        self._file.write(line + "\n")
        self._file.flush()


@contextmanager
def sqlite_files() -> Iterator[Database]:
    """New files, each in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        yield lambda: f"{tempfile.mkdtemp(dir=folder)}/chatops.db"


def middle(results: Sequence[dict[str, Any]], name: str) -> float:
    """Return the median of one value over rounds."""
    return statistics.median(result[name] for result in results)


def rates(figures: Figures, sqlite: Database, postgres: Database) -> None:
    """Both databases at every number of lanes; PostgreSQL with two replicas as well; all take turns."""
    bare: dict[str, list[float]] = {"sqlite": [], "postgresql": []}
    done: dict[tuple[str, int, int], list[dict[str, Any]]] = {}
    for _round in range(ROUNDS):
        bare["sqlite"].append(bare_sqlite(sqlite()))
        bare["postgresql"].append(bare_postgres(postgres()))
        for lanes in LANES:
            for name, database, replicas in (
                ("sqlite", sqlite, 1),
                ("postgresql", postgres, 1),
                ("postgresql", postgres, 2),
            ):
                if lanes >= replicas:
                    commands = COMMANDS if lanes > 1 else COMMANDS // 4
                    result = run(database(), lanes, replicas=replicas, commands=commands)
                    done.setdefault((name, lanes, replicas), []).append(result)
    for name, figure in bare.items():
        figures.tell(f"bare rows, {name}", per_second=statistics.median(figure))
    for (name, lanes, replicas), results in done.items():
        figures.tell(
            f"commands, {name}, {lanes} lanes, {replicas} replicas",
            per_second=middle(results, "rate"),
            p50_ms=middle(results, "p50"),
            processor_ms=middle(results, "processor"),
            ratio_to_bare=middle(results, "rate") / statistics.median(bare[name]),
        )
    for lanes in LANES[1:]:
        gain = middle(done["postgresql", lanes, 2], "rate") / middle(done["postgresql", lanes, 1], "rate")
        figures.tell(f"two replicas / one, {lanes} lanes", ratio=gain, aim="≥ 1.6")


def growth(figures: Figures, sqlite: Database, postgres: Database) -> None:
    """Beside an empty database, one with 10,000 open swarms and 1,000,000 timeline rows."""
    for name, database in (("sqlite", sqlite), ("postgresql", postgres)):
        empty, full = database(), database()
        for url in (empty, full):
            run(url, 1, commands=2)
        grow(full)
        small: list[dict[str, Any]] = []
        large: list[dict[str, Any]] = []
        for number in range(ROUNDS):
            # New conversations each time: the swarms of the round before are there already.
            small.append(run_from(empty, 16, first=16 * (number + 1)))
            large.append(run_from(full, 16, first=16 * (number + 1)))
        figures.tell(
            f"p50 grown / empty, {name}",
            ratio=middle(large, "p50") / middle(small, "p50"),
            empty_ms=middle(small, "p50"),
            grown_ms=middle(large, "p50"),
            aim="≤ 1.2",
        )


def run_from(database: str, lanes: int, *, first: int) -> dict[str, Any]:
    """Like `run`, with conversations from `first` on."""
    with tempfile.TemporaryDirectory() as ears:
        worker = Worker(0, database, ears, first=first, lanes=lanes, commands=COMMANDS // 2, idle=0.0)
        try:
            worker.read()
            worker.say("go")
            result = json.loads(worker.read())
            worker.say("stop")
        finally:
            worker.end()
    took = sorted(result["took"])
    return {"p50": took[len(took) // 2] * 1000}


def main(parts: Sequence[str]) -> None:
    """Measure what is named: rates, growth, idle; everything when nothing is."""
    figures = Figures()
    server = Postgres()
    server.start()
    try:
        with sqlite_files() as sqlite:
            if not parts or "rates" in parts:
                rates(figures, sqlite, server.database)
            if not parts or "growth" in parts:
                growth(figures, sqlite, server.database)
            if not parts or "idle" in parts:
                for name, database in (("sqlite", sqlite), ("postgresql", server.database)):
                    figures.tell(
                        f"idle, {name}", processor_ms_per_second=run(database(), 1, commands=2, idle=IDLE)["idle"]
                    )
    finally:
        server.remove()


if __name__ == "__main__":
    main(sys.argv[1:])
