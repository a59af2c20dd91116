"""Who is in a room is asked of its network, and nobody waits long for the answer."""

from __future__ import annotations

import asyncio

import pytest

from chatops.core.message import Person, RoomRef
from chatops.core.rooms import Room
from chatops.engine.asking import origin
from chatops.engine.presence import PATIENCE
from chatops.testing.network import FakeNetwork
from theatre import Theatre

HERE = RoomRef(network="fake", id="general")


async def test_a_network_says_who_is_in_a_room(theatre: Theatre) -> None:
    """A room nobody knows, and a network that is not connected, are not known of."""
    stage = await theatre.stage()
    anna = stage.identity("anna")
    stage.network.room("general", anna)

    assert await stage.engine.present(HERE) == (anna,)
    assert await stage.engine.present(RoomRef(network="fake", id="nowhere")) is None
    assert await stage.engine.present(RoomRef(network="other", id="general")) is None


class Broken(FakeNetwork):
    """A network that cannot say who is in its rooms."""

    stuck = False

    async def members(self, room: RoomRef) -> tuple[()]:
        """Hang, or break."""
        if self.stuck:
            await asyncio.Event().wait()
        raise ZeroDivisionError


@pytest.mark.parametrize("stuck", [True, False])
async def test_one_that_hangs_or_breaks_is_not_waited_for(theatre: Theatre, *, stuck: bool) -> None:
    """After five seconds nothing is known."""
    network = Broken()
    network.stuck = stuck
    stage = await theatre.stage(network=network)
    asked = asyncio.create_task(stage.engine.present(HERE))
    await stage.settle()
    await stage.wait(PATIENCE)

    assert await asked is None


@pytest.mark.parametrize(
    ("subject", "target"), [(None, "remote:fake:general"), ("tally:1", "room:somewhere")], ids=["watched", "ours"]
)
def test_answers_in_a_watched_room_are_for_the_asker(subject: str | None, target: str) -> None:
    """In the asker's language; in a room of ours, in the room's."""
    room = Room(id="somewhere", network="fake", lane="x", remote="general", state="open", watched=True, subject=subject)
    anna = Person(id="anna", name="Anna")

    assert origin(HERE, room, anna, thread=None, direct=False, via="chat").target == target
