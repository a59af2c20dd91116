"""LISTEN and NOTIFY on a connection of their own: what wakes other replicas at once instead of at their next look.

NOTIFY inside a transaction makes all commits of the database wait for each other, so word of ordinary commits goes out after
them, many in one; a process killed in between costs the others a second at most, which is how often they look anyway.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress

import asyncpg
import msgspec
import structlog

from chatops.core.frozen import Frozen, replace
from chatops.errors import StoreUnavailable
from chatops.ports.signals import LONGEST
from chatops.storage.postgres_hosts import connect
from chatops.storage.postgres_locks import alive
from chatops.storage.postgres_pool import FAULTS, Connection, translated
from chatops.storage.postgres_server import PostgresServer

log = structlog.get_logger("chatops.storage")

CHANNEL = "chatops"
HOLD_OFF = 0.02
"""Seconds between notifications: what happens meanwhile goes out with the next."""

PAUSE = 1.0
"""Seconds between attempts to connect again."""

PROOF = 30.0
"""Seconds of silence after which the connection is asked whether it still is one."""

LAST_WORDS = 1.0
"""Seconds that closing waits for what is still to be said."""

MOST_BYTES = 7900
"""Of one notification; PostgreSQL refuses 8000, and with it the transaction."""

MOST_CAUSES = 40
"""Roots named in one notification; of more, everybody who waits looks."""


class Word(Frozen, frozen=True, kw_only=True):
    """What one notification says."""

    sender: str
    events: bool = False
    posts: bool = False
    causes: tuple[str, ...] = ()
    many: bool = False
    """More roots than fit have changed."""
    told: tuple[tuple[str, str], ...] = ()
    """(topic, text) of signals."""


async def notify(connection: Connection, word: Word) -> None:
    """Send a word; inside a transaction it goes out with the commit."""
    await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, msgspec.json.encode(word).decode())


class PostgresSignals:
    """Implements `chatops.ports.signals.Signals`, and carries the store's own word."""

    def __init__(
        self, server: PostgresServer, sender: str, *, heard: Callable[[Word], None], incarnation: int = 0
    ) -> None:
        """`sender` names this process; `heard` gets the words of others, and an all-embracing one after an interruption.

        `incarnation`: whose sign of life the connection is.
        """
        self._incarnation = incarnation
        self._server = server
        self._sender = sender
        self._heard = heard
        self._listeners: dict[str, list[tuple[Callable[[str], None], Callable[[], None]]]] = defaultdict(list)
        self._word = Word(sender=sender)
        self._something = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closing = False

    async def open(self) -> None:
        """Connect. Raise StoreUnavailable when that fails."""
        with translated("reached"):
            connection = await self._connected()
        self._closing = False
        self._task = asyncio.create_task(self._run(connection), name="postgres signals")

    async def close(self) -> None:
        """Say what is still to be said, and disconnect. Calling twice is harmless."""
        task, self._task = self._task, None
        if task is not None:
            self._closing = True
            self._something.set()
            await asyncio.wait({task}, timeout=LAST_WORDS)
            task.cancel()
            await asyncio.wait({task})

    def listen(self, topic: str, heard: Callable[[str], None], *, missed: Callable[[], None]) -> None:
        """Call `heard` with each signal's text."""
        self._listeners[topic].append((heard, missed))

    async def send(self, topic: str, text: str) -> None:
        """Tell everybody: here at once, elsewhere soon."""
        if len(text.encode()) > LONGEST:
            message = f"a signal of more than {LONGEST} bytes: {topic}"
            raise ValueError(message)
        self.tell(topic, text)
        self.say(told=((topic, text),))

    def tell(self, topic: str, text: str) -> None:
        """Tell the listeners in this process."""
        for heard, _missed in tuple(self._listeners[topic]):
            heard(text)

    def say(
        self,
        *,
        events: bool = False,
        posts: bool = False,
        causes: set[str] | frozenset[str] = frozenset(),
        told: tuple[tuple[str, str], ...] = (),
    ) -> None:
        """Add to what is said to the others next."""
        word = self._word
        many = word.many or len(word.causes) + len(causes) > MOST_CAUSES
        self._word = Word(
            sender=self._sender,
            events=word.events or events,
            posts=word.posts or posts,
            causes=() if many else (*word.causes, *causes),
            many=many,
            told=word.told + told,
        )
        self._something.set()

    async def _connected(self) -> asyncpg.Connection:
        connection = await connect(
            **self._server.address(),
            server_settings=self._server.settings(synchronous_commit="off"),
            command_timeout=self._server.connect_timeout,
        )
        # Shared, because an earlier connection of ours may not have been noticed to be gone.
        await connection.execute("SELECT pg_advisory_lock_shared($1)", alive(self._incarnation))
        await connection.add_listener(CHANNEL, self._receive)
        return connection

    async def _run(self, connection: asyncpg.Connection) -> None:
        while True:
            try:
                await self._speak(connection)
            except (*FAULTS, asyncpg.PostgresError) as error:
                log.info("word from other replicas is interrupted", error=type(error).__name__)
            else:
                return
            finally:
                connection.terminate()
            connection = await self._again()
            log.info("word from other replicas arrives again")
            self._missed()

    async def _again(self) -> asyncpg.Connection:
        while True:
            with suppress(*FAULTS, StoreUnavailable):
                return await self._connected()
            await asyncio.sleep(PAUSE)

    async def _speak(self, connection: asyncpg.Connection) -> None:
        lost = False

        def ended(_connection: object) -> None:
            nonlocal lost
            lost = True
            self._something.set()

        connection.add_termination_listener(ended)
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(PROOF):
                    await self._something.wait()
            if lost:
                message = "the connection was lost"
                raise asyncpg.InterfaceError(message)
            self._something.clear()
            word, self._word = self._word, Word(sender=self._sender)
            for part in parts(word):
                await notify(connection, part)
            if self._closing and self._word == Word(sender=self._sender):
                return
            if word == self._word:
                await connection.execute("SELECT 1")
            await asyncio.sleep(HOLD_OFF)

    def _receive(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        try:
            word = msgspec.json.decode(str(payload), type=Word)
        except msgspec.DecodeError:
            return  # somebody else's notification, or a newer version's: the next look will show
        if word.sender == self._sender:
            return
        self._heard(word)
        for topic, text in word.told:
            self.tell(topic, text)

    def _missed(self) -> None:
        self._heard(Word(sender="", events=True, posts=True, many=True))
        for listeners in tuple(self._listeners.values()):
            for _heard, missed in tuple(listeners):
                missed()


def parts(word: Word) -> list[Word]:
    """Return the word in pieces that PostgreSQL takes, in its order; none when it says nothing."""
    if word == Word(sender=word.sender):
        return []
    middle = (len(word.causes) + len(word.told)) // 2
    if middle == 0 or len(msgspec.json.encode(word)) <= MOST_BYTES:
        return [word]
    told = max(0, middle - len(word.causes))
    first = replace(word, causes=word.causes[:middle], told=word.told[:told])
    return parts(first) + parts(Word(sender=word.sender, causes=word.causes[middle:], told=word.told[told:]))
