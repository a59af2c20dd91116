"""A server of its own process, for tests of what people start: waits for its welcome, never for time."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHATOPS = (sys.executable, "-m", "chatops")


@dataclass(frozen=True)
class Ran:
    """What a command line came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its output, read as JSON."""
        return json.loads(self.out)


class Demo:
    """A running `chatops demo`."""

    def __init__(self, process: subprocess.Popen[str], url: str, folder: Path) -> None:
        self.process = process
        self.url = url
        self.folder = folder

    def do(self, *words: str, person: str = "") -> Ran:
        """Run one command by the command line, answered as JSON."""
        return chatops("do", "--json", *(("--as", person) if person else ()), *words, folder=self.folder)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Return an environment in which only `folder` is used."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CHATOPS_")}
    return {**kept, "CHATOPS_DATA": str(folder), **more}


def chatops(*words: str, folder: Path, **more: str) -> Ran:
    """Run the command line to its end."""
    ran = subprocess.run(
        [*CHATOPS, *words], env=environment(folder, **more), capture_output=True, text=True, timeout=60, check=False
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr)


@contextmanager
def demo(folder: Path, *words: str, command: Sequence[str] = ("demo", "--port", "0"), **more: str) -> Iterator[Demo]:
    """Run `chatops demo` on `folder` until the block ends."""
    with subprocess.Popen(
        [*CHATOPS, *command, *words],
        env=environment(folder, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            said = ""
            for line in process.stdout:
                said += line
                if match := re.search(r"(http://127\.0\.0\.1:\d+)/", line):
                    yield Demo(process, match[1], folder)
                    break
            else:
                message = f"the server did not start: {said}{process.stderr.read()}"
                raise AssertionError(message)
        finally:
            process.terminate()
            try:
                process.communicate(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate(timeout=5)
