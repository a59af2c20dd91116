"""Homeservers that are gone, hang or talk nonsense, and a database of ours that does: commands are answered once."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import pytest

from matrix_ears import room_with
from matrix_house import answered, answers, house_of, text, true_within
from matrix_people import Person
from matrix_proxy import MatrixProxy, Trouble, answer, bad_gateway, lost
from synapse_server import OwnSynapse, Synapse

pytestmark = pytest.mark.faults

NO_SYNC = answer(200, {"versions": ["v1.11"]})
NO_JSON = answer(200, "<html>Welcome to nginx!</html>")
UNKNOWN = answer(500, {"errcode": "M_UNKNOWN", "error": "Internal server error"})

LISTENS_WITHIN = 3.0
"""Seconds after it is back."""

ANSWERS_WITHIN = 7.0
"""The same for what was asked before it went: half of the outage at most."""


@pytest.mark.parametrize("how", ["restart", pytest.param("killed, three seconds", marks=pytest.mark.faults)])
@pytest.mark.timeout(60)  # it starts a homeserver of its own
async def test_a_homeserver_that_was_down(own_synapse: OwnSynapse, person: Person, how: str) -> None:
    """What was asked just before is answered, and what is said afterwards is heard within three seconds; all of it once."""
    server = await asyncio.to_thread(own_synapse)
    anna, robot = await person("anna", on=server), await person("chatops", on=server)
    room = await room_with(anna, robot)
    async with house_of(server.url, robot.login, {"anna": anna}) as house:
        house.tallies.gate.clear()
        await anna.say(room, "!tally raise before")
        await true_within(5, lambda: "raise before" in house.tallies.runs)
        await asyncio.to_thread(server.stop if how == "restart" else server.kill)
        house.tallies.gate.set()
        if how != "restart":
            await asyncio.sleep(3)
        await asyncio.to_thread(server.start)
        back = time.monotonic()
        await anna.say(room, "!tally raise after")
        await true_within(10, lambda: "raise after" in house.tallies.runs)
        heard = time.monotonic() - back
        await answered(anna, room, robot.id, lambda found: len(found) == 2)
        told = time.monotonic() - back
        found = await answers(anna, room, to=robot.id)
    assert found == ["before is 1", "after is 1"]
    assert house.tallies.runs == ["raise before", "raise after"]
    assert heard < LISTENS_WITHIN
    assert told < ANSWERS_WITHIN


@pytest.mark.timeout(60)  # it starts a homeserver of its own
async def test_a_homeserver_that_is_not_there_yet(own_synapse: OwnSynapse, person: Person) -> None:
    """Machines start in any order: the server waits for it, and listens within three seconds of its coming."""
    server = await asyncio.to_thread(own_synapse)
    anna, robot = await person("anna", on=server), await person("chatops", on=server)
    room = await room_with(anna, robot)
    await asyncio.to_thread(server.stop)
    async with house_of(server.url, robot.login, {"anna": anna}, listening=False) as house:
        await asyncio.to_thread(server.start)
        async with asyncio.timeout(LISTENS_WITHIN):
            await house.listens()
        await anna.say(room, "!tally echo good morning")
        await answered(anna, room, robot.id, lambda found: found == ["good morning"])


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(bad_gateway(), id="502"),
        pytest.param(NO_JSON, id="no JSON", marks=pytest.mark.faults),
        pytest.param(NO_SYNC, id="no sync", marks=pytest.mark.faults),
    ],
)
async def test_a_homeserver_that_talks_nonsense_is_not_hammered(
    synapse: Synapse, person: Person, proxy: MatrixProxy, trouble: Trouble
) -> None:
    """Fewer than ten requests in five seconds, answers that want out included; then all goes on as if nothing had been."""
    anna, robot = await person("anna"), await person("chatops")
    room = await room_with(anna, robot)
    async with house_of(proxy.url, robot.login, {"anna": anna}) as house:
        house.tallies.gate.clear()
        await anna.say(room, "!tally raise before")
        await true_within(5, lambda: bool(house.tallies.runs))
        proxy.plan(trouble, times=1000)
        house.tallies.gate.set()
        await anna.say(room, "!tally raise after")
        asked = len(proxy.seen)
        await asyncio.sleep(5)  # the claim is about five seconds of real time
        tried = proxy.seen[asked:]
        proxy.calm()
        found = await answered(anna, room, robot.id, lambda found: len(found) == 2)
    assert found == ["before is 1", "after is 1"]
    assert len(tried) < 10


@pytest.mark.parametrize("trouble", [UNKNOWN, lost(), bad_gateway()], ids=["500 M_UNKNOWN", "lost answer", "502"])
async def test_an_answer_that_is_refused_or_lost_stands_there_once(
    synapse: Synapse, person: Person, proxy: MatrixProxy, trouble: Trouble
) -> None:
    """A homeserver whose database cannot be written says 500; it may also have done what was asked."""
    anna, robot = await person("anna"), await person("chatops")
    room = await room_with(anna, robot)
    async with house_of(proxy.url, robot.login, {"anna": anna}) as house:
        proxy.plan(trouble, times=2, path="/send/m.room.message", method="PUT")
        for word in ("one", "two", "three"):
            await anna.say(room, f"!tally raise {word}")
        await answered(anna, room, robot.id, lambda found: len(found) == 3)
        await house.stop()
        found = await answers(anna, room, to=robot.id)
    assert found == ["one is 1", "two is 1", "three is 1"]


async def test_a_database_of_ours_that_does_not_answer(synapse: Synapse, person: Person) -> None:
    """What is said meanwhile is handed over again, unchanged, and what waits to be answered is."""
    anna, robot = await person("anna"), await person("chatops")
    room = await room_with(anna, robot)
    async with house_of(synapse.url, robot.login, {"anna": anna}) as house:
        house.store.broken = True
        for number in range(3):
            await anna.say(room, f"!tally echo {number}")
        await asyncio.sleep(1.5)  # a real homeserver delivers meanwhile
        assert house.tallies.runs == []
        house.store.broken = False
        found = await answered(anna, room, robot.id, lambda found: len(found) == 3)
    assert found == ["0", "1", "2"]
    assert house.tallies.runs == ["echo"] * 3


async def test_a_command_from_before_a_long_absence_is_offered(synapse: Synapse, person: Person) -> None:
    """An hour later it is not run behind people's backs: whoever wants it still clicks, once."""
    anna, robot = await person("anna"), await person("chatops")
    room = await room_with(anna, robot)
    async with house_of(synapse.url, robot.login, {"anna": anna}) as house:
        await house.stop()
        await anna.say(room, "!tally raise a")
        house.clock.ahead = timedelta(hours=1)
        await house.start()
        (offer,) = await answered(anna, room, robot.id, lambda found: len(found) == 1)
        assert "Run it now?" in offer
        assert house.tallies.runs == []
        house.clock.ahead = timedelta()
        card = next(event for event in await anna.messages(room) if event["sender"] == robot.id and "▶️" in text(event))
        await anna.react(room, card["event_id"], "▶️")
        found = await answered(anna, room, robot.id, lambda found: len(found) == 2)
    assert found[1] == "a is 1"
    assert house.tallies.runs == ["raise a"]
