"""A disk that can be filled."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import needs


class SmallDisk:
    """A file system of its own in memory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ballast = path / "ballast"

    def fill(self) -> None:
        """Leave no room at all."""
        with self._ballast.open("wb", buffering=0) as ballast:
            try:
                while ballast.write(b"\0" * 65536) == 65536:
                    pass
            except OSError:
                return

    def clear(self) -> None:
        """Give the room back."""
        self._ballast.unlink(missing_ok=True)


@contextmanager
def small_disk(path: Path, *, megabytes: int) -> Iterator[SmallDisk]:
    """Mount one on a new folder. Only root can; without it the test is skipped."""
    path.mkdir()
    how = "run it as root, where file systems may be mounted"
    if os.geteuid() != 0:
        needs.lacking("A disk to fill", how=how)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0711", "tmpfs", str(path)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        needs.lacking("A disk to fill", how=how)
    try:
        yield SmallDisk(path)
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)
