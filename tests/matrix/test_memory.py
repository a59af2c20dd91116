"""What the plugin keeps in its records: direct chats, and what has been done."""

from __future__ import annotations

from datetime import timedelta

from chatops.ports.records import Write
from chatops.testing.clock import ManualClock
from chatops.testing.records import MemoryRecords
from matrix_network.directs import Directs
from matrix_network.once import KEPT, Once

ANNA = "@anna:home.test"


async def test_every_direct_chat_counts_and_the_newest_is_written_in() -> None:
    """Also when they are read again after a restart."""
    records = MemoryRecords()
    directs = Directs(records)
    await directs.remember(ANNA, "!old")
    await directs.remember(ANNA, "!new")
    for known in (directs, Directs(records)):
        assert await known.room(ANNA) == "!new"
        assert [await known.user(room) for room in ("!old", "!new", "!other")] == [ANNA, ANNA, None]


async def test_a_chat_that_came_back_is_the_newest() -> None:
    """Whichever was there first."""
    records = MemoryRecords()
    directs = Directs(records)
    for room in ("!one", "!two", "!one"):
        await directs.remember(ANNA, room)
    assert await Directs(records).room(ANNA) == "!one"


async def test_what_was_a_direct_chat_is_not_forgotten() -> None:
    """It is nobody's, but what was meant for it is still for one person."""
    records = MemoryRecords()
    directs = Directs(records)
    await directs.remember(ANNA, "!old")
    await directs.remember(ANNA, "!new")
    await directs.forget("!new")
    await directs.forget("!never")
    for known in (directs, Directs(records)):
        assert await known.room(ANNA) == "!old"
        assert await known.user("!new") is None
        assert [await known.was(room) for room in ("!old", "!new", "!never")] == [True, True, False]


async def test_a_result_without_a_date_is_no_obstacle() -> None:
    """It is forgotten like one that is old."""
    records = MemoryRecords()
    await records.write(Write(kind="done", id="x", body={"result": ""}))
    assert await Once(records, ManualClock().now).prune() == 1


async def test_old_results_are_forgotten() -> None:
    """Those a repetition can still ask for stay."""
    clock = ManualClock()
    once = Once(MemoryRecords(), clock.now)
    for number in range(250):
        await once.done(f"old-{number}", "!room")
    clock.advance(KEPT - timedelta(days=1))
    await once.done("young", "!room")
    clock.advance(timedelta(days=2))

    assert await once.prune() == 250
    assert await once.result("old-7") is None
    assert await once.result("young") == "!room"
    assert await once.prune() == 0
