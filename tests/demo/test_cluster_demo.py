"""`make demo-cluster`: the demo company on PostgreSQL and two replicas, killed as its welcome proposes."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from postgres_programs import programs
from running import chatops
from synapse_server import free_port
from tree import ROOT

WITHIN = 60.0
"""Seconds; what has ended is started again after five."""


class Cluster:
    """A running demo, as the terminal shows it."""

    def __init__(self, folder: Path, port: int, log: Path) -> None:
        self.folder = folder / "cluster-demo"
        self.port = port
        self.log = log
        table = re.findall(r"^  (?:replica )?(\w+) +(\d+)  ", log.read_text(), re.MULTILINE)
        self.pids = {name: int(pid) for name, pid in table}

    @property
    def ever(self) -> set[int]:
        """Every process it has spoken of."""
        again = re.findall(r"with the process id (\d+)", self.log.read_text())
        return {*self.pids.values(), *map(int, again)}

    def status(self, path: str) -> int:
        """What the front answers; 0 for nothing."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=10)) as front, suppress(OSError, HTTPException):
            front.request("GET", path)
            with front.getresponse() as answer:
                return answer.status
        return 0

    def do(self, replica: str, *words: str) -> str:
        """Run a command on one of the replicas."""
        ran = chatops("do", "--as", "agent-1", *words, folder=self.folder / replica)
        assert ran.code == 0, ran.err
        return ran.out


@pytest.mark.faults
@pytest.mark.timeout(200)
def test_replica_and_database_may_be_killed() -> None:
    """What one replica did the other knows; the killed come back; nothing is left running after Ctrl-C."""
    programs()
    with cluster() as running:
        assert set(running.pids) == {"one", "two", "PostgreSQL"}
        assert "SW-1 is open" in running.do("one", "swarm open demo:1001 refund loops")

        os.kill(running.pids["one"], signal.SIGKILL)
        assert "SW-1" in running.do("two", "swarm show SW-1")
        until(lambda: running.status("/console/agent-1/") == 303)

        os.kill(running.pids["PostgreSQL"], signal.SIGKILL)
        until(lambda: running.status("/readyz") == 503)
        until(lambda: running.status("/readyz") == 200)
        until(lambda: chatops("do", "--as", "agent-1", "swarm show SW-1", folder=running.folder / "one").code == 0)
        ended = running.ever
        assert len(ended) >= 5
    for pid in ended:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert not running.status("/")


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Run the demo on free ports until the block ends, then stop it with Ctrl-C."""
    folder, port = Path(tempfile.mkdtemp(prefix="chatops-cluster-")), free_port()
    words = ("scripts/demo_cluster.py", "--port", str(port), "--data", str(folder))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CHATOPS_")}
    environ = kept | {"PYTHONPATH": str(ROOT / "tests/support")}
    log = folder / "said"
    with (
        log.open("w") as said,
        subprocess.Popen(
            [sys.executable, *words], stdout=said, stderr=subprocess.STDOUT, cwd=ROOT, env=environ
        ) as process,
    ):
        try:
            until(lambda: "Stop with Ctrl-C" in log.read_text() or process.poll() is not None)
            assert process.poll() is None, log.read_text()
            yield Cluster(folder, port, log)
            process.send_signal(signal.SIGINT)
            assert process.wait(40) == 0, log.read_text()
        finally:
            process.kill()
            if database := re.search(r"the database in (\S+)\. Stop", log.read_text()):
                shutil.rmtree(database[1], ignore_errors=True)
            shutil.rmtree(folder, ignore_errors=True)


def until(true: Callable[[], bool]) -> None:
    """Look often for something in other processes to come true."""
    give_up = time.monotonic() + WITHIN
    while not true():
        assert time.monotonic() < give_up
        time.sleep(0.1)
