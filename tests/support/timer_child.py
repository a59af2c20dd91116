"""Schedulers: each a process that fires the timers of a database, by the clock of its machine, until it is killed.

Run as a program: each line it reads is an order, carried out by a process made by forking, so that a start costs no import.
A process says its id once it does what it was told. An id for an order waits for that process's end. When this program's
input ends, all are ended.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from chatops import logs
from chatops.core.clock import SystemClock
from chatops.core.codec import Codec
from chatops.core.commit import Commit, InboxRow
from chatops.core.events import TimerFired
from chatops.core.frozen import Body
from chatops.engine.outage import Outage
from chatops.engine.timers import SchedulerWake, Timers
from chatops.ports.store import Store
from sqlite_stores import SEAL
from timer_machine import Machine, MachineClock
from timer_plan import plan

LANES = 100
AT_ONCE = 500
"""Timers armed by one unit."""

EVERY = 0.5
"""Seconds between looks, as the settings have it."""


class FatalCodec(Codec):
    """Encodes what fires within the transaction: a place to die."""

    def __init__(self, machine: Machine) -> None:
        super().__init__()
        self._machine = machine

    def encode(self, body: Body) -> str:
        self._machine.reach("inside")
        return super().encode(body)


def open_store(database: str, name: str, codec: Codec, clock: SystemClock) -> Store:
    """A store on a PostgreSQL database given by URL, or a SQLite one given by path."""
    if database.startswith("postgresql:"):
        from chatops.storage.postgres import PostgresStore  # noqa: PLC0415 - a process has one kind of database
        from postgres_stores import server_at  # noqa: PLC0415

        return PostgresStore(server_at(database, name=name), codec, SEAL, clock)
    from chatops.storage.sqlite import SqliteStore  # noqa: PLC0415

    return SqliteStore(Path(database), codec, SEAL, clock)


async def schedule(database: str, name: str, machine: Machine) -> None:
    """Fire timers until the end."""
    clock = MachineClock(machine)
    store = open_store(database, name, FatalCodec(machine), clock)
    await store.open()
    timers = Timers(
        store=store,
        clock=clock,
        wake=SchedulerWake(EVERY),
        outage=Outage(store, clock),
        fired=lambda: machine.reach("after"),
    )
    _say(str(os.getpid()))
    await timers.run()


async def arm(database: str, *, start: str, count: int, seconds: float, absences: bool) -> None:
    """Arm the plan's timers."""
    clock = SystemClock()
    store = open_store(database, "arming", Codec([TimerFired]), clock)
    await store.open()
    planned = plan(datetime.fromisoformat(start), count, seconds, absences=absences)
    rows = [one.row(n, LANES) for n, one in enumerate(planned)]
    for part in range(0, len(rows), AT_ONCE):
        key = f"arm {part}"
        await store.accept_many([InboxRow(key=key, lane="arm", kind="arm", body="{}", cause=key)])
        (found,) = await store.claim_events(limit=1, now=clock.now(), lease=timedelta(minutes=5))
        armed = tuple(rows[part : part + AT_ONCE])
        await store.commit(Commit(seq=found.seq, lane=found.lane, fence=found.fence, armed=armed))
    await store.close()
    _say(str(os.getpid()))


def carry_out(database: str, order: dict[str, Any]) -> None:
    """Do as told."""
    logs.configure(level="error", style="text")
    if "name" in order:
        asyncio.run(schedule(database, order["name"], Machine(Path(order["machine"]))))
    else:
        asyncio.run(arm(database, **order))


def main() -> None:
    """Make a process for each order."""
    database, made = sys.argv[1], set[int]()
    for line in sys.stdin:
        order = json.loads(line)
        if isinstance(order, int):
            os.waitpid(order, 0)
            made.discard(order)
            _say("gone")
            continue
        process = os.fork()
        if process == 0:
            try:
                carry_out(database, order)
            except BaseException:  # noqa: BLE001 - a forked process must not go on as its parent
                sys.excepthook(*sys.exc_info())
                _say("failed")
                os._exit(1)
            os._exit(0)
        made.add(process)
    for process in made:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)


def _say(what: str) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
