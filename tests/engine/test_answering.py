"""A network that answers a click where it was made learns in time what to say."""

from __future__ import annotations

from chatops.core.message import Message, MessageRef, RoomRef
from chatops.ports.chat import Answered
from chatops.testing.network import FakeNetwork
from chatops.testing.stage import Stage
from theatre import Theatre


async def asked(stage: Stage, text: str, *, key: str = "asked") -> list[Answered]:
    """Hand a command over as a network does, and return what it is told to answer."""
    accept = stage.engine.accept_for("fake")
    ref = MessageRef(room=RoomRef(network="fake", id="general"), id=key)
    sender = stage.identity("anna")
    message = Message(ref=ref, sender=sender, text=text, at=stage.clock.now(), addressed=True)
    await accept([(key, message)])
    await stage.settle()
    answers = await accept.answers(key, 0)
    assert answers is not None
    return list(answers)


async def test_the_answer_is_known_before_it_is_posted(theatre: Theatre) -> None:
    """The network does not take anything just now; what it is going to be told is known all the same."""
    network = FakeNetwork()
    stage = await theatre.stage(network=network, patience=0.1)
    network.room("general")
    network.free.clear()

    (answer,) = await asked(stage, "tally echo hi")

    network.free.set()
    await stage.wait(1)
    assert (answer.body.plain, answer.reply, answer.refused, answer.message) == ("hi", True, False, None)
    assert [post.body.plain for post in network.posted] == ["hi"]


async def test_a_refusal_is_told_as_one(theatre: Theatre) -> None:
    """With the words and what would work."""
    stage = await theatre.stage()

    (answer,) = await asked(stage, "tally full")

    assert (answer.refused, answer.reply) == (True, True)
    assert answer.body.plain.startswith("It is full.")


async def test_a_card_that_changes_is_told_with_the_message_it_stands_in(theatre: Theatre) -> None:
    """So it can be shown in place of the one that was clicked."""
    stage = await theatre.stage()
    (card,) = await stage.says("anna", "tally card one 1")

    (answer,) = await asked(stage, "tally card one 2")

    assert (answer.room, answer.message) == (card.ref.room, card.ref.id)
    assert answer.body.plain == "Tally one\nValue: 2"


async def test_what_was_never_accepted_has_no_answer(theatre: Theatre) -> None:
    """Nobody waits for it longer than they said."""
    stage = await theatre.stage()

    assert await stage.engine.accept_for("fake").answers("nothing", 0) is None
