"""One replica under load, for `engine.py`: opens a swarm in each of its conversations, then rests and resumes them.

Says `ready` when the swarms are open, begins at `go`, and ends with one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import logging
import resource
import sys
import time
from pathlib import Path

import msgspec
import structlog
from quiet_network import NAME, QuietNetwork

from chatops import garbage
from chatops.cases.plugin import CasesPlugin
from chatops.core.catalogue import Catalogues
from chatops.core.clock import SystemClock
from chatops.core.codec import Codec
from chatops.core.command import declared
from chatops.core.frozen import Frozen
from chatops.core.journal import Seal
from chatops.core.message import Identity, Message, MessageRef, Person, RoomRef
from chatops.core.rooms import Room
from chatops.core.table import CommandTable
from chatops.engine.engine import Engine
from chatops.engine.help import HelpCommands
from chatops.engine.settings import EngineSettings
from chatops.engine.ticket_performing import ticket_performers
from chatops.hookspecs import PluginContext
from chatops.people.plugin import PeoplePlugin
from chatops.plugins import Loading
from chatops.ports.roster import Profile
from chatops.ports.store import Store
from chatops.storage.postgres_server import PostgresServer
from chatops.swarm.model import Swarm, case_key
from chatops.swarm.plugin import SwarmPlugin
from chatops.testing.directory import FakeDirectory
from chatops.testing.records import MemoryRecords
from chatops.testing.secrets import MemorySecrets
from chatops.testing.tickets import FakeTickets
from swarm_bench import NoWeb, Tickets

KEY = b"k" * 32
MOST = 256
"""Conversations there are people and cases for."""

PATIENCE = 60.0
"""Seconds until an answer that does not come ends the run."""


class Task(Frozen, frozen=True, kw_only=True):
    """What one worker does."""

    name: str
    database: str
    """A PostgreSQL URL, or the path of a SQLite file."""
    ears: str
    first: int
    conversations: int
    commands: int
    idle: float = 0.0
    """Seconds to do nothing at all afterwards, and measure it."""


def store_of(task: Task, codec: Codec, clock: SystemClock) -> Store:
    """Return the store under test."""
    if task.database.startswith("postgresql:"):
        from chatops.storage.postgres import PostgresStore  # noqa: PLC0415 - a process uses one kind of database

        return PostgresStore(PostgresServer(url=task.database, name=task.name), codec, Seal(KEY), clock)
    from chatops.storage.sqlite import SqliteStore  # noqa: PLC0415

    return SqliteStore(Path(task.database), codec, Seal(KEY), clock)


def company() -> FakeDirectory:
    """Return an owner for each conversation."""
    directory = FakeDirectory()
    for number in range(MOST):
        identities = tuple(Identity(network=network, id=f"o{number}") for network in (NAME, "cases"))
        directory.add(
            Person(id=f"o{number}", name=f"Owner {number}", roles=frozenset({"agent"}), identities=identities),
            Profile(),
        )
    return directory


class Replica:
    """An engine with everything that swarms need; `more` are objects with further commands."""

    def __init__(self, task: Task, *more: object) -> None:
        self._clock = SystemClock()
        self._codec = Codec()
        self.store = store_of(task, self._codec, self._clock)
        self.network = QuietNetwork(Path(task.ears), task.name)
        tickets = FakeTickets("cases")
        self.cases = []
        for number in range(MOST):
            tickets.add_person(f"o{number}", f"Owner {number}")
            self.cases.append(tickets.add_ticket(f"Case {number}", owner=f"o{number}"))
        systems, directory = Tickets(tickets), company()
        context = PluginContext(
            name="own",
            settings={},
            clock=self._clock,
            records=MemoryRecords(),
            secrets=MemorySecrets(),
            people=directory,
            tickets=systems,
            web=NoWeb(),  # type: ignore[arg-type]
            folder=Path(),
            prefixes=lambda: {"SW": Swarm.kind},
        )
        loading = Loading()
        for name, plugin in (("swarm", SwarmPlugin), ("cases", CasesPlugin), ("people", PeoplePlugin)):
            loading.add(name, plugin(context))
        loading.add("help", HelpCommands(lambda: self._table, loading.relations))
        registry = loading.collect()
        for body in registry.bodies.values():
            self._codec.register(body)
        catalogues = Catalogues({})
        added = [one for each in more for one in declared(each, relations=registry.relations, plugin="bench")]
        self._table = CommandTable((*registry.commands, *added))
        self.engine = Engine(
            store=self.store,
            codec=self._codec,
            catalogues=catalogues,
            directory=directory,
            networks=[self.network],
            table=self._table,
            relations=registry.relations,
            listeners=registry.listeners,
            performers=(*ticket_performers(systems, catalogues), *registry.performers),
            systems=("cases",),
            secret=b"s" * 32,
            settings=EngineSettings(flood_burst=1_000_000),
            clock=self._clock,
        )

    async def start(self) -> None:
        """Open the store and take up work."""
        await self.store.open()
        await self.engine.start()
        self._accept = await self.network.accept
        garbage.look_seldom()

    async def stop(self) -> None:
        """End it."""
        await self.engine.stop()
        await self.store.close()

    async def say(self, number: int, text: str, room: str, key: str) -> None:
        """Let an owner say something to the server."""
        ref = MessageRef(room=RoomRef(network=NAME, id=room), id=key)
        sender = Identity(network=NAME, id=f"o{number}")
        await self._accept([(key, Message(ref=ref, sender=sender, text=text, at=self._clock.now(), addressed=True))])

    async def quiet(self) -> None:
        """Return once nothing waits."""
        while (await self.store.depths()).inbox or (await self.store.depths()).outbox:  # noqa: ASYNC110 - another process may be at work
            await asyncio.sleep(0.1)

    async def room_of(self, number: int) -> str:
        """Open a swarm in a conversation; return its room once that is there."""
        await self.say(number, f"swarm open {self.cases[number]} Why is that?", f"lobby {number}", f"open {number}")
        async with asyncio.timeout(PATIENCE):
            while True:
                for stored in await self.store.find(Swarm.kind, {"case": case_key(self.cases[number])}):
                    swarm = self._codec.decode_as(Swarm, stored.body)
                    rooms = await self.store.find(Room.kind, {"subject": f"{Swarm.kind}:{swarm.id}"})
                    refs = [ref for room in rooms for ref in self._codec.decode_as(Room, room.body).refs]
                    if refs:
                        return refs[0].id
                await asyncio.sleep(0.1)


async def work(task: Task) -> None:
    """Open, wait, measure."""
    orders = await _orders()
    replica = Replica(task)
    await replica.start()
    numbers = range(task.first, task.first + task.conversations)
    rooms = dict(zip(numbers, await asyncio.gather(*map(replica.room_of, numbers)), strict=True))
    await replica.quiet()
    await _told(orders, "ready", "go")
    took: list[float] = []

    async def converse(number: int) -> None:
        for turn in range(task.commands // max(1, task.conversations)):
            started = time.perf_counter()
            text = "swarm resume" if turn % 2 else "swarm hold customer"
            await replica.say(number, text, rooms[number], f"{number} {turn}")
            await replica.network.answered(rooms[number], PATIENCE)
            took.append(time.perf_counter() - started)

    for number in numbers:
        replica.network.forget(rooms[number])
    began, used = time.time(), _processor()
    await asyncio.gather(*map(converse, numbers))
    result = {"began": began, "ended": time.time(), "took": took, "processor": _processor() - used}
    if task.idle:
        used = _processor()
        await asyncio.sleep(task.idle)
        result["idle"] = (_processor() - used) / task.idle
    await _told(orders, json.dumps(result), "stop")
    await replica.stop()


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def _orders() -> asyncio.StreamReader:
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    return orders


async def _told(orders: asyncio.StreamReader, word: str, until: str) -> None:
    print(word, flush=True)
    heard = (await orders.readline()).decode().strip()
    if heard != until:
        text = f"told {heard!r} instead of {until!r}"
        raise RuntimeError(text)


if __name__ == "__main__":
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    asyncio.run(work(msgspec.json.decode(sys.argv[1], type=Task)))
