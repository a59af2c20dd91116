"""What is decided about people and programs at one replica counts at the other at once: PostgreSQL carries the word."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import pytest

from chatops.api.scopes import Scope
from chatops.api.tokens import Tokens
from chatops.core.message import Identity
from chatops.people.link_plugin import LinkPlugin
from chatops.people.links import ALPHABET
from chatops.people.plugin import PeoplePlugin
from chatops.people.profiles import ProfileBook
from chatops.ports.roster import Profile
from chatops.storage.postgres import PostgresStore
from chatops.storage.postgres_records import PostgresRecords
from chatops.testing.clock import ManualClock
from chatops.testing.context import plugin_context
from chatops.testing.directory import FakeDirectory
from chatops.testing.network import FakeNetwork
from chatops.testing.stage import Stage, person
from postgres_stores import postgres_store

SOON = 2.0
"""Seconds within which a replica has heard of what another one has committed."""

NEW = Identity(network="fake", id="anna2")


class Replica:
    """A whole engine with commands about people, a directory of its own and connections of its own."""

    def __init__(self, url: str, name: str, clock: ManualClock, town: FakeNetwork) -> None:
        self.directory = FakeDirectory()
        for id_, role in (("anna", "agent"), ("ben", "agent"), ("mona", "manager")):
            self.directory.add(person(id_, role), Profile(skills={"billing": 2}))
        self.store: PostgresStore = postgres_store(url, clock, name=name)
        context = plugin_context(name="people", clock=clock, people=self.directory)
        self.stage = Stage(
            plugins=(PeoplePlugin(context), LinkPlugin(context)),
            directory=self.directory,
            clock=clock,
            store=self.store,
            network=town,
        )
        self.book = ProfileBook(self.stage.codec, self.store, self.directory, clock)
        self.tokens = Tokens(PostgresRecords(self.store, "api"), self.directory, clock)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Replica]:
        """Run it, as the server does: it follows what the others write."""
        async with self.stage:
            await self.book.load()
            following = asyncio.ensure_future(self.book.follow())
            try:
                yield self
            finally:
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)

    def owned(self, who: str | None) -> bool:
        """Whether the new account is somebody's, as this replica sees it; None: nobody's."""
        known = self.directory.by_identity(NEW)
        return (None if known is None else known.id) == who

    def bears(self, load: int) -> bool:
        """Whether this replica knows how much Anna can bear."""
        return self.directory.profile("anna").max_load == load

    async def says(self, who: str, text: str) -> None:
        """Let somebody write to this replica alone; which one answers is for them to say."""
        await self.stage.says(who, text, room=f"dm-{who}", direct=True)

    def reads(self, words: str) -> bool:
        """Whether Anna's newest message says something."""
        said = [one.body.plain for one in self.stage.network.posted if one.ref.room.id == "dm-anna"]
        return bool(said) and words in said[-1]

    def code(self) -> str:
        """Return the code that Anna can read; empty when there is none."""
        said = "\n".join(one.body.plain for one in self.stage.network.posted if one.ref.room.id == "dm-anna")
        found = re.findall(rf"[{ALPHABET}]{{5}}-[{ALPHABET}]{{5}}", said)
        return found[-1] if found else ""


@pytest.fixture
async def two(postgres_url: str) -> AsyncIterator[tuple[Replica, Replica]]:
    """Two replicas on one database and one network."""
    clock = ManualClock()
    town = FakeNetwork(clock=clock)
    one, other = (Replica(postgres_url, name, clock, town.beside()) for name in ("one", "two"))
    async with AsyncExitStack() as stack:
        for replica in (one, other):
            await stack.enter_async_context(replica.running())
        yield one, other


async def soon(true: Callable[[], bool]) -> None:
    """Wait until something is true, as long as it may take."""
    async with asyncio.timeout(SOON):
        while not true():  # noqa: ASYNC110 - the word comes by way of the database
            await asyncio.sleep(0.01)


def both(two: tuple[Replica, Replica]) -> Iterator[tuple[Replica, Replica]]:
    """Yield each as the one that is told, with the other."""
    yield two
    yield two[1], two[0]


async def test_a_profile_that_changes(two: tuple[Replica, Replica]) -> None:
    """A load said at one is known to both."""
    for load, (here, there) in enumerate(both(two), start=3):
        await here.says("anna", f"expert load {load}")
        for replica in (here, there):
            await soon(partial(replica.bears, load))


async def test_an_account_that_is_linked_and_taken_away(two: tuple[Replica, Replica]) -> None:
    """Code from one, typed at the other, confirmed at the one: both know the account; then neither does any more."""
    for here, there in both(two):
        await here.says("anna", "link")
        await soon(partial(here.reads, "Your code"))
        code = here.code()
        await there.says("anna2", f"link {code}")
        await soon(partial(here.reads, "Is this account yours"))
        await here.says("anna", f"link confirm {code[:4]}")
        for replica in (here, there):
            await soon(partial(replica.owned, "anna"))
        await there.says("anna", "unlink fake")
        for replica in (here, there):
            await soon(partial(replica.owned, None))


async def test_word_that_was_missed(two: tuple[Replica, Replica]) -> None:
    """Whoever starts later has read it all."""
    one, _other = two
    await one.says("anna", "expert load 5")
    await soon(partial(one.bears, 5))
    fresh = FakeDirectory()
    fresh.add(person("anna", "agent"))
    await ProfileBook(one.stage.codec, one.store, fresh, one.stage.clock).load()
    assert fresh.profile("anna").max_load == 5


async def test_a_token_that_is_revoked(two: tuple[Replica, Replica]) -> None:
    """Made at one it opens the other; revoked there it opens neither, from that very moment; forgotten, still neither."""
    for here, there in both(two):
        token, shown = await here.tokens.create("anna", [Scope.READ])
        assert await there.tokens.caller(shown) is not None
        await there.tokens.revoke(token.id)
        assert [await one.tokens.caller(shown) for one in (here, there)] == [None, None]
        assert token.id in {one.id for one in await here.tokens.list()}
    here, there = two
    later = here.stage.clock.now().replace(year=here.stage.clock.now().year + 1)
    assert await here.tokens.forget(later) == 2
    assert await there.tokens.list() == []
