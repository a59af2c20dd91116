"""A broadcast to many rooms of a network with a limit, one of its senders killed on the way."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import broadcast_child
import limited_server


@dataclass(frozen=True)
class Tally:
    """What the network has seen."""

    rooms: int
    posts: int
    """Different ones."""
    repeats: int
    """Posts that came again."""
    refused: int
    """Answered with 429."""
    seconds: float
    """From the first to the last."""

    def __str__(self) -> str:
        return (
            f"{self.posts} posts in {self.rooms} rooms within {self.seconds:.1f} s ({self.posts / self.seconds:.0f}/s),"
            f" {self.repeats} repeated, {self.refused} refused with 429"
        )


def send(database: str, replicas: Sequence[str], *, rooms: int, limit: float, dies_after: int) -> Tally:
    """Let the replicas broadcast; the first dies once there are so many posts, and is started again when it was alone."""
    with ExitStack() as stack:
        network = stack.enter_context(_program(limited_server.__file__, str(limit)))
        port = int(_line(network))
        told = {"database": database, "port": port, "limit": limit, "rooms": rooms}
        servers = [
            stack.enter_context(_server({**told, "name": name, "dies_after": 0 if number else dies_after}))
            for number, name in enumerate(replicas)
        ]
        assert [_line(server) for server in servers] == ["up"] * len(servers)
        for server in servers:
            _go(server)
        assert servers[0].wait(60) == -signal.SIGKILL
        if len(servers) == 1:
            servers.append(stack.enter_context(_server({**told, "name": replicas[0], "dies_after": 0})))
            assert _line(servers[-1]) == "up"
            _go(servers[-1])
        assert _line(servers[-1]) == "sent"
        return _tally(port)


def _tally(port: int) -> Tally:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/")
        return Tally(**json.load(connection.getresponse()))
    finally:
        connection.close()


def _server(told: dict[str, Any]) -> Process:
    return _program(broadcast_child.__file__, json.dumps(told))


class Process(subprocess.Popen[str]):
    """A program that ends with its input, at the latest when the block does."""

    def __exit__(self, *raised: object) -> None:
        self.kill()
        self.communicate()


def _program(file: str, *words: str) -> Process:
    return Process(
        [sys.executable, file, *words],
        env={**os.environ, "PYTHONPATH": str(Path(file).parent)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _line(process: Process) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def _go(process: Process) -> None:
    assert process.stdin is not None
    print(file=process.stdin, flush=True)
