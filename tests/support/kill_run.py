"""Kills a server as often as wanted, lets it come to its end, and hands the ledger over."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import kill_child
import kill_company
from running import Ran, chatops

STEPS = {
    "accept": 3,
    "claim": 40,
    "handler": 40,
    "before-commit": 40,
    "after-commit": 40,
    "before-send": 40,
    "after-send": 40,
    "before-mark": 40,
}
"""Each step that a crash must not spoil, and the latest occurrence at which it kills."""

SOON, LATE = 150, 900
"""Milliseconds of life of a server killed at any moment; it takes the first ones to start."""

ALL = (*STEPS, kill_child.ANY_MOMENT, *kill_child.OUTSIDE)
"""Every way to be killed, in turns. A new swarm begins with the first of those outside, so that each comes to happen."""


@dataclass(frozen=True)
class Killed:
    """What came of the kills."""

    steps: Counter[str]
    """How often each step killed."""
    commands: int
    """How many commands were said."""
    found: dict[str, Any]
    """What the outside world holds, for `kill_ledger.Ledger`."""
    verified: Ran
    """What `chatops audit verify` said of the folder."""


def kill(folder: Path, *, kills: int, stories: int, at_least: int, seed: int) -> Killed:
    """Let a server be killed `kills` times, then let it come to its end."""
    data = kill_company.found(folder)
    chance = random.Random(seed)
    killed: Counter[str] = Counter()
    with tempfile.TemporaryFile("w+") as errors:
        path = os.pathsep.join((str(folder / "site"), str(Path(__file__).parent)))
        with subprocess.Popen(
            [sys.executable, kill_child.__file__, str(data)],
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process:
            for number in range(kills + 1):
                step = ALL[number % len(ALL)] if number < kills else ""
                begun = 1 + killed[kill_child.OUTSIDE[0]] + (step in kill_child.OUTSIDE[:1])
                after = chance.randint(1, STEPS[step]) if step in STEPS else chance.randint(SOON, LATE)
                order = {"step": step, "after": after, "stories": stories, "begun": begun, "at_least": at_least}
                print(json.dumps(order), file=process.stdin, flush=True)
                assert process.stdout is not None
                code = process.stdout.readline().strip()
                if code != ("-9" if step else "0"):
                    errors.seek(0)
                    message = f"{order} ended with {code or 'nothing'}:\n{errors.read()[-8000:]}"
                    raise AssertionError(message)
                killed[step] += 1
    del killed[""]
    return Killed(
        steps=killed,
        commands=int((folder / "said").read_text()),
        found=json.loads((folder / "ledger.json").read_text()),
        verified=chatops("audit", "verify", folder=data),
    )
