"""The least a bot can be: one regular expression, a dictionary, an answer. With a durable record, if asked for."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import workload

_COMMAND = re.compile(r"^!(\w+)(?:\s+(\w+))?\s*(.*)$", re.S)


class Bare:
    """Takes words, keeps a record or not, and remembers its last answer."""

    def __init__(self, keep: Callable[[str], None] | None) -> None:
        self._keep = keep
        self._commands = {f"cmd{number:03d}": self._nothing for number in range(workload.others())}
        self._commands["swarm open"] = self._open
        self.answer = ""

    async def hear(self, text: str) -> None:
        """Handle a message."""
        match = _COMMAND.match(text)
        if match is None:
            return
        command = self._commands.get(f"{match[1]} {match[2]}")
        if command is not None:
            self.answer = await command(match[3])

    async def _open(self, words: str) -> str:
        case, severity = words.split()
        if self._keep is not None:
            self._keep(json.dumps({"case": case, "severity": severity}))
        return f"opened {case} ({severity})"

    async def _nothing(self, words: str) -> str:
        return f"ok {words}"


async def main(*, durable: bool) -> None:
    """Measure."""
    keep = None
    if durable:
        folder = Path(tempfile.mkdtemp(prefix="bare"))
        connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE record (id INTEGER PRIMARY KEY, data TEXT)")

        def keep(data: str) -> None:
            connection.execute("INSERT INTO record (data) VALUES (?)", (data,))

    bot = Bare(keep)
    await bot.hear(workload.HIT)
    workload.check(bot.answer)
    workload.tell("durable" if durable else "hit", await workload.rate_async(lambda: bot.hear(workload.HIT)))
    if not durable:
        workload.tell("noise", await workload.rate_async(lambda: bot.hear(workload.NOISE)))


if __name__ == "__main__":
    asyncio.run(main(durable="durable" in sys.argv))
