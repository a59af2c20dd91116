"""How often the Bot Connector is asked: never too often, and not needlessly seldom."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatops.errors import RateLimited
from chatops.testing.clock import ManualClock
from teams_network.buckets import NEAR, TENANT, WINDOWS, Buckets, Turn, Windows

TENANT_ID = "t"


class Oracle:
    """Tries every time that could be the first with room, and looks at all turns ever given."""

    def __init__(self) -> None:
        self.threads: dict[tuple[Turn, str], list[float]] = {}
        self.all: list[float] = []

    def earliest(self, kind: Turn, thread: str, now: float) -> float:
        own = self.threads.setdefault((kind, thread), [])
        windows = (*WINDOWS[kind], TENANT)
        soonest = max([now, *own])
        times = {soonest, *(taken + seconds for taken in (*own, *self.all) for _turns, seconds in windows)}
        return min(
            at for at in times if at >= soonest and fits([*own, at], WINDOWS[kind]) and fits([*self.all, at], (TENANT,))
        )

    def take(self, kind: Turn, thread: str, at: float) -> None:
        self.threads[kind, thread].append(at)
        self.all.append(at)


def fits(taken: list[float], windows: Windows) -> bool:
    ordered = sorted(taken)
    return all(
        later >= earlier + seconds
        for turns, seconds in windows
        for earlier, later in zip(ordered, ordered[turns:], strict=False)
    )


async def asked(buckets: Buckets, clock: ManualClock, kind: Turn, thread: str) -> asyncio.Task[float]:
    """Ask for a turn, as far as the clock lets it come; the task returns when it was given."""

    async def turn() -> float:
        await buckets.turn(kind, thread, TENANT_ID)
        return clock.monotonic()

    task = asyncio.ensure_future(turn())
    await asyncio.sleep(0)
    return task


STEPS = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.0, 0.0, 0.0, 0.125, 0.5, 1.0, 2.5, 30.0, 900.0]),
        st.sampled_from(["send", "send", "send", "get"]),
        st.sampled_from(["a", "a", "b", "c"]),
        st.integers(1, 25),
    ),
    max_size=15,
)


@given(steps=STEPS)
@settings(max_examples=25, deadline=None)
async def test_turns_are_given_as_soon_as_the_limits_allow(steps: list[tuple[float, Turn, str, int]]) -> None:
    """In no window there are more than allowed, and every turn is at the first moment with room, or refused as far."""
    clock, oracle = ManualClock(), Oracle()
    buckets = Buckets(clock)
    waiting: list[tuple[float, asyncio.Task[float]]] = []
    for pause, kind, thread, times in steps:
        for _step in range(int(pause / 0.125)):
            clock.advance(timedelta(seconds=0.125))
        for _time in range(times):
            now = clock.monotonic()
            wanted = oracle.earliest(kind, thread, now)
            task = await asked(buckets, clock, kind, thread)
            if wanted - now > NEAR:
                error = task.exception()
                assert isinstance(error, RateLimited)
                assert error.retry_after == wanted - now
            else:
                oracle.take(kind, thread, wanted)
                waiting.append((wanted, task))
    for _step in range(int(NEAR / 0.125) + 1):
        await asyncio.sleep(0)
        clock.advance(timedelta(seconds=0.125))
    given_ = [(wanted, await task) for wanted, task in waiting]
    assert all(at >= wanted for wanted, at in given_)
    assert all(fits(times, WINDOWS[kind]) for (kind, _thread), times in oracle.threads.items())


async def test_an_hour_holds_its_1800() -> None:
    """At two a second the 1,801st is refused until the first is an hour old."""
    clock = ManualClock()
    buckets = Buckets(clock)
    for _turn in range(1800):
        await buckets.turn("send", "a", TENANT_ID)
        clock.advance(timedelta(seconds=0.5))
    with pytest.raises(RateLimited) as refused:
        await buckets.turn("send", "a", TENANT_ID)
    assert refused.value.retry_after == 3600 - 900
    clock.advance(timedelta(seconds=2700))
    await buckets.turn("send", "a", TENANT_ID)
    await buckets.turn("send", "b", TENANT_ID)


async def test_near_turns_are_waited_for_in_order() -> None:
    """Who asked first goes first."""
    clock = ManualClock()
    buckets = Buckets(clock)
    went: list[int] = []

    async def turn(number: int) -> None:
        await buckets.turn("send", "a", TENANT_ID)
        went.append(number)

    tasks = [asyncio.ensure_future(turn(number)) for number in range(12)]
    await asyncio.sleep(0)
    assert went == list(range(7))
    for _second in range(4):
        clock.advance(timedelta(seconds=1))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    assert went == list(range(12))


async def test_a_tenant_has_fifty_a_second() -> None:
    """Over all its conversations; another tenant has its own."""
    clock = ManualClock()
    buckets = Buckets(clock)
    for number in range(50):
        await buckets.turn("send", f"room {number}", TENANT_ID)
    waits = await asked(buckets, clock, "send", "one more")
    assert not waits.done()
    await buckets.turn("send", "elsewhere", "another tenant")
    clock.advance(timedelta(seconds=1))
    assert await waits == 1.0


async def test_who_gives_up_takes_no_turn() -> None:
    """What was cancelled while it waited is not counted."""
    clock = ManualClock()
    buckets = Buckets(clock)
    for _turn in range(7):
        await buckets.turn("send", "a", TENANT_ID)
    waits = await asked(buckets, clock, "send", "a")
    waits.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waits
    clock.advance(timedelta(seconds=1))
    await buckets.turn("send", "a", TENANT_ID)


async def test_a_thread_rests_when_told() -> None:
    """Teams' word counts for everything of that kind said there, and for nothing elsewhere."""
    clock = ManualClock()
    buckets = Buckets(clock)
    buckets.rest("send", "a", 60.0)
    with pytest.raises(RateLimited) as refused:
        await buckets.turn("send", "a", TENANT_ID)
    assert refused.value.retry_after == 60.0
    await buckets.turn("send", "b", TENANT_ID)
    await buckets.turn("get", "a", TENANT_ID)
    clock.advance(timedelta(seconds=60))
    await buckets.turn("send", "a", TENANT_ID)


async def test_idle_threads_are_forgotten() -> None:
    """Memory does not grow with the conversations there ever were."""
    clock = ManualClock()
    buckets = Buckets(clock, most=100)
    for number in range(1000):
        clock.advance(timedelta(seconds=1))
        await buckets.turn("send", f"room {number}", TENANT_ID)
    assert buckets.remembered <= 101
    clock.advance(timedelta(seconds=3600))
    for _turn in range(60):
        await buckets.turn("send", "a", TENANT_ID)
        clock.advance(timedelta(seconds=1))
    assert buckets.remembered == 1
