"""Ours: the production intake, dispatcher, engine, SQLite store and outbox, to a network that takes everything.

The first argument is what to measure: `durable` (whole swarm commands), `reads` (`swarm show`, `help`), `noise`, `waiting`.
"""

from __future__ import annotations

import asyncio
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import structlog
import workload
from engine_worker import PATIENCE, Replica, Task
from quiet_network import NAME

from chatops.core.command import command
from chatops.core.message import Identity, Message, MessageRef, RoomRef
from chatops.core.text import _
from chatops.core.unit import Unit

CONVERSATIONS = (1, 64)
SLOW, SLOW_SECONDS = 30, 2.0
ASKED = 200
BATCH = 20_000


def _other(number: int) -> Callable[..., Any]:
    @command(f"cmd{number:03d} go", who="staff", summary=_("Do nothing"))
    async def other(unit: Unit) -> None:
        unit.answer(_("ok"))

    return other


@command("slow work", who="staff", summary=_("Take a while"))
async def slow(unit: Unit) -> None:
    """Wait for something outside."""
    await asyncio.sleep(SLOW_SECONDS)
    unit.answer(_("ok"))


class Bench:
    """A running server and the rooms of its swarms."""

    def __init__(self, replica: Replica, rooms: Sequence[str]) -> None:
        self.replica = replica
        self.rooms = rooms
        self._number = 0

    async def ask(self, room: int, text: str) -> float:
        """Return the seconds until a command is answered."""
        self._number += 1
        self.replica.network.forget(self.rooms[room])
        started = time.perf_counter()
        await self.replica.say(room, text, self.rooms[room], f"ask {self._number}")
        await self.replica.network.answered(self.rooms[room], PATIENCE)
        return time.perf_counter() - started

    async def rate(self, conversations: int, texts: Sequence[str]) -> float:
        """Return commands per second, those of each conversation one after the other."""
        ends = time.perf_counter() + workload.SECONDS * 4
        done = 0

        async def converse(room: int) -> None:
            nonlocal done
            turn = 0
            while time.perf_counter() < ends or turn % len(texts):
                await self.ask(room, texts[turn % len(texts)])
                turn, done = turn + 1, done + 1

        started = time.perf_counter()
        await asyncio.gather(*map(converse, range(conversations)))
        return done / (time.perf_counter() - started)

    async def noise(self) -> float:
        """Return messages per second that concern nobody."""
        accept = await self.replica.network.accept
        sender = Identity(network=NAME, id="o1")
        room = RoomRef(network=NAME, id="chatter")
        at = self.replica.engine.clock.now()
        started = time.perf_counter()
        for number in range(BATCH):
            ref = MessageRef(room=room, id=str(number))
            message = Message(ref=ref, sender=sender, text=workload.NOISE, at=at)
            await accept([(f"noise {number}", message)])
        return BATCH / (time.perf_counter() - started)

    async def waiting(self) -> None:
        """Tell how long another room waits while thirty commands take two seconds each."""
        for name, others in (("waiting alone", 0), ("waiting", SLOW)):
            waits: list[float] = []
            while len(waits) < ASKED:
                busy = asyncio.gather(*(self.ask(room, "slow work") for room in range(1, others + 1)))
                await asyncio.sleep(0.1)
                ends = time.perf_counter() + SLOW_SECONDS - 0.4
                while time.perf_counter() < ends and len(waits) < ASKED:
                    waits.append(await self.ask(0, "swarm show"))
                    await asyncio.sleep(0.005)
                await busy
            p99 = statistics.quantiles(waits, n=100)[98]
            workload.tell(name, 1 / statistics.median(waits), p99_ms=round(p99 * 1000, 1))


async def main(what: str) -> None:
    """Measure."""
    with tempfile.TemporaryDirectory(prefix="ours") as folder:
        ears = Path(folder) / "ears"
        ears.mkdir()
        most = 1 if what == "noise" else max(CONVERSATIONS)
        task = Task(
            name="w0", database=str(Path(folder) / "x.db"), ears=str(ears), first=0, conversations=most, commands=0
        )
        replica = Replica(task, slow, *map(_other, range(workload.others())))
        await replica.start()
        rooms = [await replica.room_of(number) for number in range(most)]
        await replica.quiet()
        bench = Bench(replica, rooms)
        match what:
            case "durable":
                for many in CONVERSATIONS:
                    rate = await bench.rate(many, ("swarm hold customer", "swarm resume"))
                    workload.tell(f"durable at {many}", rate)
            case "reads":
                for many in CONVERSATIONS:
                    workload.tell(f"show at {many}", await bench.rate(many, ("swarm show",)))
                    workload.tell(f"help at {many}", await bench.rate(many, ("help swarm",)))
            case "noise":
                workload.tell("noise", await bench.noise())
            case _:
                await bench.waiting()
        await replica.stop()


if __name__ == "__main__":
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    asyncio.run(main(sys.argv[1]))
