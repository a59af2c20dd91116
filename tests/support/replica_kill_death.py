"""When and of what a replica dies, or stops for longer than its leases last; written down just before."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any

ACCEPT = "accept"
STEPS = (
    ACCEPT,
    "claim",
    "handler",
    "before-commit",
    "in-commit",
    "after-commit",
    "before-send",
    "after-send",
    "before-mark",
)
"""Each step that a crash must not spoil."""

SENDING = ("before-send", "after-send", "before-mark")
"""Those that only what is sent passes."""

FENCED = ("before-commit", "in-commit", "before-mark")
"""Steps at which a process stops that finds its claim taken when it goes on."""

ANY_MOMENT = "any moment"
SOON, LATE = 100, 2000
"""Milliseconds of life of a replica killed or stopped at any moment."""

IN_VAIN = "in vain"
"""What a replica dies of that did not come to where it was to be killed."""

PATIENCE = 15.0
"""Seconds until then."""

TICK = 0.1

MORE = 3
"""Further occurrences of a step at which a replica that had been stopped there is killed."""

AUDIT = "audit"
"""An order to write down what is in the database."""

doing: ContextVar[Mapping[str, object]] = ContextVar("doing")
"""What a task is at: `what` (event or post), `id`, `fence`, `key`."""


class Death:
    """Comes at the time an order says. `stop`: first the process stops there, and somebody lets it go on."""

    def __init__(self, order: Mapping[str, Any], folder: Path) -> None:
        self._step: str = order["step"]
        self._after: int = order["after"]
        self._stop: bool = order["stop"]
        self._life: str = order["life"]
        self._folder = folder
        self._late: Mapping[str, object] | None = None
        """What was in hand at a stop, until it has been tried."""
        self.comes = self._step in (*STEPS, ANY_MOMENT)
        """Whether it does."""
        self._met: Counter[str] = Counter()
        if self._step in STEPS:
            self._later(0, self._in_vain)
        elif self._step == ANY_MOMENT:
            self._later(self._after / 1000, self._at_any_moment)

    def probe(self, step: str) -> None:
        """Pass a step, if this process lives on."""
        self._met[step] += step == self._step and self._late is None
        if step != self._step or self._met[step] < self._after or self._late is not None:
            return
        if self._stop:
            self._stop = False
            self._after += MORE
            self._late = doing.get()
            self._halt(self._late)
        else:
            self._die(step)

    def refused(self) -> None:
        """Note that what this task is at was refused, because somebody else has it."""
        self.note("refused", **doing.get())
        if self._late == doing.get():
            self._late = None

    def note(self, file: str, **told: object) -> None:
        """Write something down outside, whole or not at all."""
        line = json.dumps({**told, "life": self._life}) + "\n"
        place = os.open(self._folder / file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(place, line.encode())
        os.close(place)

    def _at_any_moment(self) -> None:
        if self._stop:
            self._halt({})
            time.sleep(SOON / 1000)
        self._die(ANY_MOMENT)

    def _in_vain(self) -> None:
        left = PATIENCE
        while left > 0:
            time.sleep(TICK)
            # Neither the time this process is stopped counts, nor that until it has tried what it was at.
            left -= TICK if self._late is None else 0
        self._die(IN_VAIN)

    def _halt(self, at: Mapping[str, object]) -> None:
        self.note("stops", step=self._step, **at)
        os.kill(os.getpid(), signal.SIGSTOP)

    def _die(self, of: str) -> None:
        self.note("deaths", step=of)
        os.kill(os.getpid(), signal.SIGKILL)

    def _later(self, seconds: float, act: Any) -> None:
        def wait() -> None:
            time.sleep(seconds)
            act()

        threading.Thread(target=wait, daemon=True).start()
