"""Run a program that ends when nobody holds its lease any more: python leashed.py LEASE PROGRAM ARGUMENT …

Whoever wants the program alive holds a shared lock (flock) on the file LEASE. The kernel drops the locks of a process
that dies, however it dies; so the last holder's end is the program's end, and nobody has to count.
"""

from __future__ import annotations

import fcntl
import signal
import subprocess
import sys
import threading
from pathlib import Path


def _end_with(lease: Path, program: subprocess.Popen[bytes]) -> None:
    with lease.open("r+b") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # granted when the last holder is gone
        program.kill()
        program.wait()


def main(lease: str, *command: str) -> int:
    """Print the program's process id, pass SIGTERM on to it, wait for its end, and give its exit code."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=sys.stderr) as program:  # noqa: S603 - what it is for
        signal.signal(signal.SIGTERM, lambda *_: program.terminate())
        print(program.pid, flush=True)  # noqa: T201
        threading.Thread(target=_end_with, args=(Path(lease), program), daemon=True).start()
        return abs(program.wait())


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
