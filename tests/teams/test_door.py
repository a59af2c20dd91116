"""Who is let in, in which order things are looked at, and what is answered."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from chatops.core.message import Message, TurnedAway
from chatops.errors import Conflict
from chatops.testing.clock import ManualClock
from teams_entrance import GOOD, SETTINGS, Accepting, Entrance, identity
from teams_network.activity import Activity
from teams_network.door import MAX_BODY, PATH, Door, Learning
from teams_network.intruders import MOST_CLAIMS
from teams_payloads import ANNA, BEN, CHAT, Json, click, message

Client = TestClient[web.Request, web.Application]


class Knocking:
    """A door with somebody in front of it."""

    def __init__(self, entrance: Entrance, client: Client, accept: Accepting, clock: ManualClock) -> None:
        self.entrance = entrance
        self.client = client
        self.accept = accept
        self.clock = clock

    async def knock(self, raw: Json | bytes, token: str | None = GOOD) -> ClientResponse:
        """Send an activity."""
        body = raw if isinstance(raw, bytes) else json.dumps(raw).encode()
        headers = {"Content-Type": "application/json"} | ({"Authorization": token} if token is not None else {})
        return await self.client.post(PATH, data=body, headers=headers)

    @property
    def turned_away(self) -> list[TurnedAway]:
        """What the core was told of those refused."""
        return [body for body in self.accept.bodies if isinstance(body, TurnedAway)]


class Late:
    """Remembers nothing, while somebody else is always faster."""

    def __init__(self) -> None:
        self.too_late = True

    async def learn(self, activity: Activity) -> None:
        """Lose."""
        if self.too_late:
            message = "somebody was faster"
            raise Conflict(message)


@asynccontextmanager
async def standing(
    *, listening: bool = True, accept: Accepting | None = None, learning: Learning | None = None
) -> AsyncIterator[Knocking]:
    """A door on a free port."""
    clock = ManualClock()
    entrance, accept = Entrance(clock=clock), accept or Accepting()
    if learning is not None:
        entrance.door = Door(
            SETTINGS,
            judge=entrance.judge,
            understanding=entrance.understanding,
            invokes=entrance.invokes,
            conversations=learning,
            clock=clock,
        )
    app = web.Application()
    route = entrance.door.route
    app.router.add_route(route.method, route.path, route.handler)
    task = asyncio.create_task(entrance.door.listen(accept)) if listening else None
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        await asyncio.sleep(0)
        yield Knocking(entrance, client, accept, clock)
    if task is not None:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_what_was_judged_is_accepted_and_then_answered() -> None:
    """With 200 and nothing else; where to answer is remembered."""
    async with standing() as door:
        answer = await door.knock(message("!help"))

        assert (answer.status, await answer.read()) == (200, b"")
        ((key, body),) = door.accept.events
        assert key == f"m/{CHAT}/1772441970123"
        assert isinstance(body, Message)
        known = await door.entrance.conversations.known(CHAT)
        assert known is not None
        assert known.service_url == "https://smba.trafficmanager.net/emea/"


async def test_nothing_is_looked_at_before_the_token() -> None:
    """Whoever is turned away leaves no trace in what we remember, and learns nothing."""
    async with standing() as door:
        for token in (None, "Bearer bad", "Basic good", ""):
            answer = await door.knock(message("!help"), token)

            assert (answer.status, await answer.read()) == (401, b"")
            assert "WWW-Authenticate" not in answer.headers
        assert await door.entrance.conversations.known(CHAT) is None
        assert not [body for body in door.accept.bodies if not isinstance(body, TurnedAway)]


async def test_two_authorizations_are_judged_together() -> None:
    """A proxy may look at the first and we at the second."""
    async with standing() as door:
        headers = [("Authorization", GOOD), ("Authorization", GOOD)]
        answer = await door.client.post(PATH, data=json.dumps(message("!help")), headers=headers)

        assert answer.status == 401


async def test_whoever_was_turned_away_is_told_to_the_core() -> None:
    """Who they said they are, why they were not believed, and where from."""
    async with standing() as door:
        await door.knock(message("!help"), None)

        (told,) = door.turned_away
        assert (told.claimed, told.reason, told.address, told.count) == (identity(ANNA), "signature", "127.0.0.1", 1)
        assert told.at == door.clock.now()


async def test_a_flood_is_counted_not_written_down() -> None:
    """The same is told once a minute, with how often it was."""
    async with standing() as door:
        for _ in range(30):
            assert (await door.knock(message("!help"), None)).status == 401
        assert [told.count for told in door.turned_away] == [1]

        door.clock.advance(timedelta(seconds=61))
        await asyncio.sleep(0)

        assert [told.count for told in door.turned_away] == [1, 29]
        assert len({key for key, _body in door.accept.events}) == 2


async def test_many_claims_are_one_when_there_are_too_many() -> None:
    """Whoever makes up names does not fill the database either."""
    async with standing() as door:
        for number in range(MOST_CLAIMS + 50):
            await door.knock(message("!help", CHAT, {"id": f"29:{number}"}), None)
        door.clock.advance(timedelta(seconds=61))
        await asyncio.sleep(0)

        assert len(door.turned_away) <= MOST_CLAIMS + 2
        assert sum(told.count for told in door.turned_away) == MOST_CLAIMS + 50


async def test_what_could_not_be_told_of_intruders_is_told_later() -> None:
    """An outage of the store lets nobody in, and hides nobody."""
    async with standing() as door:
        door.accept.down = True
        assert (await door.knock(message("!help"), None)).status == 401
        door.accept.down = False
        assert not door.turned_away

        door.clock.advance(timedelta(seconds=61))
        await asyncio.sleep(0)

        assert [told.count for told in door.turned_away] == [1]


async def test_without_keys_nobody_is_refused() -> None:
    """They may come again: it is we who cannot tell."""
    async with standing() as door:
        door.entrance.judge.reason = "keys_unavailable"
        answer = await door.knock(message("!help"), "Bearer whatever")

        assert (answer.status, answer.headers["Retry-After"]) == (503, "2")
        assert not door.accept.events


async def test_while_the_store_is_down_everything_comes_again() -> None:
    """Nothing was accepted, and nothing is lost."""
    async with standing() as door:
        door.accept.down = True
        for raw in (message("!help"), click("abc")):
            answer = await door.knock(raw)
            assert (answer.status, answer.headers["Retry-After"]) == (503, "2")
        door.accept.down = False

        assert (await door.knock(message("!help"))).status == 200
        assert len(door.accept.events) == 1


async def test_what_others_are_faster_to_remember_comes_again() -> None:
    """Several replicas may hear of a busy chat at once; nothing that is said in it is lost."""
    learning = Late()
    async with standing(learning=learning) as door:
        for raw in (message("!help"), click("abc")):
            assert (await door.knock(raw)).status == 503
        learning.too_late = False

        assert (await door.knock(message("!help"))).status == 200
        assert len(door.accept.events) == 1


async def test_before_anybody_listens_everything_comes_again() -> None:
    """Those who would be refused are."""
    async with standing(listening=False) as door:
        assert (await door.knock(message("!help"))).status == 503
        assert (await door.knock(message("!help"), None)).status == 401


async def test_a_redelivery_has_the_key_it_had() -> None:
    """So the core accepts it once."""
    async with standing() as door:
        for _ in range(3):
            assert (await door.knock(message("!help"))).status == 200

        assert len({key for key, _body in door.accept.events}) == 1


async def test_one_that_takes_long_holds_up_nobody() -> None:
    """Another activity is answered meanwhile."""
    gate = asyncio.Event()

    class Slow(Accepting):
        async def answers(self, key: str, at_most: float) -> None:
            await gate.wait()

    async with standing(accept=Slow()) as door:
        clicking = asyncio.create_task(door.knock(click("abc")))

        assert (await door.knock(message("!help", CHAT, BEN))).status == 200
        assert not clicking.done()
        gate.set()
        assert (await clicking).status == 200


BAD = [
    pytest.param(b"", id="nothing"),
    pytest.param(b"{", id="half"),
    pytest.param(b"[]", id="a list"),
    pytest.param(b'"x"', id="text"),
    pytest.param(b"null", id="null"),
    pytest.param(b"{}", id="no type"),
    pytest.param(b'{"type": 7}', id="a number for a type"),
    pytest.param(b'{"type": "message", "from": "me"}', id="text for an account"),
    pytest.param(b"\xff\xfe{}", id="no text"),
    pytest.param(b"[" * 100_000, id="deep"),
    pytest.param(b'{"type":"message","value":' + b"[" * 50_000 + b"]" * 50_000 + b"}", id="deep inside"),
]


@pytest.mark.parametrize("raw", BAD)
async def test_what_is_no_activity_is_a_bad_request(raw: bytes) -> None:
    """Whoever sends it; nobody is judged for it."""
    async with standing() as door:
        for token in (GOOD, None):
            answer = await door.knock(raw, token)

            assert (answer.status, await answer.read()) == (400, b"")
        assert door.entrance.judge.judged == 0


async def test_what_is_too_long_is_not_read() -> None:
    """Neither with its length told, nor without, nor when it only grows here."""
    long = json.dumps(message("x" * MAX_BODY)).encode()

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(long), 64 * 1024):
            yield long[start : start + 64 * 1024]

    async with standing() as door:
        headers = {"Authorization": GOOD}
        assert (await door.knock(long)).status == 413
        assert (await door.client.post(PATH, data=pieces(), headers=headers)).status == 413
        packed = {**headers, "Content-Encoding": "gzip"}
        assert (await door.client.post(PATH, data=gzip.compress(long), headers=packed)).status == 413
        assert door.entrance.judge.judged == 0


async def test_what_cannot_be_unpacked_is_a_bad_request() -> None:
    """It says gzip and is none."""
    async with standing() as door:
        headers = {"Authorization": GOOD, "Content-Encoding": "gzip"}
        answer = await door.client.post(PATH, data=json.dumps(message("!help")), headers=headers)

        assert answer.status == 400


async def test_no_browser_calls_it() -> None:
    """The token proves who it is, so the checks that are for browsers' sessions are not made."""
    route = Entrance().door.route

    assert (route.method, route.path, route.changes) == ("POST", "/api/messages", False)
