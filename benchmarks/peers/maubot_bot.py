"""maubot: its own test bot's dispatch, with a network that takes everything. It keeps no records by itself."""

from __future__ import annotations

import asyncio
import logging
import os
from typing import Any

import workload
from maubot.handlers import command
from maubot.testing.bot import TestBot


class Commands:
    """`!swarm open CASE SEVERITY`."""

    @command.new("swarm", require_subcommand=True)
    async def swarm(self, event: Any) -> None:
        """Hold the subcommands."""

    @swarm.subcommand("open", help="open a swarm")
    @command.argument("case", required=True)
    @command.argument("severity", required=True)
    async def swarm_open(self, event: Any, case: str, severity: str) -> None:
        """Open a swarm."""
        await event.respond(f"opened {case} ({severity})")


def _other(number: int) -> Any:
    @command.new(f"cmd{number:03d}", help="do nothing")
    async def other(_self: Any, event: Any) -> None:
        await event.respond("ok")

    return other


async def main() -> None:
    """Measure."""
    names = [f"cmd{number:03d}" for number in range(workload.others())]
    for number, name in enumerate(names):
        setattr(Commands, name, _other(number))
    bot, commands = TestBot(), Commands()
    answers: list[Any] = [None]

    async def take(_room: Any, _type: Any, content: Any, **_more: Any) -> None:
        answers[0] = content

    bot.client.send_message_event = take
    for name in ("swarm", *names):
        handler = getattr(commands, name)
        for kind in handler.__mb_event_types__:
            bot.client.add_event_handler(kind, handler)
    await bot.send(workload.HIT)
    workload.check(answers[0].body)
    workload.tell("hit", await workload.rate_async(lambda: bot.send(workload.HIT)))
    workload.tell("noise", await workload.rate_async(lambda: bot.send(workload.NOISE)))
    os._exit(0)


if __name__ == "__main__":
    logging.disable(logging.ERROR)
    asyncio.run(main())
