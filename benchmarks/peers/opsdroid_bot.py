"""Opsdroid: `parse` with regular expressions as matchers; its SQLite database, which commits and syncs each record."""

from __future__ import annotations

import asyncio
import gettext
import logging
import os
import sys
import tempfile
from pathlib import Path

import workload

os.environ["CHATOPS_BENCH_DURABLE"] = "1" if "durable" in sys.argv else "0"
_HERE = Path(__file__).parent
sys.path.insert(0, str(_HERE))
gettext.install("opsdroid")

from opsdroid.core import OpsDroid
from opsdroid.events import Message


def settings() -> dict[str, object]:
    """Return Opsdroid's settings."""
    folder = tempfile.mkdtemp(prefix="opsdroid")
    told: dict[str, object] = {
        "connectors": {"silent": {"path": str(_HERE / "opsdroid_connector.py")}},
        "skills": {"swarm": {"path": str(_HERE / "opsdroid_skill.py")}},
        "module-path": folder,
        "welcome-message": False,
        "logging": {"level": "error", "console": False, "path": False},
        "web": {"host": "127.0.0.1", "port": 0},
    }
    if "durable" in sys.argv:
        told["databases"] = {"sqlite": {"path": f"{folder}/opsdroid.db"}}
    return told


async def main(bot: OpsDroid) -> None:
    """Measure."""
    bot.eventloop = asyncio.get_running_loop()
    await bot.load()
    await bot.start_databases()
    await bot.start_connectors()
    network = bot.connectors[0]

    async def hear(text: str) -> None:
        await bot.parse(Message(text=text, user="alice", user_id="alice", target="room", connector=network))

    await hear(workload.HIT)
    workload.check(network.answer)
    if "durable" in sys.argv:
        workload.tell("durable", await workload.rate_async(lambda: hear(workload.HIT)))
    else:
        workload.tell("hit", await workload.rate_async(lambda: hear(workload.HIT)))
        workload.tell("noise", await workload.rate_async(lambda: hear(workload.NOISE)))
    # Its background tasks would keep the process alive.
    os._exit(0)


if __name__ == "__main__":
    logging.getLogger("opsdroid").setLevel(logging.ERROR)
    with OpsDroid(config=settings(), loopless=True) as started:
        asyncio.run(main(started))
