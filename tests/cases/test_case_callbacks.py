"""Who promised a call is reminded in time, until it is done."""

from __future__ import annotations

from datetime import timedelta

from case_story import CaseStory


async def test_the_owner_is_reminded_before_and_at_the_time(story: CaseStory) -> None:
    """And it stands in `me` until it is done; then nothing more is said."""
    case = await story.case("Card charged twice")
    planned = await story.says("max", f'case callback {case} at=2h "the refund"')
    assert "CB-1 · call back" in planned
    assert "Max promised that you call back" in planned
    assert "the refund" in await story.says("olga", "me")
    before = len(story.stage.network.posted)
    await story.stage.advance(timedelta(hours=1, minutes=51))
    assert "Soon: call back" in story.standing(story.stage.network.posted[before:])
    await story.stage.advance(timedelta(minutes=10))
    assert "Now: call back" in story.standing(story.stage.network.posted[before:])
    assert "CB-1 is done" in await story.says("olga", "callback done CB-1")
    assert "CB-1" not in await story.says("olga", "me")
    assert "is over" in await story.says("olga", "callback done CB-1")


async def test_a_moved_call_is_reminded_of_at_its_new_time_only(story: CaseStory) -> None:
    """The old time passes in silence; a cancelled one, too."""
    case = await story.case("Card charged twice")
    await story.says("olga", f"case callback {case} at=1h")
    await story.says("olga", "callback move CB-1 at=3h")
    before = len(story.stage.network.posted)
    await story.stage.advance(timedelta(hours=2))
    assert len(story.stage.network.posted) == before
    await story.stage.advance(timedelta(minutes=55))
    assert "Soon" in story.standing(story.stage.network.posted[before:])
    await story.says("olga", f"case callback {case} at=1h")
    await story.says("olga", "callback cancel CB-2")
    await story.says("olga", "callback done CB-1")
    before = len(story.stage.network.posted)
    await story.stage.advance(timedelta(hours=4))
    assert len(story.stage.network.posted) == before
    assert "None is planned" in await story.says("olga", "callback list")


async def test_a_call_is_for_its_owner_to_change(story: CaseStory) -> None:
    """Others are refused, and the past is no time to call."""
    case = await story.case("Card charged twice")
    await story.says("olga", f"case callback {case} at=1h")
    assert "That is for" in await story.says("anna", "callback cancel CB-1")
    assert "There is no call-back CB-9" in await story.says("olga", "callback done CB-9")


async def test_calls_go_with_the_case(story: CaseStory) -> None:
    """Whoever gets the case is told, reminded and finds it in `me`; whoever had it, no more."""
    case = await story.case("Card charged twice")
    await story.says("olga", f'case callback {case} at=2h "the refund"')
    given = await story.says("lea", f"case assign {case} @anna")
    assert "CB-1 comes to you with its case" in given
    assert "CB-1 goes to Anna" in given
    assert "CB-1" in await story.says("anna", "me")
    assert "CB-1" not in await story.says("olga", "me")
    before = len(story.stage.network.posted)
    await story.stage.advance(timedelta(hours=1, minutes=51))
    reminded = story.stage.network.posted[before:]
    assert "Soon: call back" in story.standing(reminded)
    assert {posted.ref.room.id for posted in reminded} == {"direct-anna"}
    assert "CB-1 is done" in await story.says("anna", "callback done CB-1")


async def test_calls_go_with_a_swarms_handover(story: CaseStory) -> None:
    """Who takes a swarm over makes the calls of its case; what is done stays as it was."""
    case = await story.case("Card charged twice")
    await story.says("olga", f"case callback {case} at=1h")
    await story.says("olga", "callback done CB-1")
    await story.says("olga", f'case callback {case} at=2h "the refund"')
    await story.says("olga", f"swarm open {case} refund loops")
    await story.says("olga", "swarm handover SW-1 anna")
    assert "CB-2" in await story.says("olga", "me")
    await story.says("anna", "swarm accept-handover SW-1 read")
    assert "CB-2" in await story.says("anna", "me")
    assert "CB-1" not in await story.says("anna", "me")
    assert "CB-2" not in await story.says("olga", "me")
