"""The command under test for Errbot, and others beside it."""

from __future__ import annotations

import os
from typing import Any

import workload
from errbot import BotPlugin, botcmd

DURABLE = os.environ.get("CHATOPS_BENCH_DURABLE") == "1"
RECORDS = 500


class Swarm(BotPlugin):
    """`!swarm open CASE SEVERITY`; with a record in Errbot's own shelf if asked for, which it does not sync."""

    opened = 0

    @botcmd(split_args_with=None)
    def swarm_open(self, msg: Any, args: list[str]) -> str:
        """Open a swarm."""
        case, severity = args
        if DURABLE:
            self.opened += 1
            record = {"case": case, "severity": severity, "by": str(msg.frm), "number": self.opened}
            self[f"{case}-{self.opened % RECORDS}"] = record
        return f"opened {case} ({severity})"


def _other(number: int) -> Any:
    def other(self: Swarm, msg: Any, args: str) -> str:
        """Do nothing."""
        return "ok"

    other.__name__ = f"cmd{number:03d}"
    return botcmd(other)


for _number in range(workload.others()):
    setattr(Swarm, f"cmd{_number:03d}", _other(_number))
