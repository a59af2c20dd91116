"""The demo company on many processes: PostgreSQL, replicas of the server, and a front. Made to be killed.

    scripts/demo-cluster [--port 8080] [--replicas 2] [--data chatops-data]

What is killed is started again after a while, as systemd would. A second start finds everything as it was left.
"""

from __future__ import annotations

import argparse
import asyncio
import shlex
import shutil
import signal
import sys
import zlib
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from chatops.demo import FIRST_PERSON, SETTINGS, TRY
from chatops.errors import ChatopsError
from chatops.settings import SETTINGS_NAME, data_folder, load
from chatops.settings_file import write
from chatops.storage.folder import ACTION_KEY, JOURNAL_KEY, SECRETS_KEY, DataFolder
from demo_front import Front
from demo_replica import AGAIN, Replica
from postgres_programs import ProgramFailed, identity
from postgres_server import DidNotStart, Postgres
from synapse_server import free_port

NAMES = ("one", "two", "three", "four", "five", "six")
SHARED = (JOURNAL_KEY, ACTION_KEY, SECRETS_KEY)
"""What is in each data folder and must be the same in all."""

DATABASE = "brightwater"
SIGNS_OF_LIFE = 1.0
"""Seconds between looks whether PostgreSQL is still there."""


def main(*words: str) -> int:
    """Run until Ctrl-C."""
    asked = _asked(words)
    try:
        asyncio.run(_run(asked))
    except (ChatopsError, ProgramFailed, DidNotStart, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - to whoever started it
        return 1
    return 0


async def _run(asked: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for told in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(told, stop.set)
    async with AsyncExitStack() as running:
        starting = asyncio.create_task(_start(asked, running))
        told_to_stop = asyncio.create_task(stop.wait())
        await asyncio.wait({starting, told_to_stop}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            say(starting.result())
            await told_to_stop
            say("Stopping …")
        else:
            starting.cancel()
            told_to_stop.cancel()
            await asyncio.wait({starting})


async def _start(asked: argparse.Namespace, running: AsyncExitStack) -> str:
    """Start everything, one after the other; return what to print once all serve."""
    folder = data_folder(asked.data) / "cluster-demo"
    folder.mkdir(parents=True, exist_ok=True)
    say("Starting PostgreSQL …")
    database = Postgres(_home(folder))
    running.push_async_callback(asyncio.to_thread, database.let_go)
    running.push_async_callback(asyncio.to_thread, database.stop)
    await asyncio.to_thread(_open, database)
    replicas = _furnish(folder, database, front=asked.port, number=asked.replicas)
    front = Front(
        {replica.name: replica.url for replica in replicas},
        port=asked.port,
        changed=lambda name, ready: say(f"[front] replica {name} is {'ready' if ready else 'not ready'}"),
    )
    running.push_async_callback(front.stop)
    await front.start()
    watching = asyncio.create_task(_watch(database))
    running.callback(watching.cancel)
    for replica in replicas:
        say(f"Starting replica {replica.name} …")
        running.push_async_callback(replica.stop)
        await replica.start()
        # One after the other: the first makes the tables and lets the company in.
        await front.ready(replica.name)
    return welcome(front.url, folder, database, replicas)


def _home(folder: Path) -> Path:
    """Return where PostgreSQL keeps its data. Run by root, it is another user, who may not enter everywhere."""
    home = folder / "postgres"
    if identity() is not None:
        home = Path("/var/tmp") / f"chatops-cluster-demo-{zlib.crc32(bytes(folder.resolve())):08x}"  # noqa: S108 - as it says
    home.mkdir(exist_ok=True)
    return home


def _open(database: Postgres) -> None:
    database.start()
    if DATABASE not in database.psql("SELECT datname FROM pg_database").split():
        database.psql(f"CREATE DATABASE {DATABASE}")


def _furnish(folder: Path, database: Postgres, *, front: int, number: int) -> Sequence[Replica]:
    """Give each replica a data folder with settings, and all of them the same keys."""
    replicas = [Replica(name, folder / name, port=free_port(), said=say) for name in NAMES[:number]]
    first = replicas[0].folder
    DataFolder(first).release()
    demo = load(SETTINGS)
    for replica in replicas:
        replica.folder.mkdir(exist_ok=True)
        for name in SHARED if replica.folder != first else ():
            shutil.copy(first / name, replica.folder / name)
        settings = demo.model_copy(
            update={
                "server": demo.server.model_copy(
                    update={"port": replica.port, "base_url": f"http://127.0.0.1:{front}"}
                ),
                "database": demo.database.model_copy(update={"url": database.url_of(DATABASE), "name": replica.name}),
            }
        )
        (replica.folder / SETTINGS_NAME).write_text(write(settings, describe=False), encoding="utf-8")
    return replicas


async def _watch(database: Postgres) -> None:
    """Start PostgreSQL again when it has ended."""
    while True:
        await asyncio.sleep(SIGNS_OF_LIFE)
        if not database.running:
            say(f"[postgres] has ended; it is started again in {AGAIN:g} seconds")
            await asyncio.sleep(AGAIN)
            await asyncio.to_thread(database.start)
            say(f"[postgres] runs again, with the process id {database.pid}")


def welcome(url: str, folder: Path, database: Postgres, replicas: Sequence[Replica]) -> str:
    """Return what to print once all serve."""
    one = replicas[0]
    table = "\n".join(
        f"  {name:12} {pid:>8}  {where}"
        for name, pid, where in (
            *((f"replica {each.name}", each.pid, each.url) for each in replicas),
            ("PostgreSQL", database.pid, database.url_of(DATABASE)),
        )
    )
    data = shlex.quote(str(one.folder))
    outside = "" if database.directory.is_relative_to(folder) else f", the database in {database.directory}"
    return f"""
Brightwater is open on {len(replicas)} replicas: {url}/console/{FIRST_PERSON}/
Be somebody else in a second tab: {url}/console/expert-1/ (or lead-1, manager-1, guest-1 …)

  what              pid  where
{table}

Try there: !{TRY[0]}
Or in another terminal: .venv/bin/chatops do --data {data} {shlex.quote(TRY[0])}

Then kill something, and go on as if nothing had happened. What ends is started again after {AGAIN:g} seconds.

  kill -9 {one.pid}
      Replica {one.name} is gone. The pages that were open on it come back on another one at once. What it had in hand is
      taken up when it is back, or by another when its lease is over: nothing is lost, nothing happens twice.
  kill -STOP {one.pid}, and after half a minute kill -CONT {one.pid}
      It stands still for longer than its leases last. Another takes over; what it comes back with is refused.
  kill -9 {database.pid}
      PostgreSQL is gone. Each replica says once that the database does not answer, is not ready, and waits. When it is
      back, so are they, by themselves; what was accepted is done.
  kill {one.pid}
      How an upgrade stops a replica: it finishes what is under way and hands the rest over.

Everything is kept in {folder}{outside}. Stop with Ctrl-C.
"""


def say(line: str) -> None:
    """Print at once, to whoever started it."""
    print(line, flush=True)  # noqa: T201


def _asked(words: tuple[str, ...]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/demo-cluster", description="The demo company on many processes.")
    parser.add_argument("--port", type=int, default=8080, help="of the front, on 127.0.0.1")
    parser.add_argument("--replicas", type=int, default=2, choices=range(1, len(NAMES) + 1))
    parser.add_argument("--data", type=Path, help="data folder; the demo keeps everything in cluster-demo below it")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
