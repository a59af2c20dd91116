"""A machine whose wall clock a test sets, and whose server it lets die at a chosen step; kept in a file, for processes."""

from __future__ import annotations

import mmap
import os
import signal
import struct
from datetime import datetime, timedelta
from pathlib import Path

from chatops.core.clock import SystemClock

_OFFSET, _DOOM, _LOOKS = struct.Struct("d"), struct.Struct("B"), struct.Struct("Q")
_AT_OFFSET, _AT_DOOM, _AT_LOOKS, _SIZE = 0, 8, 16, 24

STEPS = ("inside", "after")
"""Within the transaction that fires, and just after it."""


class Machine:
    """What outlives the server process of a machine. Processes that give the same path have the same machine."""

    def __init__(self, path: Path) -> None:
        with path.open("a+b") as file:
            file.truncate(_SIZE)
            self._shared = mmap.mmap(file.fileno(), _SIZE)

    @property
    def offset(self) -> timedelta:
        """How far its wall clock is ahead."""
        return timedelta(seconds=_OFFSET.unpack_from(self._shared, _AT_OFFSET)[0])

    @offset.setter
    def offset(self, ahead: timedelta) -> None:
        _OFFSET.pack_into(self._shared, _AT_OFFSET, ahead.total_seconds())

    @property
    def looks(self) -> int:
        """How often its server has asked what time it is."""
        return int(_LOOKS.unpack_from(self._shared, _AT_LOOKS)[0])

    def look(self) -> None:
        """Count one."""
        _LOOKS.pack_into(self._shared, _AT_LOOKS, self.looks + 1)

    def doom(self, step: str) -> None:
        """Let its server die the next time it comes to a step."""
        _DOOM.pack_into(self._shared, _AT_DOOM, 1 + STEPS.index(step))

    def reach(self, step: str) -> None:
        """Come to a step, and perhaps die there."""
        if _DOOM.unpack_from(self._shared, _AT_DOOM)[0] == 1 + STEPS.index(step):
            _DOOM.pack_into(self._shared, _AT_DOOM, 0)
            os.kill(os.getpid(), signal.SIGKILL)


class MachineClock(SystemClock):
    """The wall clock of a machine. Monotonic time is everybody's."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def now(self) -> datetime:
        self._machine.look()
        return super().now() + self._machine.offset
