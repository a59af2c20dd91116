"""Promise 1: what was accepted is durable, and accepted once."""

from __future__ import annotations

from datetime import datetime

import pytest

from chatops.core.message import ButtonPress, Identity, Message, MessageRef, Redaction, RoomRef
from chatops.ports.store import Checkpoint
from theatre import Theatre, said


async def test_the_same_event_twice_runs_once(theatre: Theatre) -> None:
    """A network that delivers a message again, now or later, changes nothing."""
    stage = await theatre.stage()
    room = stage.network.room("general").ref
    message = Message(
        ref=MessageRef(room=room, id="m1"),
        sender=stage.identity("anna"),
        text="tally raise a",
        at=stage.clock.now(),
        addressed=True,
    )

    await stage.network.deliver(("m1", message), ("m1", message))
    await stage.settle()
    await stage.network.deliver(("m1", message))
    await stage.settle()

    assert theatre.tallies.runs == ["raise a"]
    assert said(stage.network.posted) == ["a is 1"]


async def test_the_checkpoint_is_stored_with_the_events(theatre: Theatre) -> None:
    """After a restart a network goes on where it had been accepted."""
    stage = await theatre.stage()
    room = stage.network.room("general").ref
    message = Message(
        ref=MessageRef(room=room, id="m1"),
        sender=stage.identity("anna"),
        text="tally raise a",
        at=stage.clock.now(),
        addressed=True,
    )

    await stage.engine.accept_for("fake")([("m1", message)], Checkpoint(name="fake", value="s1"))
    await stage.restart()

    assert await stage.store.checkpoint("fake") == "s1"
    assert theatre.tallies.runs == ["raise a"]


async def test_noise_costs_no_database_work(theatre: Theatre) -> None:
    """What is not said to us, in a room that is none of ours, is never stored."""
    stage = await theatre.stage()

    await stage.says("anna", "just chatting", addressed=False)

    assert await stage.store.messages("fake:general") == []


async def test_noise_alone_does_not_hold_back_the_checkpoint(theatre: Theatre) -> None:
    """A checkpoint behind nothing but noise is stored too, now and then."""
    stage = await theatre.stage()
    accept = stage.engine.accept_for("fake")

    await accept([], Checkpoint(name="fake", value="s1"))
    await accept([], Checkpoint(name="fake", value="s2"))

    assert await stage.store.checkpoint("fake") == "s1"


async def test_messages_of_our_rooms_are_kept(theatre: Theatre) -> None:
    """In a room of ours what people say to each other is stored, and answered with silence."""
    stage = await theatre.stage()
    await stage.room("tally:1/main", remote="general", subject="tally:1")

    posts = await stage.says("anna", "just chatting", addressed=False)

    assert posts == []
    assert [event.kind for event in await stage.store.messages("fake:general")] == ["message"]


async def test_an_event_that_cannot_be_written_stalls_nobody(theatre: Theatre) -> None:
    """It becomes a dead letter at once; what came with it is handled."""
    stage = await theatre.stage()
    room = stage.network.room("general").ref
    poison = Message(
        ref=MessageRef(room=room, id="bad \ud800"),
        sender=stage.identity("anna"),
        text="hello",
        at=stage.clock.now(),
        addressed=True,
    )

    await stage.network.deliver(("bad \ud800", poison))
    posts = await stage.says("anna", "tally raise a")

    assert said(posts) == ["a is 1"]
    assert [letter.kind for letter in await stage.store.dead_letters()] == ["event"]


@pytest.mark.parametrize("odd", ["\ud800", "\x00", "x" * 5000], ids=["surrogate", "NUL", "long"])
async def test_ids_that_cannot_be_stored_stall_no_network(theatre: Theatre, odd: str) -> None:
    """Rooms, messages and people may be called anything: the batch is accepted, and what follows is answered."""
    stage = await theatre.stage()
    strange = RoomRef(network="fake", id=f"room{odd}")
    sender = Identity(network="fake", id=f"stranger{odd}")
    at = stage.clock.now()
    words = Message(
        ref=MessageRef(room=strange, id=f"m{odd}"), sender=sender, text="tally quiet", at=at, addressed=True
    )
    room = stage.network.room("general").ref
    fine = Message(
        ref=MessageRef(room=room, id="fine"), sender=stage.identity("anna"), text="tally echo on", at=at, addressed=True
    )

    await stage.network.deliver(
        (f"m{odd}", words),
        (f"r{odd}", Redaction(ref=words.ref, at=at)),
        (f"p{odd}", press(strange, odd, at)),
        ("f", fine),
    )
    await stage.settle()

    assert said(stage.network.posted) == ["on"]


def press(room: RoomRef, odd: str, at: datetime) -> ButtonPress:
    """A press of a button nobody made."""
    presser = Identity(network="fake", id=f"stranger{odd}")
    return ButtonPress(room=room, presser=presser, action=odd, at=at, fields={odd: odd})
