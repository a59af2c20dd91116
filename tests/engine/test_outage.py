"""A database that does not answer is waited for: nothing is lost, nothing is failed, two lines are logged."""

from __future__ import annotations

from datetime import timedelta

from structlog.testing import capture_logs

from chatops.testing.clock import ManualClock
from chatops.testing.memory_store import MemoryStore
from theatre import Theatre, said


async def test_a_database_that_is_away_delays_and_loses_nothing(theatre: Theatre) -> None:
    """The command waits for it, and is not failed by the deadline."""
    clock = ManualClock()
    store = MemoryStore(clock=clock)
    stage = await theatre.stage(clock=clock, store=store)
    theatre.tallies.gate.clear()
    await stage.network.say(stage.identity("anna"), "tally raise a", "general")
    await stage.settle()

    store.broken = True
    theatre.tallies.gate.set()
    for _second in range(60):
        await stage.wait(1)
    health = stage.engine.health()["store"]
    store.broken = False
    for _second in range(10):
        await stage.wait(1)

    assert not health.ok
    assert said(stage.network.posted) == ["a is 1"]
    assert stage.engine.health()["store"].ok


async def test_an_outage_is_logged_once_at_each_end(theatre: Theatre) -> None:
    """However many parts notice it, and however long it lasts."""
    clock = ManualClock()
    store = MemoryStore(clock=clock)
    stage = await theatre.stage(clock=clock, store=store)

    with capture_logs() as logs:
        store.broken = True
        for _second in range(60):
            await stage.wait(1)
        store.broken = False
        for _second in range(10):
            await stage.wait(1)

    assert [entry["event"] for entry in logs] == [
        "the database does not answer; waiting for it",
        "the database answers again",
    ]


async def test_a_timer_that_came_due_meanwhile_fires_afterwards(theatre: Theatre) -> None:
    """Late, but once."""
    clock = ManualClock()
    store = MemoryStore(clock=clock)
    stage = await theatre.stage(clock=clock, store=store)
    await stage.says("anna", "tally nudge 1m")

    store.broken = True
    for _minute in range(5):
        stage.clock.advance(timedelta(minutes=1))
        await stage.wait(1)
    store.broken = False
    for _second in range(10):
        await stage.wait(1)

    assert theatre.heard.heard == ["nudge 0"]
