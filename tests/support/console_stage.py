"""A console with people in it, served on a free port, and the server's side played by the test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from chatops import Body, PluginContext
from chatops.core.catalogue import Catalogues
from chatops.core.clock import Clock
from chatops.core.message import Identity, Person, RoomRef
from chatops.people.directory import Member, PeopleDirectory
from chatops.ports.alone import LocalSignals
from chatops.ports.chat import Answered
from chatops.ports.roster import Profile
from chatops.ports.signals import Signals
from chatops.ports.store import Checkpoint
from chatops.ports.tickets import TicketSystem
from chatops.testing.clock import ManualClock
from chatops.testing.records import MemoryRecords
from chatops.testing.secrets import MemorySecrets
from chatops.web.server import WebServer
from console_network.plugin import ConsoleNetwork

SECRET = b"a secret of the tests, long enough."


def person(id: str, name: str, role: str = "agent", *, locale: str = "en", zone: str = "UTC") -> Person:
    """Somebody known in the console under their own id."""
    identity = Identity(network="console", id=id)
    return Person(id=id, name=name, roles=frozenset({role}), locale=locale, zone=zone, identities=(identity,))


ANNA = person("agent-1", "Anna Keller", "agent", zone="Europe/Berlin")
BEN = person("expert-1", "Ben Okafor", "expert", zone="Europe/London")
CLARA = person("lead-1", "Clara Weiß", "pod_lead", locale="de", zone="Europe/Berlin")
DAAN = person("manager-1", "Daan de Vries", "manager", locale="nl", zone="Europe/Amsterdam")
GUS = person("guest-1", "Gus Porter", "guest", zone="America/New_York")

COMPANY = PeopleDirectory(
    Member(person=one, profile=Profile(department=department))
    for one, department in ((ANNA, "Support"), (BEN, "Engineering"), (CLARA, "Support"), (DAAN, "Success"), (GUS, ""))
)


class NoTickets:
    """No ticket system is connected."""

    def names(self) -> Sequence[str]:
        """Return no names."""
        return ()

    def system(self, name: str) -> TicketSystem:
        """Raise KeyError."""
        raise KeyError(name)


class Inbox:
    """Takes what the console hands over, as the server's inbox would: a key is taken once."""

    def __init__(self) -> None:
        self.taken: dict[str, Body] = {}
        self.asked = asyncio.Event()
        """Set once it has been called."""
        self.failure: Exception | None = None
        """Raised instead of taking anything, while set."""
        self._told = asyncio.Event()

    async def answers(self, key: str, at_most: float) -> Sequence[Answered] | None:
        """Nobody does anything about what is accepted here."""
        return None

    async def checkpoint(self, name: str) -> str | None:
        """The console asks for none: it keeps what was not handed over."""
        return None

    async def __call__(self, events: Sequence[tuple[str, Body]], checkpoint: Checkpoint | None = None) -> None:
        """Take events."""
        self.asked.set()
        if self.failure is not None:
            raise self.failure
        for key, body in events:
            self.taken.setdefault(key, body)
        self._told.set()
        self._told = asyncio.Event()

    async def until(self, count: int) -> list[Body]:
        """Return everything taken, once there are `count`."""
        while len(self.taken) < count:
            await self._told.wait()
        return list(self.taken.values())


class Stage:
    """A served console. `network` is what the server talks to, `acts` what people do."""

    def __init__(self, server: WebServer, plugin: ConsoleNetwork, clock: Clock, records: MemoryRecords) -> None:
        self.server = server
        self.plugin = plugin
        self.network = plugin.network
        self.acts = plugin.acts
        self.clock = clock
        self.records = records
        self.inbox = Inbox()

    @property
    def url(self) -> str:
        """Where it is served."""
        return self.server.base_url

    def room(self, id: str) -> RoomRef:
        """Return a room of the console."""
        return RoomRef(network="console", id=id)


def build(
    *,
    clock: Clock | None = None,
    records: MemoryRecords | None = None,
    demo: bool = True,
    catalogues: Catalogues | None = None,
    settings: Mapping[str, Any] | None = None,
    people: PeopleDirectory = COMPANY,
    signals: Signals | None = None,
    folder: Path | None = None,
) -> Stage:
    """Make everything; nothing runs yet. Reads templates and files, so call it outside of coroutines.

    With `signals` it is one replica of several, which have their records in common.
    """
    clock = clock or ManualClock()
    records = records or MemoryRecords()
    server = WebServer(port=0, secret=SECRET, catalogues=catalogues or Catalogues({}), clock=clock)
    context = PluginContext(
        name="console_network",
        settings=settings or {},
        clock=clock,
        records=records,
        secrets=MemorySecrets(),
        people=people,
        tickets=NoTickets(),
        web=server,
        folder=folder or Path(),
        demo=demo,
        signals=signals or LocalSignals(),
        shared=signals is not None,
    )
    plugin = ConsoleNetwork(context)
    plugin.chatops_register_routes(server.add)
    return Stage(server, plugin, clock, records)


@asynccontextmanager
async def running(stage: Stage, *, serve: bool = True) -> AsyncIterator[Stage]:
    """Serve the console and hand what people do to `stage.inbox`."""
    if serve:
        await stage.server.start()
    task = asyncio.create_task(stage.network.run(stage.inbox))
    try:
        yield stage
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        if serve:
            await stage.server.stop()
