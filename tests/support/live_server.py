"""`chatops run` in a process of its own, on settings of the test's."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from running import CHATOPS, environment


@contextmanager
def serving(folder: Path, **more: str) -> Iterator[str]:
    """Serve the data folder, whose `chatops.toml` logs at `info`, until the block ends; yield the address."""
    with subprocess.Popen(
        [*CHATOPS, "run"], env=environment(folder, **more), stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        try:
            said = ""
            for line in process.stderr:
                said += line
                if match := re.search(r"serving.*?(http://127\.0\.0\.1:\d+)", line):
                    yield match[1]
                    break
            else:
                message = f"the server did not start: {said}"
                raise AssertionError(message)
        finally:
            process.terminate()
            try:
                process.communicate(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate(timeout=5)
