"""A login that ends or runs out under a running server, on a real homeserver."""

from __future__ import annotations

import asyncio
import time

import pytest

from matrix_ears import room_with
from matrix_house import House, answered, house_of, true_within
from matrix_people import Person
from matrix_proxy import MatrixProxy, in_front_of
from synapse_server import OwnSynapse, Synapse

pytestmark = pytest.mark.faults

REFRESH = "/_matrix/client/v3/refresh"


async def test_a_revoked_token_alarms_and_nothing_is_lost(synapse: Synapse, person: Person, proxy: MatrixProxy) -> None:
    """Two requests in five seconds at most; readiness and the admins know; logged in again it goes on where it was."""
    anna, robot = await person("anna"), await person("chatops")
    room = await room_with(anna, robot)
    async with house_of(proxy.url, robot.login, {"anna": anna, "admin": await person("admin")}) as house:
        await anna.say(room, "!tally echo before")
        await answered(anna, room, robot.id, lambda said: said == ["before"])
        asked = len(proxy.seen)
        began = time.monotonic()
        await robot.call("POST", "/logout")
        for number in range(3):
            await anna.say(room, f"!tally echo meanwhile {number}")
        await true_within(5, lambda: bool(house.told("admin")))
        noticed = time.monotonic() - began
        await asyncio.sleep(5)  # the claim is about five seconds of real time
        assert len(proxy.seen) - asked <= 2
        assert house.ailment == "credentials are wrong: chatops matrix login"
        (alarm,) = house.told("admin")
        assert "chatops matrix login" in alarm
        assert house.told("anna") == []

        await log_in(house)
        house.engine.reconnect()
        said = await answered(anna, room, robot.id, lambda said: len(said) == 4)
        assert said == ["before", *(f"meanwhile {number}" for number in range(3))]
        assert house.ailment == ""
    assert noticed < 5


@pytest.mark.faults
@pytest.mark.timeout(60)  # it starts a homeserver of its own
async def test_over_several_lives_of_the_token_every_command_is_answered_once(
    own_synapse: OwnSynapse, person: Person
) -> None:
    """Receiving and answering at the same time, on one device, with one refresh for each life."""
    server = await asyncio.to_thread(lambda: own_synapse(extra={"refreshable_access_token_lifetime": "3s"}))
    anna, robot = await person("anna", on=server), await person("chatops", on=server)
    rooms = [await room_with(anna, robot) for _room in range(3)]
    async with in_front_of(server.url) as proxy:
        house = House(proxy.url, robot.login, {"anna": anna})
        await house.log_in()
        await house.start()
        try:
            await house.listens()
            await log_in(house)
            device = (await house.plugin.session.account()).device
            began, said = time.monotonic(), 0
            while time.monotonic() - began < 6.5:
                await asyncio.gather(*(anna.say(room, f"!tally echo {said}") for room in rooms))
                said += 1
            for room in rooms:
                found = await answered(anna, room, robot.id, lambda found: len(found) >= said)
                assert found == [str(number) for number in range(said)]
            assert (await house.plugin.session.account()).device == device
            assert house.ailment == ""
        finally:
            await house.stop()
        assert 2 <= len(proxy.asked(REFRESH)) <= 5
        assert len(proxy.asked("/login", method="POST")) == 1


@pytest.mark.faults
@pytest.mark.timeout(60)  # it starts a homeserver of its own
async def test_twenty_restarts_log_in_never_and_lose_nothing(own_synapse: OwnSynapse, person: Person) -> None:
    """Where five logins would be all that is allowed; what is said between two runs is answered, once."""
    server = await asyncio.to_thread(lambda: own_synapse(rate_limits=True, extra=TALKATIVE))
    anna, robot = await person("anna", on=server), await person("chatops", on=server)
    room = await room_with(anna, robot)
    async with in_front_of(server.url) as proxy, house_of(proxy.url, robot.login, {"anna": anna}) as house:
        for number in range(20):
            await house.stop()
            await anna.say(room, f"!tally echo {number}")
            asked = len(proxy.asked("/sync"))
            await house.start()
            await true_within(5, lambda: len(proxy.asked("/sync")) > asked)  # noqa: B023 - awaited here
        found = await answered(anna, room, robot.id, lambda found: len(found) >= 20)
        await house.stop()
        assert found == [str(number) for number in range(20)]
        assert proxy.asked("/login") == []


TALKATIVE = {"rc_message": {"per_second": 1000, "burst_count": 1000}}
"""All of Synapse's limits but the one on messages."""


async def log_in(house: House) -> None:
    """Do what `chatops matrix login` does, with the password."""
    tool = next(tool for tool in house.plugin.tools.tools() if tool.name == "login")
    told = {"homeserver": house.url, "user": house.login.user, "password": house.login.password, "token": ""}
    await tool.run(told)
