"""Durable commands per second, beside the least a durable bot would do. See README.md."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
import statistics
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import structlog
from tallying import Tally, Tallying

from chatops.core.access import Relations
from chatops.core.catalogue import Catalogues
from chatops.core.clock import SystemClock
from chatops.core.codec import Codec
from chatops.core.command import declared
from chatops.core.journal import Seal
from chatops.core.message import Message, MessageRef, RoomRef
from chatops.core.table import CommandTable
from chatops.engine.engine import Engine
from chatops.engine.settings import EngineSettings
from chatops.ports.chat import Capabilities, Outgoing
from chatops.storage.sqlite import SqliteStore
from chatops.testing.directory import FakeDirectory
from chatops.testing.network import FakeNetwork
from chatops.testing.stage import person

OUT = Path(__file__).parent / "out"
CONVERSATIONS = (1, 16, 64)
COMMANDS = 960
ROUNDS = 3
UNLIMITED = 1e9


class Silent(FakeNetwork):
    """Takes every post at once, and tells the conversation that it was answered."""

    def __init__(self) -> None:
        super().__init__(
            capabilities=Capabilities(
                native_keys=True, direct_rooms=True, per_second=UNLIMITED, room_per_second=UNLIMITED
            )
        )
        self.answered: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    async def post(self, room: RoomRef, body: Outgoing, *, key: str, thread: str | None = None) -> MessageRef:
        """Take it."""
        posted = await super().post(room, body, key=key, thread=thread)
        self.answered[room.id].set()
        return posted


async def commands(folder: Path, conversations: int) -> float:
    """Return durable commands per second."""
    clock = SystemClock()
    codec = Codec([Tally])
    store = SqliteStore(folder / "chatops.db", codec, Seal(b"k" * 32), clock)
    await store.open()
    network, directory, relations = Silent(), FakeDirectory(), Relations()
    people = [person(f"p{number}", "staff") for number in range(conversations)]
    for one in people:
        directory.add(one)
    engine = Engine(
        store=store,
        codec=codec,
        catalogues=Catalogues({}),
        directory=directory,
        networks=[network],
        table=CommandTable(declared(Tallying(), relations=relations, plugin="bench")),
        relations=relations,
        secret=b"s" * 32,
        settings=EngineSettings(flood_burst=1_000_000),
        clock=clock,
    )
    await engine.start()
    accept = engine.accept_for("fake")

    async def converse(number: int) -> None:
        who = people[number]
        network.room(f"room{number}")
        for turn in range(COMMANDS // conversations):
            room = RoomRef(network="fake", id=f"room{number}")
            message = Message(
                ref=MessageRef(room=room, id=f"{number}-{turn}"),
                sender=who.identities[0],
                text=f"tally up t{number}",
                at=clock.now(),
                addressed=True,
            )
            key = f"{number}-{turn}"
            await accept([(key, message)])
            async with asyncio.timeout(30):
                await network.answered[room.id].wait()
            network.answered[room.id].clear()

    started = time.perf_counter()
    await asyncio.gather(*(converse(number) for number in range(conversations)))
    took = time.perf_counter() - started
    await engine.stop()
    await store.close()
    if len(network.posted) != COMMANDS:
        text = f"{len(network.posted)} answers to {COMMANDS} commands"
        raise RuntimeError(text)
    return COMMANDS / took


def bare(folder: Path) -> float:
    """Return rows per second of a loop that commits each."""
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE command (id INTEGER PRIMARY KEY, who TEXT, text TEXT)")
    started = time.perf_counter()
    for number in range(COMMANDS):
        connection.execute("INSERT INTO command (who, text) VALUES (?, ?)", ("p0", f"tally up t{number}"))
    took = time.perf_counter() - started
    connection.close()
    return COMMANDS / took


def main() -> None:
    """Run every round interleaved, print medians and ratios."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    figures: dict[str, list[float]] = {}
    for _round in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            figures.setdefault("bare", []).append(bare(Path(folder)))
        for conversations in CONVERSATIONS:
            with tempfile.TemporaryDirectory() as folder:
                rate = asyncio.run(commands(Path(folder), conversations))
                figures.setdefault(f"commands at {conversations}", []).append(rate)
    OUT.mkdir(exist_ok=True)
    base = statistics.median(figures["bare"])
    with (OUT / "commands.jsonl").open("w", encoding="utf-8") as file:
        for name, rates in figures.items():
            middle = statistics.median(rates)
            line = json.dumps(
                {"figure": name, "per_second": round(middle), "ratio": round(middle / base, 3), "rounds": ROUNDS}
            )
            print(line)
            file.write(line + "\n")


if __name__ == "__main__":
    main()
