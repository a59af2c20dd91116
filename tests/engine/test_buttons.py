"""A button runs its command as whoever presses it; the reference grants nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chatops.testing.network import FakeNetwork, without
from theatre import Theatre, said


async def test_pressing_runs_the_command_as_the_presser(theatre: Theatre) -> None:
    """In the room where it was pressed, as often as one likes."""
    stage = await theatre.stage()
    await stage.says("anna", "tally buttons")

    first = await stage.presses("ben", "Always")
    second = await stage.presses("ben", "Always")

    assert (said(first), said(second)) == (["always is 1"], ["always is 2"])
    assert first[0].ref.room.id == "general"
    assert (await stage.audit("room:fake:general"))[1:] == ["tally raise → done"] * 2


async def test_once_means_once(theatre: Theatre) -> None:
    """The second is told, privately, who was first."""
    stage = await theatre.stage()
    await stage.says("anna", "tally buttons")

    await stage.presses("ben", "Once")
    (told,) = await stage.presses("anna", "Once")

    assert theatre.tallies.runs == ["raise once"]
    assert (told.body.plain, told.ref.room.id) == ("Ben Cole has already done this.", "direct-anna")


async def test_two_pressing_at_once_take_effect_once(theatre: Theatre) -> None:
    """From two rooms, so in two lanes: the second finds the button used."""
    stage = await theatre.stage()
    await stage.says("anna", "tally buttons")
    ref = next(button.ref for button in stage.network.posted[0].body.buttons if button.label == "Once")
    theatre.tallies.gate.clear()
    await stage.network.press(stage.identity("anna"), ref, "one")
    await stage.network.press(stage.identity("ben"), ref, "two")
    await stage.settle()
    theatre.tallies.gate.set()
    await stage.settle()

    assert sum(text == "once is 1" for text in said(stage.network.posted)) == 1
    assert sum("already done this" in text for text in said(stage.network.posted)) == 1


async def test_a_press_in_a_direct_chat_is_answered_there_after_a_restart_too(theatre: Theatre) -> None:
    """Though nobody has written in it since: the card says whose it was."""
    stage = await theatre.stage()
    await stage.says("anna", "tally buttons", room="direct-anna", direct=True)
    await stage.restart()
    (answer,) = await stage.presses("anna", "Always")

    (sent,) = [sent for sent in await stage.store.sent() if sent.remote == answer.ref.id]
    assert (sent.target, answer.ref.room.id) == ("person:anna", "direct-anna")


async def test_once_for_each(theatre: Theatre) -> None:
    """Everybody has one."""
    stage = await theatre.stage()
    await stage.says("anna", "tally buttons")

    answers = [said(await stage.presses(who, "Each")) for who in ("anna", "ben", "anna")]

    assert answers == [["each is 1"], ["each is 2"], ["You have already done this."]]


async def test_a_press_that_was_refused_does_not_count(theatre: Theatre) -> None:
    """Somebody who may not presses first; whoever may still can."""
    stage = await theatre.stage()
    await stage.says("anna", "tally buttons")

    denied = await stage.presses("anna", "Lead")
    done = await stage.presses("ben", "Lead")

    assert said(denied) == ["That is for: pod lead. Please ask one of them."]
    assert denied[0].ref.room.id == "direct-anna"
    assert said(done) == ["Lead."]


async def test_buttons_expire(theatre: Theatre) -> None:
    """After thirty days only typing helps."""
    stage = await theatre.stage()
    await stage.says("anna", "tally buttons")

    await stage.wait(timedelta(days=31).total_seconds())
    (told,) = await stage.presses("anna", "Always")

    assert told.body.plain.startswith("This button has expired.\nTyping `tally raise always` still works.")


@pytest.mark.parametrize("reference", ["", "x", "a" * 26, "🙂" * 26, "' OR 1=1 --", "\x00" * 26, "a" * 10_000])
async def test_a_reference_nobody_gave_out_is_answered_politely(theatre: Theatre, reference: str) -> None:
    """Whatever it looks like."""
    stage = await theatre.stage()

    (told,) = await stage.presses("anna", reference)

    assert told.body.plain == "This button no longer works.\nTyping the command does."


async def test_forms_are_bound_by_name(theatre: Theatre) -> None:
    """What was filled in is data; it never becomes another option."""
    stage = await theatre.stage()
    await stage.says("anna", "tally buttons")

    posts = await stage.presses("anna", "Form", fields={"words": 'hi" --dry-run x=1'})

    assert said(posts) == ['hi" --dry-run x=1']


async def test_without_direct_chats_the_answer_is_in_the_room(theatre: Theatre) -> None:
    """Rather there than nowhere."""
    stage = await theatre.stage(network=FakeNetwork(capabilities=without(direct_rooms=False)))

    (told,) = await stage.presses("anna", "nonesuch")

    assert told.ref.room.id == "general"


async def test_a_stranger_presses_nothing(theatre: Theatre) -> None:
    """Buttons are seen by many; they work for the known."""
    stage = await theatre.stage()
    await stage.says("anna", "tally buttons")

    posts = await stage.presses("stranger", "Always")

    assert said(posts)[0].startswith("I do not know you yet.")
    assert theatre.tallies.runs == []
