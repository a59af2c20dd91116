"""What is answered after the room has gone on as another one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chatops.core.message import RoomRef
from chatops.errors import Forbidden, RateLimited
from chatops.ports.chat import Line, Outgoing
from chatops.testing.clock import ManualClock
from chatops.testing.records import MemoryRecords
from matrix_bot import NETWORK, speaking
from matrix_ears import room_with
from matrix_network.directs import Directs
from matrix_people import MatrixPerson, Person, Raw
from synapse_server import Synapse

HELLO = Outgoing(text=(Line(text="hello"),))


def ref(room: str) -> RoomRef:
    """Name a room."""
    return RoomRef(network=NETWORK, id=room)


async def heard(person: MatrixPerson, room: str) -> list[str]:
    """Return what was said in a room."""
    events: list[Raw] = await person.messages(room)
    return [event["content"]["body"] for event in events if event["type"] == "m.room.message"]


async def test_an_answer_follows_the_people(synapse: Synapse, person: Person) -> None:
    """It stands once in the room that goes on, however often it is sent."""
    anna, robot = await person("anna"), await person("chatops")
    before = await room_with(anna, robot)
    asked = await anna.say(before, "!hello")
    async with speaking(synapse.url, robot.login) as plugin:
        after = await anna.upgrade(before, "12")
        await anna.invite(after, robot.id)
        await robot.join(after)
        sent = [await plugin.network.post(ref(before), HELLO, key="k", thread=asked) for _ in range(2)]
    assert {message.room.id for message in sent} == {after}
    assert (await heard(anna, before), await heard(anna, after)) == (["!hello"], ["hello"])


async def test_an_answer_waits_until_we_are_let_in(synapse: Synapse, person: Person) -> None:
    """Some minutes; then it is given up."""
    anna, robot = await person("anna"), await person("chatops")
    before = await room_with(anna, robot)
    clock = ManualClock()
    async with speaking(synapse.url, robot.login, clock=clock) as plugin:
        await anna.upgrade(before, "12")
        with pytest.raises(RateLimited):
            await plugin.network.post(ref(before), HELLO, key="k")
        clock.jump(datetime.now(UTC) + timedelta(minutes=11))
        with pytest.raises(Forbidden):
            await plugin.network.post(ref(before), HELLO, key="k")


async def test_nobody_can_have_answers_said_in_rooms_of_others(synapse: Synapse, person: Person) -> None:
    """A room that was not made to take the place of the other is none."""
    anna, mallory, robot = await person("anna"), await person("mallory"), await person("chatops")
    private = await room_with(anna, robot)
    trap = await room_with(mallory, robot, power_level_content_override={"events_default": 50})
    await mallory.put_state(trap, "m.room.tombstone", {"body": "", "replacement_room": private})
    async with speaking(synapse.url, robot.login) as plugin:
        with pytest.raises(Forbidden):
            await plugin.network.post(ref(trap), HELLO, key="k")
    assert await heard(anna, private) == []


async def test_what_is_private_stays_so(synapse: Synapse, person: Person) -> None:
    """A direct chat that goes on as a room which is none does not take the words with it."""
    anna, robot = await person("anna"), await person("chatops")
    before = await room_with(anna, robot)
    records = MemoryRecords()
    await Directs(records).remember(anna.id, before)
    async with speaking(synapse.url, robot.login, records=records) as plugin:
        after = await anna.upgrade(before, "12")
        await anna.invite(after, robot.id)
        await robot.join(after)
        with pytest.raises(Forbidden):
            await plugin.network.post(ref(before), HELLO, key="k")
        await Directs(records).remember(anna.id, after)
    async with speaking(synapse.url, robot.login, records=records) as plugin:
        await plugin.network.post(ref(before), HELLO, key="k")
    assert await heard(anna, after) == ["hello"]
