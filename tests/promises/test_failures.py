"""Promise 4: people are always answered, nothing half done is kept, and no failure holds up its lane."""

from __future__ import annotations

import asyncio

import pytest

from chatops.core.text import _
from chatops.errors import TryLater
from theatre import Theatre, said

BROKEN = "Something went wrong here; nothing was changed. Reference `E-"


async def test_a_refusal_is_answered_and_done(theatre: Theatre) -> None:
    """What, why, what would work, and that as a button."""
    stage = await theatre.stage()

    posts = await stage.says("anna", "tally full")

    assert said(posts) == ["It is full.\nMake another.\n• `tally make other`"]
    assert await stage.audit("room:fake:general") == ["tally full → refused:impossible"]
    assert list(await stage.store.dead_letters()) == []


@pytest.mark.parametrize(
    "error",
    [ValueError("bug"), SystemExit(3), KeyboardInterrupt(), asyncio.CancelledError(), GeneratorExit(), BaseException()],
    ids=lambda error: type(error).__name__,
)
async def test_a_bug_is_answered_with_a_reference(theatre: Theatre, error: BaseException) -> None:
    """Nothing of the unit is kept, the handler does not run again, a dead letter waits, the lane goes on."""
    stage = await theatre.stage()
    theatre.tallies.trouble.append(error)

    posts = await stage.says("anna", "tally trouble")
    after = await stage.says("anna", "tally trouble")

    assert said(posts)[0].startswith(BROKEN)
    assert said(after) == ["No trouble."]
    assert theatre.tallies.runs == ["trouble", "trouble"]
    letters = await stage.store.dead_letters()
    assert [letter.key for letter in letters] == ["fake:m1"]
    assert letters[0].error in said(posts)[0] or letters[0].error.split()[0] in said(posts)[0]
    assert letters[0].error.endswith(type(error).__name__)


async def test_nothing_of_a_failed_unit_is_kept(theatre: Theatre) -> None:
    """The handler had put something before it failed."""
    stage = await theatre.stage()
    theatre.tallies.trouble.append(ValueError())

    await stage.says("anna", "tally trouble")

    assert await stage.store.get("tally", "half done") is None


async def test_a_dead_command_can_be_replayed(theatre: Theatre) -> None:
    """Once the bug is gone the operators let it run, and the asker gets the answer."""
    stage = await theatre.stage()
    theatre.tallies.trouble.append(ValueError())
    await stage.says("anna", "tally trouble")

    assert await stage.store.replay("fake:m1")
    stage.engine.ring()
    await stage.settle()

    assert said(stage.network.posted)[1:] == ["No trouble."]


async def test_a_handler_that_hangs_is_stopped_at_the_deadline(theatre: Theatre) -> None:
    """Even one that swallows its first cancellation. The next command in the room runs."""
    stage = await theatre.stage(patience=0.3)
    await stage.network.say(stage.identity("anna"), "tally hang", "general")
    await stage.network.say(stage.identity("ben"), "tally echo next", "general")
    await stage.settle()
    before = said(stage.network.posted)

    await stage.advance_seconds(31)

    assert before == []
    assert said(stage.network.posted)[0].startswith(BROKEN)
    assert said(stage.network.posted)[1:] == ["next"]


async def test_a_part_that_is_briefly_unwell_is_tried_again(theatre: Theatre) -> None:
    """Nobody notices more than a delay."""
    stage = await theatre.stage(patience=0.3)
    theatre.tallies.trouble += [TryLater(_("Not now."), after=2.0), TryLater(_("Not now."), after=2.0)]

    await stage.says("anna", "tally trouble")
    await stage.advance_seconds(2)
    await stage.advance_seconds(2)

    assert said(stage.network.posted) == ["No trouble."]
    assert await stage.audit("room:fake:general") == ["tally trouble → done"]


async def test_a_part_that_stays_unwell_is_answered_after_three_more_tries(theatre: Theatre) -> None:
    """With the part's own words."""
    stage = await theatre.stage(patience=0.3)

    await stage.says("anna", "tally later")
    for _second in range(6):
        await stage.advance_seconds(1)

    assert theatre.tallies.runs == ["later"] * 4
    assert said(stage.network.posted) == ["The stamps are wet.\nPlease try again in a moment."]
    assert await stage.audit("room:fake:general") == ["tally later → refused:try_later"]


async def test_waiting_longer_than_the_deadline_is_not_tried(theatre: Theatre) -> None:
    """Somebody who would have to wait for a minute is told at once."""
    stage = await theatre.stage()
    theatre.tallies.trouble.append(TryLater(_("Come back."), after=60.0))

    posts = await stage.says("anna", "tally trouble")

    assert said(posts) == ["Come back.\nPlease try again in a moment."]


async def test_what_a_handler_returns_is_of_no_interest(theatre: Theatre) -> None:
    """Garbage is ignored."""
    stage = await theatre.stage()

    assert said(await stage.says("anna", "tally garbage")) == ["Fine."]


async def test_a_failing_listener_is_tried_again_later(theatre: Theatre) -> None:
    """Beside it the other listener has long heard; the asker has long been answered."""
    stage = await theatre.stage()
    theatre.heard.trouble += [ValueError("bug"), ValueError("bug")]

    posts = await stage.says("anna", "tally raise a")
    at_once = list(theatre.heard.heard)
    await stage.advance_seconds(2)
    await stage.advance_seconds(4)
    await stage.advance_seconds(8)

    assert said(posts) == ["a is 1"]
    assert at_once == []
    assert sorted(theatre.heard.heard) == ["also a", "raised a"]


async def test_a_listener_that_never_works_becomes_a_dead_letter_and_the_room_is_told(theatre: Theatre) -> None:
    """After five tries, in one line with a reference; the lane goes on."""
    stage = await theatre.stage()
    theatre.heard.trouble += [ValueError("bug")] * 5

    await stage.says("anna", "tally raise a")
    for seconds in (2, 4, 8, 16, 32):
        await stage.advance_seconds(seconds)

    letters = await stage.store.dead_letters()
    assert [letter.key for letter in letters] == ["fake:m1>0@test.raised"]
    assert theatre.heard.heard == ["also a"]
    told = said(stage.network.posted)[-1]
    assert told.startswith("Something I do here by myself did not work and was stopped. Reference `E-")
    assert said(await stage.says("anna", "tally echo on")) == ["on"]


async def test_the_people_of_a_bound_room_are_told(theatre: Theatre) -> None:
    """A timer of a lane fails for good: those in the room that belongs to the lane learn it."""
    stage = await theatre.stage()
    await stage.room("tally:1/main", remote="warroom", subject="tally:1", lane="tally:1")
    theatre.heard.trouble += [ValueError("bug")] * 5
    await stage.says("anna", "tally nudge 1m", room="warroom")

    for _minute in range(6):
        await stage.advance_seconds(60)

    assert said(stage.network.history("warroom"))[-1].startswith("Something I do here by myself")
