"""One PostgreSQL for all processes of a test run: the first to ask starts it, the last to leave deletes it."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from postgres_server import Postgres
from synapse_server import hold

_started: list[Postgres] = []
"""Kept, because the process that started it may be done before the others are."""


@contextmanager
def shared(base: Path) -> Iterator[Postgres]:
    """The server of the run whose processes all know the folder `base`. Quick, and not to be stopped or changed."""
    lease = base / "postgres" / "lease"
    server = _join(lease)
    try:
        yield server
    finally:
        server.let_go()
        with lease.open("a+b") as held:
            if _alone(held):
                server.remove()


def _join(lease: Path) -> Postgres:
    lease.parent.mkdir(parents=True, exist_ok=True)
    known = lease.with_name("known.json")
    with lease.with_name("starting").open("a+b") as one_at_a_time:
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
        with hold(lease):  # it ends neither now nor before it is held again below
            if known.exists():
                directory, port = json.loads(known.read_text())
                server = Postgres(Path(directory), durable=False, lease=lease, port=port)
                server.hold()
                if server.answers():
                    return server
                server.let_go()
            server = Postgres(durable=False, lease=lease)
            server.start()
        known.write_text(json.dumps([str(server.directory), server.port]))
        _started.append(server)
        return server


def _alone(held: IO[bytes]) -> bool:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
