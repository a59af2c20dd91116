"""The clocks of somebody's own cases in `me`."""

from __future__ import annotations

from datetime import timedelta

from case_story import CaseStory
from chatops.errors import Unreachable


async def test_only_what_is_due_soon_and_mine(story: CaseStory) -> None:
    """Own cases with a clock, not those of others or without one; once the time is over, since when."""
    mine = await story.case("Card charged twice")
    other = await story.case("Cannot log in", owner="max")
    without = await story.case("No clock here", customer=False)
    told = await story.says("olga", "me")
    assert f"{mine} by" in told
    assert str(other) not in told
    assert str(without) not in told
    await story.stage.advance(timedelta(hours=9))
    assert f"{mine} overdue since" in await story.says("olga", "me")


async def test_what_a_swarm_works_on_stands_with_the_swarm(story: CaseStory) -> None:
    """Its case is not told a second time."""
    mine = await story.case("Card charged twice")
    await story.says("olga", f"swarm open {mine} refund loops")
    told = await story.says("olga", "me")
    assert "SW-1" in told
    assert f"{mine} by" not in told


async def test_a_ticket_system_that_is_away_is_named(story: CaseStory) -> None:
    """`me` answers all the same."""
    await story.case("Card charged twice")
    story.tickets.fail(Unreachable("gone"), when="always")
    assert "demo does not answer just now" in await story.says("olga", "me")
