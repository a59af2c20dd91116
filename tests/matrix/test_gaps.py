"""What a sync leaves out is fetched before anything is accepted."""

from __future__ import annotations

import asyncio

import pytest

from chatops.core.message import MemberChange, Message
from matrix_ears import Ears, room_with
from matrix_network.settings import MatrixSettings
from matrix_people import Person
from synapse_server import Synapse


@pytest.mark.faults
async def test_a_gap_of_250_messages_is_filled(synapse: Synapse, person: Person) -> None:
    """All of them, in order, once, in one call with the token behind them."""
    anna, robot = await person("anna"), await person("chatops")
    room = await room_with(anna, robot)
    ears = Ears(synapse.url, robot.login)
    async with ears.listening():
        await anna.say(room, "before")
        await ears.hears_text("before")
    calls = len(ears.heard.batches)
    for n in range(0, 250, 10):
        await asyncio.gather(*(anna.say(room, f"{n + each}") for each in range(10)))
    async with ears.listening():
        await ears.hears_texts(f"{n}" for n in range(250))
    history = [event["content"]["body"] for event in await anna.messages(room) if event["type"] == "m.room.message"]
    assert ears.texts() == history
    assert len(history) == 251
    missed = [batch for batch in ears.heard.batches[calls:] if batch]
    assert [len(batch) for batch in missed] == [250]


@pytest.mark.parametrize("limit", [1, 5])
async def test_small_timelines_lose_nothing(synapse: Synapse, person: Person, limit: int) -> None:
    """In several rooms at once, while people go on talking."""
    anna, robot = await person("anna"), await person("chatops")
    rooms = [await room_with(anna, robot) for _n in range(3)]
    ears = Ears(synapse.url, robot.login, MatrixSettings(timeline_limit=limit))
    async with ears.listening():

        async def talk(room: str) -> None:
            for n in range(20):
                await anna.say(room, f"{rooms.index(room)}.{n}")

        await asyncio.gather(*map(talk, rooms))
        await ears.hears_texts(f"{each}.19" for each in range(3))
    for each, room in enumerate(rooms):
        said = [message.text for message in ears.of(Message) if message.ref.room.id == room]
        assert said == [f"{each}.{n}" for n in range(20)]


async def test_what_was_said_before_we_came_is_not_ours(synapse: Synapse, person: Person) -> None:
    """Neither while we were away and not in the room, nor with a timeline that reaches back before our coming."""
    anna, robot = await person("anna"), await person("chatops")
    ears = Ears(synapse.url, robot.login)
    ears.knows(anna.id)
    async with ears.listening():
        pass
    room = await anna.create_room(invite=[robot.id])
    for n in range(5):
        await anna.say(room, f"!early {n}")
    await robot.join(room)
    late = {f"late {n}" for n in range(120)}
    await asyncio.gather(*(anna.say(room, f"!{text}") for text in late))
    async with ears.listening():
        await ears.hears_texts(late)
    assert sorted(ears.texts()) == sorted(late)


async def test_put_out_and_let_in_again_while_away(synapse: Synapse, person: Person) -> None:
    """What was said while we were in counts, what was said while we were out does not, and nothing old comes again."""
    anna, robot = await person("anna"), await person("chatops")
    room = await room_with(anna, robot)
    await anna.say(room, "!ancient")
    ears = Ears(synapse.url, robot.login)
    async with ears.listening():
        pass
    await anna.say(room, "!one")
    await anna.kick(room, robot.id)
    await anna.say(room, "!secret")
    await anna.invite(room, robot.id)
    await robot.join(room)
    await anna.say(room, "!two")
    async with ears.listening():
        await ears.hears_text("two")
    assert ears.texts() == ["one", "two"]
    assert [(change.change, change.ourselves) for change in ears.of(MemberChange)] == [
        ("removed", True),
        ("joined", True),
    ]
