"""What every bot is given, and how long it takes, for every bot the same. Standard library only: each has its own Python.

A `hit` is a registered command with two arguments, beside K others; exactly one answer has to reach a silent network.
`noise` is talk in a room that is no command. `durable` is a hit that also keeps a record in the bot's own store.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Awaitable, Callable

HIT = "!swarm open CASE-1234 high"
NOISE = "anyone seen the new dashboard?"
ANSWER = "opened CASE-1234 (high)"
SECONDS = float(os.environ.get("CHATOPS_BENCH_SECONDS", "0.5"))
"""Of each measurement, about."""

WARM = 20
CALIBRATION = 0.1


def others() -> int:
    """Return how many further commands are registered."""
    return int(os.environ.get("CHATOPS_BENCH_K", "20"))


def tell(figure: str, per_second: float, **more: object) -> None:
    """Print one figure as a line of JSON."""
    print(json.dumps({"figure": figure, "per_second": round(per_second, 1), **more}), flush=True)


def check(answer: object) -> None:
    """Make sure that the bot does what is being measured."""
    if answer != ANSWER:
        sys.exit(f"answered {answer!r} instead of {ANSWER!r}")


def rate(one: Callable[[], object]) -> float:
    """Return calls per second."""
    for _turn in range(WARM):
        one()
    count = _enough(_count(one))
    started = time.perf_counter()
    for _turn in range(count):
        one()
    return count / (time.perf_counter() - started)


async def rate_async(one: Callable[[], Awaitable[object]]) -> float:
    """Return calls per second, one after the other."""
    for _turn in range(WARM):
        await one()
    count, started = 0, time.perf_counter()
    while time.perf_counter() - started < CALIBRATION:
        await one()
        count += 1
    count = _enough(count)
    started = time.perf_counter()
    for _turn in range(count):
        await one()
    return count / (time.perf_counter() - started)


def _count(one: Callable[[], object]) -> int:
    count, started = 0, time.perf_counter()
    while time.perf_counter() - started < CALIBRATION:
        one()
        count += 1
    return count


def _enough(in_calibration: int) -> int:
    return max(WARM, int(in_calibration * SECONDS / CALIBRATION))
