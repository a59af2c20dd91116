"""Errbot: `callback_message` with a network that takes everything; its shelf is never synced to the disk."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from pathlib import Path

import workload

os.environ["CHATOPS_BENCH_DURABLE"] = "1" if "durable" in sys.argv else "0"
os.environ.setdefault("CHATOPS_BENCH_FOLDER", tempfile.mkdtemp(prefix="errbot"))
sys.path.insert(0, str(Path(__file__).parent))

import errbot_config
from errbot.backends.base import Message
from errbot.bootstrap import setup_bot


def main() -> None:
    """Measure."""
    bot = setup_bot("Silent", logging.getLogger(), errbot_config)
    bot.plugin_manager.activate_non_started_plugins()
    logging.getLogger().setLevel(logging.ERROR)
    sender = bot.build_identifier("alice")

    def hear(text: str) -> None:
        message = Message(text)
        message.frm, message.to = sender, bot.bot_identifier
        bot.callback_message(message)

    hear(workload.HIT)
    workload.check(bot.answer)
    if "durable" in sys.argv:
        workload.tell("durable", workload.rate(lambda: hear(workload.HIT)))
    else:
        workload.tell("hit", workload.rate(lambda: hear(workload.HIT)))
        workload.tell("noise", workload.rate(lambda: hear(workload.NOISE)))
    # Its threads would keep the process alive.
    os._exit(0)


if __name__ == "__main__":
    main()
