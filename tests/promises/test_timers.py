"""Promise 6: timers fire once, never early; what was missed is merged, and says so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from theatre import Theatre, said


async def test_a_timer_fires_when_it_is_due_and_not_before(theatre: Theatre) -> None:
    """To the second."""
    stage = await theatre.stage()
    await stage.says("anna", "tally nudge 10m")

    await stage.advance_seconds(599)
    early = list(theatre.heard.heard)
    await stage.advance_seconds(1)

    assert early == []
    assert theatre.heard.heard == ["nudge 0"]


async def test_a_timer_survives_a_restart_and_fires_once(theatre: Theatre) -> None:
    """However often the server is started again."""
    stage = await theatre.stage()
    await stage.says("anna", "tally nudge 10m")

    await stage.restart(away=timedelta(minutes=9))
    early = list(theatre.heard.heard)
    await stage.restart(away=timedelta(minutes=2))
    await stage.restart()

    assert early == []
    assert theatre.heard.heard == ["nudge 0"]


async def test_a_recurring_timer_goes_on(theatre: Theatre) -> None:
    """Every ten minutes for an hour."""
    stage = await theatre.stage()
    await stage.says("anna", "tally nudge 10m every=10m")

    await stage.advance(timedelta(hours=1))

    assert theatre.heard.heard == ["nudge 0"] * 6


@pytest.mark.parametrize(
    ("missed", "heard"), [("latest", ["nudge 5"]), ("all", ["nudge 0"] * 6), ("skip", ["nudge 0"])]
)
async def test_what_fell_into_an_absence(theatre: Theatre, missed: str, heard: list[str]) -> None:
    """One for all, each, or only what is due right now."""
    stage = await theatre.stage()
    await stage.says("anna", f"tally nudge 10m every=10m missed={missed}")

    await stage.restart(away=timedelta(hours=1))

    assert theatre.heard.heard == heard


async def test_a_one_shot_that_may_be_skipped_is_not_fired_late(theatre: Theatre) -> None:
    """Better never than an hour late, if that is what was asked for."""
    stage = await theatre.stage()
    await stage.says("anna", "tally nudge 10m missed=skip")

    await stage.restart(away=timedelta(hours=1))

    assert theatre.heard.heard == []
    assert await stage.store.next_due() is None


async def test_arming_again_replaces(theatre: Theatre) -> None:
    """One timer per series."""
    stage = await theatre.stage()
    await stage.says("anna", "tally nudge 10m")
    await stage.says("anna", "tally nudge 30m")

    await stage.advance(timedelta(minutes=15))
    early = list(theatre.heard.heard)
    await stage.advance(timedelta(minutes=15))

    assert early == []
    assert theatre.heard.heard == ["nudge 0"]


async def test_a_jump_of_the_wall_clock_fires_nothing_twice(theatre: Theatre) -> None:
    """An hour forward, an hour back."""
    stage = await theatre.stage()
    await stage.says("anna", "tally nudge 10m")
    start = stage.clock.now()

    stage.clock.jump(start + timedelta(hours=1))
    await stage.wait(1)
    stage.clock.jump(start)
    await stage.wait(1)
    await stage.advance(timedelta(hours=2))

    assert theatre.heard.heard == ["nudge 0"]


async def test_commands_go_on_while_timers_fire(theatre: Theatre) -> None:
    """A timer is an event like any other."""
    stage = await theatre.stage()
    await stage.says("anna", "tally nudge 1m")
    await stage.advance(timedelta(minutes=1))

    assert said(await stage.says("anna", "tally echo on")) == ["on"]
