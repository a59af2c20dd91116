"""One homeserver for all processes of a test run: the first to ask starts it, it ends with the last."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from synapse_server import Synapse, hold

_started: list[Synapse] = []
"""Kept, because the process that started it may be done before the others are."""


@contextmanager
def shared(base: Path) -> Iterator[Synapse]:
    """The homeserver of the run whose processes all know the folder `base`."""
    directory = base / "synapse"
    server = _join(directory)
    try:
        yield server
    finally:
        server.let_go()


def _join(directory: Path) -> Synapse:
    directory.mkdir(parents=True, exist_ok=True)
    lease, known = directory / "lease", directory / "known.json"
    with (directory / "starting").open("a+b") as one_at_a_time:
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
        with hold(lease):  # it ends neither now nor before it is held again below
            if known.exists():
                server = Synapse(directory, lease=lease, **json.loads(known.read_text()))
                server.hold()
                if server.answers():
                    return server
                server.let_go()
            server = Synapse(directory, lease=lease)
            server.start()
        known.write_text(json.dumps(server.known()))
        _started.append(server)
        return server
