"""A real homeserver, people on it, and an account for the server under test."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import aiohttp
import pytest

from matrix_people import MatrixPerson, Person
from matrix_proxy import MatrixProxy, in_front_of
from matrix_rooms_house import House, rooms_on
from synapse_server import Login, OwnSynapse, Synapse
from synapse_shared import shared


@pytest.fixture(scope="session")
def synapse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synapse]:
    """The run's homeserver, without rate limits. Make people and rooms of your own; never stop it."""
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent  # a worker's base lies in the run's
    with shared(base) as server:
        yield server


@pytest.fixture
def own_synapse(tmp_path: Path) -> Iterator[OwnSynapse]:
    """Make homeservers to kill, pause, or set up otherwise; they end with the test. A start takes some two seconds."""
    made: list[Synapse] = []

    def make(
        *, rate_limits: bool = False, sync_cache: bool = False, extra: Mapping[str, object] | None = None
    ) -> Synapse:
        directory = tmp_path / f"synapse-{len(made)}"
        server = Synapse(directory, rate_limits=rate_limits, sync_cache=sync_cache, extra=extra)
        made.append(server)
        server.start()
        return server

    yield make
    for server in made:
        server.stop()
        server.let_go()


@pytest.fixture
async def person(request: pytest.FixtureRequest) -> AsyncIterator[Person]:
    """Make people: `await person("anna")` has an account of her own, @anna-<chance>:server."""
    async with aiohttp.ClientSession() as http:

        async def make(name: str, *, on: Synapse | None = None, admin: bool = False) -> MatrixPerson:
            server: Synapse = on or request.getfixturevalue("synapse")
            login = await asyncio.to_thread(server.register, fresh(name), admin=admin)
            return MatrixPerson(http, server.url, login)

        yield make


@pytest.fixture
def bot(synapse: Synapse) -> Login:
    """A fresh account for the server under test, on the run's homeserver. On another: `own.register("chatops")`."""
    return synapse.register(fresh("chatops"))


@pytest.fixture
async def proxy(synapse: Synapse) -> AsyncIterator[MatrixProxy]:
    """A bad connection to the run's homeserver; for another: `async with in_front_of(own.url) as proxy`."""
    async with in_front_of(synapse.url) as made:
        yield made


@pytest.fixture(scope="session")
def former(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synapse]:
    """A homeserver whose rooms are of version 11."""
    server = Synapse(tmp_path_factory.mktemp("former"), extra={"default_room_version": "11"})
    server.start()
    yield server
    server.stop()
    server.let_go()


@pytest.fixture(params=["12", "11"])
def home(request: pytest.FixtureRequest) -> Synapse:
    """Return a homeserver, of each version one."""
    server: Synapse = request.getfixturevalue("synapse" if request.param == "12" else "former")
    return server


@pytest.fixture
async def house(home: Synapse) -> AsyncIterator[House]:
    """Return our rooms on it."""
    async with rooms_on(home) as one:
        yield one


@pytest.fixture
async def newest(synapse: Synapse) -> AsyncIterator[House]:
    """Return our rooms where the room version makes no difference."""
    async with rooms_on(synapse) as one:
        yield one


def fresh(name: str) -> str:
    """A user name nobody had before."""
    return f"{name}-{secrets.token_hex(4)}"
