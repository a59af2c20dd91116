"""Starting, stopping, health, and networks that break."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from chatops.core.clock import SystemClock
from chatops.core.message import Identity, Person
from chatops.core.rooms import Room
from chatops.engine.settings import EngineSettings
from chatops.engine.timers import SchedulerWake
from chatops.errors import AuthExpired, PluginError, Unreachable
from chatops.hookspecs import Listener
from chatops.ports.chat import Accept
from chatops.testing.directory import FakeDirectory
from chatops.testing.network import FakeNetwork
from chatops.testing.stage import Stage
from tallies import Raised
from theatre import Theatre, said

ADMINS = tuple(
    Person(
        id=name,
        name=name.capitalize(),
        roles=frozenset({"admin"}),
        identities=(Identity(network="broken", id=name), Identity(network="fake", id=name)),
    )
    for name in ("ada", "abe")
)


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
    """A network that refuses us is left alone, and the operators read it in the log, once."""
    broken = Broken(AuthExpired("revoked"))
    with capture_logs() as logs:
        stage = await theatre.stage(networks=[broken])
        await stage.wait(3600)

    assert broken.runs == 1
    assert stage.engine.health()["network broken"].detail == "credentials are wrong"
    assert [entry["event"] for entry in logs] == [
        "a chat network refuses our credentials; it is not asked again",
        "no admin can be told on another network",
    ]


async def lost(theatre: Theatre, *errors: BaseException, **more: Any) -> tuple[Stage, Broken]:
    """A stage with two admins and somebody else, on which the second network refuses us."""
    broken = Broken(*(errors or (AuthExpired("revoked", fix="chatops broken login"),)))
    stage = await theatre.stage(networks=[broken], directory=FakeDirectory(ADMINS), **more)
    return stage, broken


async def test_a_network_that_is_lost_is_told_to_every_admin(theatre: Theatre) -> None:
    """In their direct chats on another network, with what an operator types; nobody else is bothered."""
    stage, _broken = await lost(theatre)

    told = {post.ref.room.id: post.body.plain for post in stage.network.posted}

    assert told.keys() == {"direct-ada", "direct-abe"}
    assert all("`broken`" in words and "chatops broken login" in words for words in told.values())


async def test_an_outage_is_told_once(theatre: Theatre) -> None:
    """Not again when it is tried in vain, nor after a restart."""
    stage, broken = await lost(theatre, *(AuthExpired("revoked") for _try in range(3)))

    stage.engine.reconnect()
    await stage.settle()
    await stage.restart()

    assert broken.runs == 3
    assert len(stage.network.posted) == 2


async def test_a_network_that_is_back_is_told_to_the_same_people(theatre: Theatre) -> None:
    """Once it listens again and finds nothing wrong with itself."""
    stage, broken = await lost(theatre)
    broken.down = Unreachable("no answer")

    stage.engine.reconnect()
    await stage.wait(5)
    before = len(stage.network.posted)
    broken.down = None
    for _pause in range(5):
        await stage.wait(10)

    assert before == 2
    assert {post.ref.room.id for post in stage.network.posted[2:]} == {"direct-ada", "direct-abe"}
    assert all("works again" in post.body.plain for post in stage.network.posted[2:])
    assert len(stage.network.posted) == 4
    assert stage.engine.health()["network broken"].ok


async def test_a_network_that_is_back_before_its_loss_was_told(theatre: Theatre) -> None:
    """Both are told: nobody is left with a loss that has long been mended."""
    stage: Stage | None = None

    def mended(step: str) -> None:
        if step == "claim" and stage is not None:
            stage.engine.reconnect()

    stage, broken = await lost(theatre, ValueError("bug"), probe=mended)
    broken.errors = [AuthExpired("revoked")]
    for _pause in range(3):
        await stage.wait(5)

    assert ["works again" in post.body.plain for post in stage.network.posted] == [False, False, True, True]


async def test_a_network_that_is_back_after_a_restart_is_told(theatre: Theatre) -> None:
    """Somebody may have logged in while no server ran."""
    stage, _broken = await lost(theatre)

    await stage.restart()
    await stage.wait(5)

    assert ["works again" in post.body.plain for post in stage.network.posted] == [False, False, True, True]


async def test_nothing_is_sent_to_a_network_that_is_lost(theatre: Theatre) -> None:
    """It waits, and goes out when somebody has logged in."""
    stage, broken = await lost(theatre)
    await stage.given(Room(id="tally:a/main", network="broken", lane="tally:a", remote="lobby", state="open"))
    broken.room("lobby")

    await stage.says("anna", "tally archive a")
    await stage.wait(60)
    asked = list(broken.calls)
    stage.engine.reconnect()
    await stage.wait(60)

    assert asked == []
    assert broken.rooms["lobby"].archived


async def test_reconnecting_leaves_the_others_alone(theatre: Theatre) -> None:
    """A network that listens is not started twice."""
    fine = Broken()
    stage = await theatre.stage(networks=[fine])

    stage.engine.reconnect()
    await stage.wait(5)

    assert fine.runs == 1


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
