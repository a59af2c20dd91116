"""The command under test for Opsdroid, and others beside it."""

from __future__ import annotations

import os
from typing import Any

import workload
from opsdroid.matchers import match_regex

DURABLE = os.environ.get("CHATOPS_BENCH_DURABLE") == "1"
RECORDS = 500
opened = 0


@match_regex(r"^!swarm open (\S+) (\w+)$")
async def swarm_open(opsdroid: Any, config: Any, message: Any) -> None:
    """Open a swarm, with a record in Opsdroid's memory if asked for."""
    global opened  # noqa: PLW0603 - a skill is a function
    case, severity = message.regex.group(1), message.regex.group(2)
    if DURABLE:
        opened += 1
        record = {"case": case, "severity": severity, "by": str(message.user), "number": opened}
        await opsdroid.memory.put(f"{case}-{opened % RECORDS}", record)
    await message.respond(f"opened {case} ({severity})")


def _other(number: int) -> Any:
    async def other(opsdroid: Any, config: Any, message: Any) -> None:
        await message.respond("ok")

    other.__name__ = f"cmd{number:03d}"
    return match_regex(rf"^!cmd{number:03d}( .*)?$")(other)


for _number in range(workload.others()):
    globals()[f"cmd{_number:03d}"] = _other(_number)
