"""Promise 7: whoever asked can learn what came of it, once everything has happened."""

from __future__ import annotations

import asyncio

from chatops.core.message import CommandCall
from theatre import Theatre, said


async def test_a_call_returns_its_answer(theatre: Theatre) -> None:
    """Words, neutral card, and nothing posted in any room."""
    stage = await theatre.stage()

    replies = await stage.calls("anna", "tally make x")

    assert [(reply.text, reply.state, reply.error) for reply in replies] == [("Tally x\nValue: 0", "sent", None)]
    assert replies[0].card["title"] == "Tally x"
    assert stage.network.posted == []


async def test_a_refused_call_carries_code_and_commands(theatre: Theatre) -> None:
    """For programs that read it."""
    stage = await theatre.stage()

    (reply,) = await stage.calls("anna", "tally full")

    assert (reply.error, reply.message, reply.hint, reply.commands) == (
        "impossible",
        "It is full.",
        "Make another.",
        ("tally make other",),
    )


async def test_private_answers_to_a_call_go_to_the_caller(theatre: Theatre) -> None:
    """Not into their direct chat."""
    stage = await theatre.stage()

    (reply,) = await stage.calls("anna", "tally secret")

    assert reply.text == "Only you read this."
    assert stage.network.posted == []


async def test_the_same_call_twice_runs_once(theatre: Theatre) -> None:
    """An idempotency key repeated returns the first answer."""
    stage = await theatre.stage()

    first = await stage.calls("anna", "tally raise a", key="k1")
    second = await stage.calls("anna", "tally raise a", key="k1")

    assert [reply.text for reply in first] == [reply.text for reply in second] == ["a is 1"]
    assert theatre.tallies.runs == ["raise a"]


async def test_it_is_settled_only_when_its_effects_are(theatre: Theatre) -> None:
    """The command is done, its post hangs: not yet."""
    stage = await theatre.stage(patience=0.3)
    stage.network.free.clear()
    await stage.network.say(stage.identity("anna"), "tally raise a", "general")
    await stage.settle()

    before = await stage.engine.settled("fake:m1", 0)
    stage.network.free.set()
    await stage.settle()
    after = await stage.engine.settled("fake:m1", 0)

    assert before is None
    assert after is not None
    assert [sent.state for sent in after.sent] == ["sent"]


async def test_settled_waits(theatre: Theatre) -> None:
    """It returns as soon as there is something to return."""
    stage = await theatre.stage()
    theatre.tallies.gate.clear()
    call = CommandCall(person="anna", text="tally raise a", at=stage.clock.now())
    await stage.engine.call(call, "k1")

    waiting = asyncio.create_task(stage.engine.settled("k1", 10))
    await stage.settle()
    early = waiting.done()
    theatre.tallies.gate.set()
    async with asyncio.timeout(5):
        settlement = await waiting

    assert not early
    assert settlement is not None
    assert [sent.key for sent in settlement.sent] == ["k1/0"]


async def test_what_follows_belongs_to_its_cause(theatre: Theatre) -> None:
    """An effect's receipt and what listeners do with it count as well."""
    stage = await theatre.stage()

    await stage.says("anna", "tally stamp letter")

    settlement = await stage.store.settlement("fake:m1")
    assert [(sent.kind, sent.state) for sent in settlement.sent] == [("tally.stamp", "sent"), ("post", "sent")]
    assert theatre.heard.heard == ["stamp letter done stamped letter"]


async def test_an_unknown_key_is_not_settled(theatre: Theatre) -> None:
    """Nothing was ever accepted under it."""
    stage = await theatre.stage()

    assert await stage.engine.settled("nonesuch", 0) is None


async def test_a_call_gets_its_context_from_a_room(theatre: Theatre) -> None:
    """`T` of the room is implied; the answer still goes to the caller."""
    stage = await theatre.stage()
    await stage.says("anna", "tally make x")
    await stage.room("tally:x/main", remote="warroom", subject="tally:x", lane="tally:x")

    (reply,) = await stage.calls("anna", "own", room="tally:x/main")

    assert reply.text == "Yours."
    assert await stage.audit("tally:x") == ["tally own → done"]
    assert said(stage.network.history("warroom")) == []
