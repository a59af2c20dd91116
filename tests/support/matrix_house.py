"""The engine with Matrix as it is, on a real homeserver, in the test's own process; started again it knows what it knew.

Its commands are those of `tallies`. A second network, in memory, is there to tell admins on what Matrix cannot.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from chatops.core.access import Relations
from chatops.core.catalogue import Catalogues
from chatops.core.clock import SystemClock
from chatops.core.codec import Codec
from chatops.core.command import declared
from chatops.core.frozen import replace
from chatops.core.message import Identity, Person
from chatops.core.table import CommandTable
from chatops.engine.engine import Engine
from chatops.engine.settings import EngineSettings
from chatops.testing.context import plugin_context
from chatops.testing.directory import FakeDirectory
from chatops.testing.memory_store import MemoryStore
from chatops.testing.network import FakeNetwork
from chatops.testing.records import MemoryRecords
from chatops.testing.secrets import MemorySecrets
from chatops.testing.stage import SECRET
from matrix_network.plugin import MatrixNetwork
from matrix_network.session import Kept
from matrix_people import MatrixPerson, Raw
from synapse_server import Login
from tallies import BODIES, OWNER, TallyCommands

NETWORK = "matrix"

WITHIN = 15.0
"""Seconds until what must happen has happened."""

PATIENT = EngineSettings(flood_burst=10_000, drain=2.0)


class LaterClock(SystemClock):
    """The operating system's clock, or one that is ahead of it."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        """Return the present, as this clock has it."""
        return super().now() + self.ahead


class House:
    """One server and its people. `url` is where it finds the homeserver, which may be a proxy."""

    def __init__(
        self, url: str, login: Login, people: Mapping[str, MatrixPerson], *, settings: EngineSettings = PATIENT
    ) -> None:
        self.url = url
        self.login = login
        self.settings = settings
        self.clock = LaterClock()
        self.store = MemoryStore(clock=self.clock)
        self.records = MemoryRecords()
        self.secrets = MemorySecrets()
        self.tallies = TallyCommands()
        self.directory = FakeDirectory()
        self.extra: list[object] = []
        """Further commands."""
        for name, one in people.items():
            identities = (Identity(network=NETWORK, id=one.id), Identity(network="pager", id=name))
            roles = frozenset({"agent", "admin"} if name == "admin" else {"agent"})
            self.directory.add(Person(id=name, name=name.capitalize(), roles=roles, identities=identities))
        self._running = False

    async def log_in(self) -> None:
        """Keep the login, as an operator's `chatops matrix login` would with a token."""
        kept = Kept(homeserver=self.url, user=self.login.user, device=self.login.device, access_token=self.login.token)
        await self._plugin().session.begin(kept)

    async def start(self) -> None:
        """Start, with what is stored; it listens a moment later."""
        self.plugin = self._plugin()
        self.pager = FakeNetwork("pager", clock=self.clock)
        codec = Codec(BODIES)
        relations = Relations()
        relations.publish(OWNER)
        commands = [
            one
            for source in (self.tallies, *self.extra)
            for one in declared(source, relations=relations, plugin="house")
        ]
        self.engine = Engine(
            store=self.store,
            codec=codec,
            catalogues=Catalogues({}),
            directory=self.directory,
            networks=[self.plugin.network, self.pager],
            table=CommandTable(commands),
            relations=relations,
            secret=SECRET,
            settings=self.settings,
            clock=self.clock,
        )
        await self.store.open()
        await self.engine.start()
        self._running = True

    async def stop(self) -> None:
        """Stop, as an operator would. Harmless when it does not run."""
        if not self._running:
            return
        self._running = False
        await self.engine.stop()
        await self.store.close()

    async def listens(self) -> None:
        """Return once its first token is taken: what is said from now on concerns it."""
        async with asyncio.timeout(WITHIN):
            while True:
                if await self.store.checkpoint(NETWORK) is not None:
                    return
                await asyncio.sleep(0.02)

    @property
    def ailment(self) -> str:
        """What readiness says is wrong with Matrix; nothing when all is well."""
        return self.engine.health()[f"network {NETWORK}"].detail

    def told(self, name: str) -> list[str]:
        """Return what somebody was told on the other network."""
        return [post.body.plain for post in self.pager.posted if post.ref.room.id.endswith(name)]

    def _plugin(self) -> MatrixNetwork:
        context = plugin_context({}, records=self.records, secrets=self.secrets, people=self.directory)
        return MatrixNetwork(replace(context, clock=self.clock))


@asynccontextmanager
async def house_of(
    url: str, login: Login, people: Mapping[str, MatrixPerson], *, listening: bool = True, **more: Any
) -> AsyncIterator[House]:
    """Run a house until the block ends, beginning when it listens."""
    house = House(url, login, people, **more)
    await house.log_in()
    await house.start()
    try:
        if listening:
            await house.listens()
        yield house
    finally:
        await house.stop()


async def answers(who: MatrixPerson, room: str, *, to: str) -> list[str]:
    """Return what the account `to` has said in a room, oldest first, as its server has it; edits are left out."""
    return [text(event) for event in await who.messages(room) if event["sender"] == to and _is_said(event)]


async def answered(
    who: MatrixPerson, room: str, by: str, enough: Callable[[list[str]], bool], *, within: float = WITHIN
) -> list[str]:
    """Return what `by` has said in a room, once it is enough."""
    found: list[str] = []
    try:
        async with asyncio.timeout(within):
            while not enough(found):
                await asyncio.sleep(0.03)
                found = await answers(who, room, to=by)
    except TimeoutError:
        message = f"within {within} s only: {found}"
        raise AssertionError(message) from None
    return found


async def true_within(seconds: float, true: Callable[[], bool]) -> None:
    """Wait for something that happens by itself."""
    async with asyncio.timeout(seconds):
        while True:
            if true():
                return
            await asyncio.sleep(0.02)


def text(event: Raw) -> str:
    """Return the words of a message."""
    return str(event["content"].get("body", ""))


def _is_said(event: Raw) -> bool:
    relation = event["content"].get("m.relates_to", {})
    return event["type"] == "m.room.message" and bool(event["content"]) and relation.get("rel_type") != "m.replace"
