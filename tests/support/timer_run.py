"""Schedulers on one database, killed and started again, their machines' wall clocks set, while timers come due."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import timer_child
from timer_judge import Rows, Verdict, judge
from timer_machine import STEPS, Machine
from timer_plan import plan

HOUR = timedelta(hours=1)
PATIENCE = 60.0
"""Seconds within which what is due has to be fired, however slow the machine."""

PAUSE = 0.02
SELDOM = 0.2
"""Seconds between looks: often where that costs nothing, seldom where it starts a program."""


class Schedulers:
    """Processes that fire the timers of `database`, each on a machine of its own."""

    def __init__(self, database: str, folder: Path, names: tuple[str, ...]) -> None:
        self.names = names
        self.machines = {name: Machine(folder / f"machine {name}") for name in names}
        self._paths = {name: str(folder / f"machine {name}") for name in names}
        self._database = database
        self._pids: dict[str, int] = {}

    def __enter__(self) -> Self:
        self._errors = tempfile.TemporaryFile("w+")
        self._process = subprocess.Popen(
            [sys.executable, timer_child.__file__, self._database],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pid in self._pids.values():
            os.kill(pid, signal.SIGKILL)
        self._process.communicate(timeout=10)
        self._errors.close()

    def arm(self, *, start: datetime, count: int, seconds: float, absences: bool) -> None:
        """Arm the timers of the plan."""
        self._gone(
            int(self._ordered({"start": start.isoformat(), "count": count, "seconds": seconds, "absences": absences}))
        )

    def start(self, name: str) -> None:
        """Come back when it looks at the timers."""
        self._pids[name] = int(self._ordered({"name": name, "machine": self._paths[name]}))

    def end(self, name: str, step: str = "") -> None:
        """End it now, or at its next coming to a step, as a power cut would."""
        if step:
            self.machines[name].doom(step)
        else:
            os.kill(self._pids[name], signal.SIGKILL)
        self._gone(self._pids[name])
        del self._pids[name]

    def look(self, name: str) -> None:
        """Come back when it has looked at the timers a few times more."""
        machine = self.machines[name]
        until = machine.looks + 3
        wait(lambda: machine.looks >= until)

    def _gone(self, pid: int) -> None:
        answer = self._ordered(pid)
        assert answer == "gone", answer

    def _ordered(self, order: object) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(order), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline().strip()
        if answer in {"", "failed"}:
            self._errors.seek(0)
            message = f"{order} failed:\n{self._errors.read()[-6000:]}"
            raise AssertionError(message)
        return answer


@dataclass(frozen=True)
class Size:
    """How many timers ring within how many seconds, and how often a scheduler is killed meanwhile."""

    timers: int
    seconds: float
    restarts: int


def rehearse(database: str, folder: Path, rows: Rows, names: tuple[str, ...], size: Size) -> Verdict:
    """Let timers ring while schedulers are killed and clocks jump; judge what was fired."""
    count, seconds = size.timers, size.seconds
    absences = len(names) == 1
    start = datetime.now(UTC) + timedelta(seconds=1 + count / 1000)
    with Schedulers(database, folder, names) as schedulers:
        schedulers.arm(start=start, count=count, seconds=seconds, absences=absences)
        for name in names:
            schedulers.start(name)
        up = [[datetime.now(UTC), datetime.max.replace(tzinfo=UTC)]]
        for at, act in sorted(_script(schedulers, up, size), key=lambda step: step[0]):
            wait(lambda at=at: datetime.now(UTC) >= start + timedelta(seconds=at))  # type: ignore[misc]
            act()
        reached = start + timedelta(seconds=seconds)
        wait(lambda: datetime.now(UTC) >= reached and not rows.owed(reached), pause=SELDOM)
        if absences:
            up[-1][1] = datetime.now(UTC)
            reached = datetime.now(UTC) + HOUR
            _jump(schedulers, names[0], HOUR)
            wait(lambda: not rows.owed(reached), pause=SELDOM)
            _jump(schedulers, names[0], timedelta())
    return judge(plan(start, count, seconds, absences=absences), rows, reached=reached, up=up)


Step = tuple[float, Callable[[], object]]


def _script(schedulers: Schedulers, up: list[list[datetime]], size: Size) -> list[Step]:
    """What happens at which second."""
    seconds, restarts = size.seconds, size.restarts
    alone = len(schedulers.names) == 1

    def restart(number: int) -> None:
        name = schedulers.names[number % len(schedulers.names)]
        if alone:
            up[-1][1] = datetime.now(UTC)
        # Whose clock is behind fires nothing, so it comes to no step.
        fires = schedulers.machines[name].offset >= timedelta()
        schedulers.end(name, ("", *STEPS)[number // len(schedulers.names) % 3] if fires else "")
        schedulers.start(name)
        if alone:
            up.append([datetime.now(UTC), datetime.max.replace(tzinfo=UTC)])

    def hour_back() -> None:
        up[-1][1] = datetime.now(UTC)
        _jump(schedulers, schedulers.names[0], -HOUR)
        _jump(schedulers, schedulers.names[0], timedelta())
        up.append([datetime.now(UTC), datetime.max.replace(tzinfo=UTC)])

    def set_clock(name: str, ahead: timedelta) -> Callable[[], None]:
        return lambda: setattr(schedulers.machines[name], "offset", ahead)

    steps: list[Step] = [
        (seconds * (number + 1) / (restarts + 1), lambda number=number: restart(number))  # type: ignore[misc]
        for number in range(restarts)
    ]
    if alone:
        return [*steps, (seconds / 2 + 0.1, hour_back)]
    one, two, three = schedulers.names
    # There are always two whose clock is not behind: the one that is fires nothing, as it should.
    jumps = [(one, HOUR), (two, -HOUR), (one, timedelta()), (three, HOUR), (two, HOUR), (three, -HOUR)]
    return [*steps, *((seconds * (n + 1) / 7, set_clock(*jump)) for n, jump in enumerate(jumps))]


def _jump(schedulers: Schedulers, name: str, offset: timedelta) -> None:
    schedulers.machines[name].offset = offset
    schedulers.look(name)


def wait(true: Callable[[], Any], *, pause: float = PAUSE) -> None:
    """Look now and then until it is true. Raise TimeoutError when it never is."""
    give_up = time.monotonic() + 2 * PATIENCE
    while not true():
        if time.monotonic() > give_up:
            raise TimeoutError
        time.sleep(pause)
