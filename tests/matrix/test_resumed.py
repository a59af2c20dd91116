"""What was cut off in the middle is done to its end, and nothing of it twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from chatops.core.message import Identity, RoomRef
from chatops.errors import Unreachable
from chatops.ports.chat import RoomSpec
from chatops.ports.records import Write
from chatops.testing.clock import ManualClock
from chatops.testing.records import MemoryRecords
from matrix_bot import NETWORK, speaking
from matrix_network.once import transaction
from matrix_network.opening import HALF_MADE
from matrix_people import MatrixPerson, Person
from matrix_wire import Watched
from synapse_server import Synapse


async def invitations(person: MatrixPerson, room: str, user: str) -> int:
    """Return how often somebody has been invited."""
    events = [event for event in await person.messages(room) if event["type"] == "m.room.member"]
    return sum(event["state_key"] == user and event["content"]["membership"] == "invite" for event in events)


def who(person: MatrixPerson) -> Identity:
    """Name somebody."""
    return Identity(network=NETWORK, id=person.id)


@pytest.mark.parametrize("then", ["waits", "comes", "goes"])
async def test_nobody_is_invited_twice(synapse: Synapse, person: Person, then: str) -> None:
    """Neither who has not answered yet, nor who has come meanwhile, nor who has come and gone."""
    anna, robot = await person("anna"), await person("chatops")
    records = MemoryRecords()
    room = await robot.create_room()
    ref = RoomRef(network=NETWORK, id=room)
    async with speaking(synapse.url, robot.login, records=records) as plugin:
        Watched(plugin.homeserver).lose_answer_to = "/invite"
        with pytest.raises(Unreachable):
            await plugin.network.invite(ref, who(anna), key="k")
    if then != "waits":
        await anna.join(room)
    if then == "goes":
        await anna.leave(room)
    async with speaking(synapse.url, robot.login, records=records) as plugin:
        await plugin.network.invite(ref, who(anna), key="k")
    assert await invitations(robot, room, anna.id) == 1


async def test_whoever_left_before_is_invited_again(synapse: Synapse, person: Person) -> None:
    """Also when the first attempt never arrived."""
    anna, robot = await person("anna"), await person("chatops")
    records = MemoryRecords()
    room = await robot.create_room(invite=[anna.id])
    await anna.leave(room)
    ref = RoomRef(network=NETWORK, id=room)
    async with speaking(synapse.url, robot.login, records=records) as plugin:
        Watched(plugin.homeserver).refusals["/invite"] = Unreachable("it never arrived")
        with pytest.raises(Unreachable):
            await plugin.network.invite(ref, who(anna), key="k")
    async with speaking(synapse.url, robot.login, records=records) as plugin:
        await plugin.network.invite(ref, who(anna), key="k")
    assert (await robot.members(room))[anna.id] == "invite"


async def test_a_room_that_is_being_filled_is_waited_for(synapse: Synapse, person: Person) -> None:
    """The homeserver may be about to invite people itself. When it was ended before, we do."""
    anna, robot = await person("anna"), await person("chatops")
    records, clock = MemoryRecords(), ManualClock(datetime.now(UTC))
    alias = f"cut-off-{uuid4().hex}"
    room = await robot.create_room(room_alias_name=alias)
    await records.write(Write(kind="opening", id=transaction("k"), body={"alias": alias, "half_since": ""}))
    spec = RoomSpec(title="SW-1", members=(who(anna),))
    async with speaking(synapse.url, robot.login, records=records, clock=clock) as plugin:
        with pytest.raises(Unreachable):
            await plugin.network.open_room(spec, key="k")
        assert await invitations(robot, room, anna.id) == 0
        clock.advance(HALF_MADE + timedelta(seconds=1))
        assert (await plugin.network.open_room(spec, key="k")).id == room
    assert await invitations(robot, room, anna.id) == 1


async def test_a_chat_that_somebody_else_reads_is_not_taken_up_again(synapse: Synapse, person: Person) -> None:
    """Though what was cut off last was forgetting how it was made."""
    anna, ben, robot = await person("anna"), await person("ben"), await person("chatops")
    records = MemoryRecords()
    async with speaking(synapse.url, robot.login, records=records) as plugin:
        chat = await plugin.network.direct_room(who(anna), key="d")
    alias = f"cut-off-{uuid4().hex}"
    await robot.call("PUT", f"/directory/room/%23{alias}:{synapse.server_name}", {"room_id": chat.id})
    await records.write(Write(kind="opening", id=f"direct:{anna.id}", body={"alias": alias, "half_since": ""}))
    await records.delete("direct", anna.id)
    await robot.invite(chat.id, ben.id)
    async with speaking(synapse.url, robot.login, records=records) as plugin:
        other = await plugin.network.direct_room(who(anna), key="d")
    assert other != chat
    assert set(await robot.members(other.id)) == {robot.id, anna.id}
