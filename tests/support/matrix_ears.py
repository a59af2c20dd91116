"""The receiving half of the Matrix network on a real homeserver, handing over to a test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from chatops import Body
from chatops.core.clock import SystemClock
from chatops.core.frozen import replace
from chatops.core.message import Identity, Message, Person
from chatops.ports.chat import Accept
from chatops.ports.records import Write
from chatops.testing.conformance.chat_stage import Heard
from chatops.testing.context import plugin_context
from chatops.testing.directory import FakeDirectory
from chatops.testing.records import MemoryRecords
from chatops.testing.secrets import MemorySecrets
from matrix_network.buttons import Buttons
from matrix_network.directs import Directs
from matrix_network.homeserver import Homeserver
from matrix_network.session import Kept, Session
from matrix_network.settings import MatrixSettings
from matrix_network.sync import Sync
from matrix_people import MatrixPerson
from synapse_server import Login

T = TypeVar("T")

NETWORK = "matrix"

WITHIN = 15.0
"""Seconds until what must happen has happened."""


class NotedRecords(MemoryRecords):
    """Records that know which kinds there have ever been, be it for a moment."""

    def __init__(self) -> None:
        super().__init__()
        self.kinds: set[str] = set()

    async def write(self, *writes: Write) -> Sequence[int]:
        """Write, and note what."""
        written = await super().write(*writes)
        self.kinds |= {one.kind for one in writes}
        return written


class Ears:
    """One account that listens. Stopped and started again it knows what was stored, and nothing else."""

    def __init__(self, url: str, login: Login, settings: MatrixSettings | None = None) -> None:
        self.url = url
        self.login = login
        self.settings = settings or MatrixSettings()
        self.directory = FakeDirectory()
        self.records = NotedRecords()
        self.heard = Heard()
        self.directs = Directs(self.records)
        self.current: Session | None = None
        """The login of the last start."""

    def knows(self, *users: str) -> None:
        """Put people into the directory."""
        for user in users:
            self.directory.add(Person(id=user, name=user.lstrip("@"), identities=(Identity(network=NETWORK, id=user),)))

    async def run(self, accept: Accept | None = None) -> None:
        """Listen until cancelled, as after a fresh start."""
        clock = SystemClock()
        context = replace(plugin_context(records=self.records, people=self.directory), clock=clock)
        session = self.current = await self.session()
        homeserver = Homeserver(self.url, session)
        self.directs = Directs(self.records)
        buttons = Buttons(homeserver, session)
        sync = Sync(
            context,
            settings=self.settings,
            homeserver=homeserver,
            accounts=session,
            directs=self.directs,
            buttons=buttons,
        )
        try:
            await sync.run(accept or self.heard)
        finally:
            await homeserver.close()

    async def session(self) -> Session:
        """Return the login to listen with."""
        session, login = Session(MemorySecrets(), SystemClock().now), self.login
        await session.begin(Kept(homeserver=self.url, user=login.user, device=login.device, access_token=login.token))
        return session

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Heard]:
        """Listen until the block ends, beginning when the token has been taken."""
        task = asyncio.ensure_future(self.run())
        try:
            await until(lambda: NETWORK in self.heard.checkpoints, task=task)
            yield self.heard
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def of(self, kind: type[T]) -> list[T]:
        """Return what was heard of one kind."""
        return [body for body in self.heard.bodies() if isinstance(body, kind)]

    def texts(self) -> list[str]:
        """Return the texts of all messages heard."""
        return [message.text for message in self.of(Message)]

    async def hears(self, seen: Callable[[list[Body]], bool]) -> list[Body]:
        """Return everything, once `seen` is satisfied with it."""
        async with asyncio.timeout(WITHIN):
            return await self.heard.until(seen)

    async def hears_text(self, text: str) -> Message:
        """Return the first message with that text."""
        await self.hears(lambda bodies: any(isinstance(body, Message) and body.text == text for body in bodies))
        return next(message for message in self.of(Message) if message.text == text)

    async def hears_texts(self, texts: Iterable[str]) -> None:
        """Wait for all of them."""
        wanted = set(texts)
        await self.hears(lambda bodies: wanted <= {body.text for body in bodies if isinstance(body, Message)})

    async def remembers(self, kind: str, *, some: bool) -> None:
        """Wait until there are records of a kind, or none any more."""
        async with asyncio.timeout(WITHIN):
            while True:
                if bool(await self.records.find(kind)) is some:
                    return
                await asyncio.sleep(0.02)

    async def has_remembered(self, kind: str) -> None:
        """Wait until there have been records of a kind, and are none any more."""
        await until(lambda: kind in self.records.kinds)
        await self.remembers(kind, some=False)

    async def hears_some(self, kind: type[T]) -> T:
        """Return the first of a kind."""
        await self.hears(lambda bodies: any(isinstance(body, kind) for body in bodies))
        return self.of(kind)[0]


async def until(true: Callable[[], bool], *, task: asyncio.Task[None] | None = None) -> None:
    """Wait for something outside of this process; look often. What ends `task` ends the wait."""
    async with asyncio.timeout(WITHIN):
        while not true():
            if task is not None and task.done():
                await task
            await asyncio.sleep(0.02)


async def room_with(owner: MatrixPerson, *others: MatrixPerson, **body: object) -> str:
    """Return a new room of `owner` with the others in it."""
    room = await owner.create_room(invite=[other.id for other in others], **body)
    for other in others:
        await other.join(room)
    return room
