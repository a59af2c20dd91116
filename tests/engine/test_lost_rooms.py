"""The server put out of a room, let in again; people who leave their direct chat, or are no longer alone in it."""

from __future__ import annotations

import pytest

from chatops.core.message import Identity
from chatops.core.rooms import Room, RoomFound, RoomLost
from chatops.core.unit import Unit
from chatops.hookspecs import Listener
from chatops.testing.network import Change
from chatops.testing.stage import Stage
from theatre import Theatre, said

US = Identity(network="fake", id="server")
MIA = Identity(network="fake", id="mia")


class Ears:
    """Remembers what is told of rooms."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def lost(self, unit: Unit, fact: RoomLost) -> None:
        self.heard.append(f"lost {fact.room} {fact.subject} {fact.change} {fact.by}")

    async def found(self, unit: Unit, fact: RoomFound) -> None:
        self.heard.append(f"found {fact.room} {fact.subject}")

    def listeners(self) -> list[Listener]:
        return [
            Listener(name="ears.lost", of=RoomLost, handle=self.lost),
            Listener(name="ears.found", of=RoomFound, handle=self.found),
        ]


async def state(stage: Stage, room: str = "tally:1/main") -> str:
    """Return the state of a logical room as stored."""
    stored = await stage.store.get(Room.kind, room)
    assert stored is not None
    return stage.codec.decode_as(Room, stored.body).state


@pytest.mark.parametrize("change", ["removed", "banned", "left"])
async def test_a_room_is_lost_and_found(theatre: Theatre, change: Change) -> None:
    """Told once each, however often the network says it; posts meanwhile say why they did not arrive."""
    ears = Ears()
    stage = await theatre.stage(more_listeners=ears.listeners())
    await stage.room("tally:1/main", remote="tallyroom", subject="tally:1")

    for _again in range(2):
        await stage.network.member(US, "tallyroom", change, by=MIA, ourselves=True)
        await stage.settle()
    assert await state(stage) == "lost"
    assert ears.heard == [f"lost tally:1/main tally:1 {change} fake:mia"]
    assert await stage.says("anna", "tally echo hi", room="tallyroom") == []
    assert "we were put out of the room tally:1/main" in str((await stage.store.sent())[-1].reason)

    for _again in range(2):
        await stage.network.member(US, "tallyroom", "joined", ourselves=True)
        await stage.settle()
    assert await state(stage) == "open"
    assert ears.heard[1:] == ["found tally:1/main tally:1"]
    assert said(await stage.says("anna", "tally echo hi", room="tallyroom")) == ["hi"]


async def test_other_peoples_comings_and_goings_lose_nothing(theatre: Theatre) -> None:
    """And an archived room stays archived."""
    ears = Ears()
    stage = await theatre.stage(more_listeners=ears.listeners())
    await stage.room("tally:1/main", remote="tallyroom", subject="tally:1")

    await stage.network.member(MIA, "tallyroom", "removed")
    await stage.settle()

    assert await state(stage) == "open"
    assert ears.heard == []


async def test_a_direct_chat_that_was_left_is_forgotten(theatre: Theatre) -> None:
    """The next word to them opens another."""
    stage = await theatre.stage()
    await stage.says("anna", "tally quiet", room="chat-1", direct=True)
    anna = stage.identity("anna")
    assert stage.engine.rooms.direct(anna) is not None

    await stage.network.member(MIA, "chat-1", "left")
    assert stage.engine.rooms.direct(anna) is not None
    await stage.network.member(anna, "chat-1", "left")
    assert stage.engine.rooms.direct(anna) is None
    (post,) = await stage.says("anna", "tally secret")
    assert post.ref.room.id == "direct-anna"


async def test_a_direct_chat_with_a_third_person_is_none(theatre: Theatre) -> None:
    """Somebody joins, or the network calls it direct no more: what is private goes elsewhere."""
    stage = await theatre.stage()
    anna = stage.identity("anna")
    await stage.says("anna", "tally quiet", room="chat-1", direct=True)
    await stage.network.member(MIA, "chat-1", "joined")
    assert stage.engine.rooms.direct(anna) is None

    await stage.says("anna", "tally quiet", room="chat-1", direct=True)
    await stage.says("anna", "just chatting", room="chat-1", addressed=False)
    assert stage.engine.rooms.direct(anna) is None
    (post,) = await stage.says("anna", "tally secret", room="chat-1")
    assert post.ref.room.id == "direct-anna"


async def test_a_chat_we_are_put_out_of_is_none(theatre: Theatre) -> None:
    """We cannot reach them there."""
    stage = await theatre.stage()
    await stage.says("anna", "tally quiet", room="chat-1", direct=True)

    await stage.network.member(US, "chat-1", "removed", ourselves=True)

    assert stage.engine.rooms.direct(stage.identity("anna")) is None
