"""The console's rooms can be watched: through the whole server, with its own store and its own console."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatops.core.message import RoomRef
from live_house import House, furnish

GUEST = """
[[people]]
id = "gus"
name = "Gus"
roles = ["guest"]
identities = { console = "gus" }
"""
GENERAL = RoomRef(network="console", id="general")


@pytest.fixture
def house(tmp_path: Path) -> House:
    """The server; a guest is among the people."""
    data = furnish(tmp_path)
    with (data / "people.toml").open("a") as people:
        people.write(GUEST)
    return House(data)


async def test_a_room_of_the_console_is_watched_until_that_is_over(house: House) -> None:
    """Cases are shown in the thread while only colleagues read; nothing is kept before and after."""

    async def chat(who: str, text: str) -> list[str]:
        before = len(await house.answers("general"))
        await house.say(who, text, room="general")
        await house.quiet()
        return (await house.answers("general"))[before:]

    async def kept() -> int:
        return len(await house.app.store.messages(str(GENERAL)))

    async with house:
        assert await chat("agent-1", "is demo:1004 the same?") == []
        assert await kept() == 0
        (told,) = await chat("lead-1", "!room watch")
        assert "This room is watched from now on" in told
        (shown,) = await chat("agent-1", "is demo:1004 the same?")
        assert "demo:1004" in shown
        assert await kept() == 2
        (gus,) = house.person("gus").identities
        await house.console.network.invite(GENERAL, gus, key="gus")
        assert await chat("agent-1", "or demo:1005?") == []
        (told,) = await chat("lead-1", "!room unwatch")
        assert "This room is watched no more" in told
        before = await kept()
        assert await chat("agent-1", "lunch?") == []
        assert await kept() == before
