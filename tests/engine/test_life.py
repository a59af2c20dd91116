"""Starting, stopping, health, and networks that break."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from chatops.core.clock import SystemClock
from chatops.engine.settings import EngineSettings
from chatops.engine.timers import SchedulerWake
from chatops.errors import AuthExpired, PluginError
from chatops.hookspecs import Listener
from chatops.ports.chat import Accept
from chatops.testing.network import FakeNetwork
from tallies import Raised
from theatre import Theatre, said


class Broken(FakeNetwork):
    """A network whose listening raises what the test prepared."""

    def __init__(self, *errors: BaseException) -> None:
        super().__init__("broken")
        self.errors = list(errors)
        self.runs = 0

    async def run(self, accept: Accept) -> None:
        self.runs += 1
        if self.errors:
            raise self.errors.pop(0)
        await super().run(accept)


async def test_everything_is_well(theatre: Theatre) -> None:
    """Every part says so for itself, judged by what it has done."""
    stage = await theatre.stage()
    await stage.wait(10)

    health = stage.engine.health()

    assert {part: one.ok for part, one in health.items()} == {
        "store": True,
        "inbox": True,
        "outbox": True,
        "timers": True,
        "network fake": True,
    }


async def test_a_loop_that_stands_still_is_unwell(theatre: Theatre) -> None:
    """Not the task's being there counts, but its turning."""
    stage = await theatre.stage()
    await stage.engine.stop()

    stage.clock.advance(timedelta(minutes=1))

    assert not stage.engine.health()["inbox"].ok
    assert "60 s" in stage.engine.health()["inbox"].detail


async def test_a_network_that_breaks_is_started_again(theatre: Theatre) -> None:
    """After a pause; the others do not notice."""
    broken = Broken(ValueError("bug"), SystemExit())
    stage = await theatre.stage(networks=[broken])

    ailing = stage.engine.health()["network broken"]
    answers = said(await stage.says("anna", "tally echo hi"))
    await stage.wait(1)
    await stage.wait(2)

    assert (ailing.ok, ailing.detail) == (False, "ValueError")
    assert answers == ["hi"]
    assert broken.runs == 3
    assert stage.engine.health()["network broken"].ok


async def test_wrong_credentials_are_not_tried_again(theatre: Theatre) -> None:
    """A network that refuses us is left alone, and the operators are told."""
    broken = Broken(AuthExpired("revoked"))
    with capture_logs() as logs:
        stage = await theatre.stage(networks=[broken])
        await stage.wait(3600)

    assert broken.runs == 1
    assert stage.engine.health()["network broken"].detail == "credentials are wrong"
    assert [entry["event"] for entry in logs] == ["a chat network refuses our credentials; it is not asked again"]


async def test_stopping_lets_what_is_under_way_finish(theatre: Theatre) -> None:
    """And takes nothing new."""
    stage = await theatre.stage()
    theatre.tallies.gate.clear()
    await stage.network.say(stage.identity("anna"), "tally slow", "general")
    await stage.settle()

    stopping = asyncio.create_task(stage.engine.stop())
    await asyncio.sleep(0)
    theatre.tallies.gate.set()
    await stopping
    await stage.restart()

    assert said(stage.network.posted) == ["At last."]


async def test_stopping_does_not_wait_for_ever(theatre: Theatre) -> None:
    """What hangs is dropped, and runs again after the next start."""
    stage = await theatre.stage(settings=EngineSettings(drain=0.05))
    theatre.tallies.gate.clear()
    await stage.network.say(stage.identity("anna"), "tally slow", "general")
    await stage.settle()

    async with asyncio.timeout(5):
        await stage.stop()
    theatre.tallies.gate.set()
    await stage.restart()

    assert said(stage.network.posted) == ["At last."]
    assert [task for task in asyncio.all_tasks() if task.get_name().startswith("event")] == []


async def test_no_task_outlives_the_engine(theatre: Theatre) -> None:
    """Every one has an owner that ends it."""
    before = asyncio.all_tasks()
    stage = await theatre.stage()
    await stage.says("anna", "tally raise a")

    await stage.stop()
    for _turn in range(5):
        await asyncio.sleep(0)

    assert asyncio.all_tasks() == before


async def test_two_listeners_of_one_name_are_refused(theatre: Theatre) -> None:
    """At the start, not in the night."""

    async def hear(unit: object, fact: object) -> None: ...

    twice = Listener(name="test.raised", of=Raised, handle=hear)
    theatre.heard.listeners = lambda: (twice, twice)  # type: ignore[method-assign]

    with pytest.raises(PluginError, match=r"test\.raised"):
        await theatre.stage()


async def test_two_performers_of_one_effect_are_refused(theatre: Theatre) -> None:
    """Likewise."""
    performer = theatre.stamps.performer()

    with pytest.raises(PluginError, match=r"tally\.stamp"):
        await theatre.stage(more_performers=[performer])


async def test_the_scheduler_rings() -> None:
    """In real time, soon, until it is stopped; stopping twice is harmless."""
    rung = asyncio.Event()
    wake = SchedulerWake(0.01)

    wake.start(rung.set)
    async with asyncio.timeout(5):
        await rung.wait()
    wake.stop()
    wake.stop()
    rung.clear()
    await asyncio.sleep(0)

    assert not rung.is_set()


async def test_the_steps_a_crash_must_not_spoil_are_announced(theatre: Theatre) -> None:
    """In their order, for tests that kill the process there."""
    steps: list[str] = []
    stage = await theatre.stage(probe=steps.append)

    await stage.says("cleo", "tally quiet")

    assert steps == [
        "accept",
        "claim",
        "handler",
        "before-commit",
        "after-commit",
        "before-send",
        "after-send",
        "before-mark",
    ]


def test_real_time_is_real() -> None:
    """The system's clock tells UTC."""
    assert SystemClock().now().utcoffset() == timedelta()
