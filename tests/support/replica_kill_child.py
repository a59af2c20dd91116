"""A replica on PostgreSQL that is killed, or stopped for a while, at the step and the occurrence it is told.

Run as a program: each line it reads is an order, carried out by a process of its own, made by forking before anything runs.
It says which process that is, when it has stopped, and how it ended.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from chatops import logs
from chatops.core.clock import SystemClock
from chatops.core.codec import Codec
from chatops.core.frozen import Instant
from chatops.core.journal import Entry, Head, NewEntry, Seal
from chatops.errors import StoreUnavailable
from chatops.storage.postgres import PostgresStore
from chatops.storage.postgres_server import PostgresServer
from replica_kill_audit import audit
from replica_kill_death import AUDIT, Death
from replica_kill_replica import PAUSE, Replica
from sqlite_stores import KEY

LONGEST = 600
"""Seconds after which this program, and each process it makes, ends by itself: whoever started it may be gone."""


class Watched(Seal):
    """A seal that passes a step: it is used within the transaction of a commit, after its first statements."""

    def __init__(self, death: Death) -> None:
        super().__init__(KEY)
        self._death = death

    def append(self, new: NewEntry, *, recorded_at: Instant, before: Head | None) -> tuple[Entry, Head]:
        """Seal an entry, if this process lives on."""
        self._death.probe("in-commit")
        return super().append(new, recorded_at=recorded_at, before=before)


async def live(told: dict[str, Any], order: dict[str, Any]) -> None:
    """Be a replica until the order is carried out."""
    logs.configure(level="warning", style="text")
    folder = Path(told["folder"])
    death = Death(order, folder)
    server = PostgresServer(
        url=told["url"],
        name=order["name"],
        writers=6,
        readers=2,
        connect_timeout=1.0,
        statement_timeout=5.0,
        idle_timeout=told["lease"] / 2,
    )
    witness = folder / f"{order['name']}.anchor"
    seal = Watched(death)
    store = PostgresStore(server, Codec(), seal, SystemClock(), witness=witness)
    await _opened(store)
    if order["step"] == AUDIT:
        await audit(store, server, seal, folder)
    else:
        await Replica(store, death, told, order["life"]).live()
    await store.close()


async def _opened(store: PostgresStore) -> None:
    while True:
        try:
            await store.open()
        except StoreUnavailable:
            await asyncio.sleep(PAUSE)
        else:
            return


def _say(what: str, number: int) -> None:
    sys.stdout.write(f"{what} {number}\n")
    sys.stdout.flush()


def main() -> None:
    """Carry out orders: main WHAT, in JSON. What goes wrong is written to the file `errors` in the folder."""
    signal.alarm(LONGEST)
    told = json.loads(sys.argv[1])
    with Path(told["folder"], "errors").open("a") as errors:
        os.dup2(errors.fileno(), 2)
    for line in sys.stdin:
        process = os.fork()
        if process == 0:
            signal.alarm(LONGEST)
            try:
                asyncio.run(live(told, json.loads(line)))
            except BaseException:  # noqa: BLE001 - a forked process must not go on as its parent
                sys.excepthook(*sys.exc_info())
                os._exit(1)
            os._exit(0)
        _say("begun", process)
        while os.WIFSTOPPED(status := os.waitpid(process, os.WUNTRACED)[1]):
            _say("stopped", process)
        _say("ended", os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
