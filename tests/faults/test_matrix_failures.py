"""Failures of a real homeserver that take real time."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from matrix_ears import room_with
from matrix_house import answered, house_of, true_within
from matrix_people import MatrixPerson
from matrix_proxy import bad_gateway, hanging, in_front_of
from synapse_server import Synapse

pytestmark = pytest.mark.faults


class Place:
    """A homeserver of one test, and people on it."""

    def __init__(self, http: aiohttp.ClientSession, server: Synapse) -> None:
        self._http = http
        self.server = server

    async def person(self, name: str, *, admin: bool = False) -> MatrixPerson:
        """Make somebody."""
        login = await asyncio.to_thread(self.server.register, name, admin=admin)
        return MatrixPerson(self._http, self.server.url, login)


@pytest.fixture
async def place(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Place]:
    """A homeserver, with limits when the test's parameter says so."""
    settings: dict[str, Any] = getattr(request, "param", {})
    server = Synapse(tmp_path / "synapse", **settings)
    await asyncio.to_thread(server.start)
    try:
        async with aiohttp.ClientSession() as http:
            yield Place(http, server)
    finally:
        await asyncio.to_thread(server.stop)
        server.let_go()


async def test_a_homeserver_that_hangs_for_forty_seconds(place: Place) -> None:
    """Five seconds after it wakes people are heard; what was asked just before is answered once."""
    anna, robot = await place.person("anna"), await place.person("chatops")
    room = await room_with(anna, robot)
    async with house_of(place.server.url, robot.login, {"anna": anna}) as house:
        house.tallies.gate.clear()
        await anna.say(room, "!tally raise before")
        place.server.pause()
        house.tallies.gate.set()
        await asyncio.sleep(45)
        place.server.resume()
        woke = time.monotonic()
        await anna.say(room, "!tally raise after")
        await true_within(30, lambda: "raise after" in house.tallies.runs)
        took = time.monotonic() - woke
        found = await answered(anna, room, robot.id, lambda found: len(found) == 2, within=40)
    assert found == ["before is 1", "after is 1"]
    assert took < 5


async def test_a_question_that_is_never_answered_is_given_up(place: Place) -> None:
    """The connection is open and dead, as behind a firewall that has forgotten it: in an outage after ten seconds."""
    anna, robot = await place.person("anna"), await place.person("chatops")
    room = await room_with(anna, robot)
    async with in_front_of(place.server.url) as proxy, house_of(proxy.url, robot.login, {"anna": anna}):
        proxy.plan(bad_gateway(), path="/sync")
        proxy.plan(hanging(), path="/sync")
        await anna.say(room, "!tally raise a")
        await answered(anna, room, robot.id, lambda found: len(found) == 1)
        hung = time.monotonic()
        await anna.say(room, "!tally raise a")
        found = await answered(anna, room, robot.id, lambda found: len(found) == 2, within=40)
        took = time.monotonic() - hung
        asked = len(proxy.asked("/sync"))
    assert found == ["a is 1", "a is 2"]
    assert took < 15
    assert asked < 12


@pytest.mark.parametrize("place", [{"rate_limits": True}], indirect=True)
async def test_synapses_limits_as_they_come(place: Place) -> None:
    """Ten messages at once, then one in five seconds: an account without exemption is slow, and says everything once."""
    anna, robot = await place.person("anna"), await place.person("chatops")
    admin = await place.person("admin", admin=True)
    path = f"/_synapse/admin/v1/users/{anna.id}/override_ratelimit"
    await admin.call("POST", path, {"messages_per_second": 0, "burst_count": 0})
    rooms = [await room_with(anna, robot) for _room in range(4)]
    async with in_front_of(place.server.url) as proxy, house_of(proxy.url, robot.login, {"anna": anna}):
        for number in range(5):
            for room in rooms:
                await anna.say(room, f"!tally echo {number}")
        for room in rooms:
            found = await answered(anna, room, robot.id, lambda found: len(found) == 5, within=120)
            assert found == [str(number) for number in range(5)]
        tried = len(proxy.asked("/send/m.room.message", method="PUT"))
    # Who is told to wait is told when the account may speak again, not when it is the room's turn: each room tries.
    assert tried < 20 * len(rooms) + 10


async def test_a_homeserver_whose_database_is_locked(place: Place) -> None:
    """It reads and cannot write, and answers very late or with 500: nothing is lost, nothing is doubled."""
    anna, robot = await place.person("anna"), await place.person("chatops")
    room = await room_with(anna, robot)
    async with house_of(place.server.url, robot.login, {"anna": anna}) as house:
        house.tallies.gate.clear()
        for word in ("one", "two", "three"):
            await anna.say(room, f"!tally raise {word}")
        await true_within(10, lambda: bool(house.tallies.runs))
        with locked(place.server.directory / "homeserver.db"):
            house.tallies.gate.set()
            await asyncio.sleep(20)
        found = await answered(anna, room, robot.id, lambda found: len(found) == 3, within=90)
    assert found == ["one is 1", "two is 1", "three is 1"]
    assert house.tallies.runs == ["raise one", "raise two", "raise three"]


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Let nobody else write."""
    with closing(sqlite3.connect(database, isolation_level=None, timeout=30)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")
