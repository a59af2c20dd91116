"""Background parts: none fails unseen, none stays down."""

from __future__ import annotations

import asyncio
import inspect
from datetime import timedelta

from chatops.engine.tasks import Tasks
from chatops.testing.clock import ManualClock


async def test_a_part_that_fails_starts_again_after_a_pause() -> None:
    """Whatever it raised, and as often as it takes; until it ends by itself."""
    clock, tasks, ran = ManualClock(), Tasks(), 0

    async def part() -> None:
        nonlocal ran
        ran += 1
        if ran == 1:
            raise RuntimeError
        if ran == 2:
            raise SystemExit

    tasks.keep(part, name="part", clock=clock)
    for _turn in range(50):
        await asyncio.sleep(0)
        clock.advance(timedelta(seconds=1))

    assert ran == 3
    assert len(tasks) == 0


async def test_a_part_that_is_stopped_stays_stopped() -> None:
    clock, tasks = ManualClock(), Tasks()

    async def part() -> None:
        await asyncio.Event().wait()

    tasks.keep(part, name="part", clock=clock)
    await asyncio.sleep(0)

    await tasks.cancel()

    assert len(tasks) == 0


async def test_what_is_stopped_before_it_began_leaves_nothing_behind() -> None:
    """No coroutine waits for ever to be awaited."""
    tasks, began = Tasks(), False

    async def part() -> None:
        nonlocal began
        began = True

    work = part()
    tasks.spawn(work, name="part")
    await tasks.cancel()

    assert not began
    assert inspect.getcoroutinestate(work) == inspect.CORO_CLOSED
