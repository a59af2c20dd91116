"""A chat network that did not answer: once it is back, what waits for it goes out soon."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chatops.engine.settings import EngineSettings
from chatops.errors import Unreachable
from theatre import Theatre, said


async def test_many_sends_that_fail_at_once_are_one_short_outage(theatre: Theatre) -> None:
    """The network is not left alone for long because many wanted something of it."""
    stage = await theatre.stage(settings=EngineSettings(flood_burst=100))
    stage.network.down = Unreachable("down")
    for number in range(60):
        await stage.network.say(stage.identity("cleo"), "tally echo x", f"room {number}")
    await stage.settle()
    stage.network.down = None

    for _second in range(5):
        await stage.wait(1)

    assert said(stage.network.posted) == ["x"] * 60


@pytest.mark.parametrize(("lasts", "late"), [(6, 4), (60, 31), (3600, 31)])
async def test_what_waits_is_late_by_half_the_outage_at_most(theatre: Theatre, lasts: int, late: int) -> None:
    """And by half a minute, however long that was. Seconds."""
    stage = await theatre.stage()
    stage.network.down = Unreachable("down")
    await stage.says("anna", "tally echo x")
    for _step in range(lasts // 2):
        await stage.wait(2)
    stage.network.down = None

    for _second in range(late):
        await stage.wait(1)

    assert said(stage.network.posted) == ["x"]


async def test_a_network_that_speaks_is_not_left_alone(theatre: Theatre) -> None:
    """Who is heard is answered, although what failed before still waits."""
    stage = await theatre.stage()
    stage.network.down = Unreachable("down")
    await stage.says("anna", "tally echo old", room="one")
    await stage.advance(timedelta(minutes=10))
    stage.network.down = None

    posts = await stage.says("ben", "tally echo new", room="two")

    assert said(posts) == ["new"]


async def test_one_room_in_trouble_is_asked_ever_less_often(theatre: Theatre) -> None:
    """Where the others answer it is not the network that is silent."""
    stage = await theatre.stage()
    stage.network.fail_in("bad", *(Unreachable("down") for _try in range(1000)))
    await stage.says("anna", "tally echo x", room="bad")

    for _minute in range(60):
        await stage.says("mia", "tally echo y", room="good")
        await stage.wait(60)

    assert said(stage.network.posted) == ["y"] * 60
    assert 5 < stage.network.calls.count(stage.network.calls[0]) < 25
