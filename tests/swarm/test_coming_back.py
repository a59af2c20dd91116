"""What holds when swarms end, come back and grow together: names, seats, guests' times, rooms, tasks, the last turn."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chatops.core.frozen import replace
from chatops.errors import BadArgument, Impossible, Unreachable
from chatops.ports.tickets import Status, TicketPatch, WriteContext
from chatops.swarm.model import Member, State, Swarm
from chatops.swarm.moves import LEARNER_SEATS
from chatops.swarm.praise import Kudos
from chatops.swarm.returning import merged, reopened
from chatops.swarm.rules import invariants
from chatops.tasks.model import Task
from swarm_bench import Bench, words
from swarm_story import Story
from swarms import AT, fresh

MINUTE = timedelta(minutes=1)


def learning(swarm: Swarm, *people: str) -> Swarm:
    """Return the swarm with people in it who came to learn."""
    return replace(swarm, members=(*swarm.members, *(Member(person=one, since=AT, learner=True) for one in people)))


def test_growing_together_makes_no_seats() -> None:
    """Learners for whom there is no seat stay behind; helpers all come."""
    kept = learning(fresh(), "l1", "l2")
    other = learning(replace(fresh(), id="9"), "l3", "l4", "l5")
    after, end = merged(kept, other, "olga", AT, claim="c")
    assert sum(one.learner for one in after.present) == LEARNER_SEATS
    assert invariants(after) == invariants(end) == []


def test_a_time_box_that_comes_along_is_not_over() -> None:
    """The time of the one that goes on was up; the other's was not, and is what counts now."""
    kept = replace(fresh(), ends_at=AT - MINUTE, time_up=True)
    other = replace(fresh(), id="9", ends_at=AT + MINUTE)
    after, _end = merged(kept, other, "olga", AT, claim="c")
    assert (after.ends_at, after.time_up) == (AT + MINUTE, False)


def test_names_given_back_are_not_given_back_twice() -> None:
    """Who comes back holds no name any more that it took over and lost as it ended: another swarm may have it."""
    kept, _end = merged(fresh(), replace(fresh(), id="9"), "olga", AT, claim="c")
    over = replace(kept, state=State.CANCELLED, cancelled_because="so", ended_at=AT, ended_by="olga")
    back = reopened(over, "again", AT, places=over.places)
    assert [(one.swarm, one.claim) for one in back.absorbed] == [("9", "")]


async def test_a_question_that_went_along_is_not_asked_again() -> None:
    """Whoever opens a swarm for it is told where it goes on."""
    bench = Bench()
    await bench.do("olga", "swarm open fake:1001 refund loops")
    await bench.do("lea", "swarm open fake:1003 refunds stuck")
    await bench.do("lea", "swarm merge SW-1 SW-2")
    with pytest.raises(Impossible, match="already on it") as no:
        await bench.do("lea", "swarm open fake:1003 Refunds stuck!")
    assert no.value.commands[0] == "swarm join SW-1"
    await bench.do("olga", "swarm cancel SW-1 because so")
    await bench.do("lea", "swarm open fake:1003 refunds stuck")
    assert (await bench.swarm("3")).live


async def test_a_guests_time_goes_on_while_a_swarm_is_over() -> None:
    """Who comes back with it when their time has come is out at once; nobody stays for ever."""
    bench = Bench()
    await bench.do("olga", "swarm open fake:1001 refund loops")
    await bench.do("olga", "swarm invite SW-1 guest:gus until=1d")
    await bench.do("gus", "accept", direct=True)
    await bench.do("olga", 'swarm done SW-1 "released the lock" article=new')
    await bench.later(days=3)
    await bench.do("olga", "swarm reopen SW-1 because it loops again")
    assert (await bench.swarm()).member("gus") is not None
    await bench.later(minutes=1)
    assert (await bench.swarm()).member("gus") is None
    assert "Your time as a guest in SW-1 is over" in await bench.heard("gus")


async def test_who_finishes_for_somebody_does_not_thank_themselves() -> None:
    """A form that thanks a pod lead can be sent by that very pod lead."""
    bench = Bench()
    await bench.do("olga", "swarm open fake:1001 refund loops")
    await bench.do("lea", "swarm join SW-1")
    await bench.do("anna", "swarm join SW-1")
    await bench.do("olga", 'swarm done SW-1 "released it" article=new reply="All is well." kudos=lea,anna')
    preview = await bench.do("lea", "swarm done SW-1 send")
    await bench.press("lea", preview, "Send and finish")
    assert (await bench.swarm()).state is State.CLOSED
    assert await bench.store.get(Kudos.kind, "lea") is None
    assert await bench.store.get(Kudos.kind, "anna") is not None


async def test_only_guests_are_invited_for_a_time() -> None:
    """The refusal names the swarm."""
    bench = Bench()
    await bench.do("olga", "swarm open fake:1001 refund loops")
    with pytest.raises(BadArgument) as no:
        await bench.do("olga", "swarm invite SW-1 anna until=2d")
    assert "swarm invite SW-1 guest:…" in words(no.value.hint)


async def test_no_to_a_handover_says_why() -> None:
    """In words, as with an invitation."""
    bench = Bench()
    await bench.do("olga", "swarm open fake:1001 refund loops")
    await bench.do("olga", "swarm handover SW-1 lea")
    await bench.do("lea", "decline wrong-skill", direct=True)
    assert "not my field" in await bench.heard("olga")


async def test_a_clock_opens_no_closed_case() -> None:
    """A rest that ends by itself after the case was closed elsewhere leaves it closed, and tells the owner."""
    bench = Bench()
    await bench.do("olga", "swarm open fake:1001 refund loops")
    await bench.do("olga", "swarm hold SW-1 customer until=2h")
    case = (await bench.swarm()).case.ref
    await bench.tickets.update(case, TicketPatch(status=Status.CLOSED), WriteContext(key="outside"))
    await bench.later(hours=3)
    assert (await bench.swarm()).live
    assert (await bench.tickets.get(case)).status is Status.CLOSED
    assert "fake:1001 is closed already" in await bench.heard("olga")


# through the whole engine


async def swarm(story: Story, id: str = "1") -> Swarm:
    """Return a swarm as stored."""
    stored = await story.stage.store.get(Swarm.kind, id)
    assert stored is not None
    return story.stage.codec.decode_as(Swarm, stored.body)


async def test_only_the_newest_turn_is_taken_back() -> None:
    """What somebody else has put on hold meanwhile stays so."""
    story = Story()
    async with story.stage as stage:
        await stage.says("olga", "swarm open cases:1001 refund loops")
        await stage.says("olga", "swarm hold SW-1 customer")
        await stage.says("lea", "swarm resume SW-1")
        await stage.says("lea", "swarm hold SW-1 vendor")
        await stage.says("olga", "undo")
        assert (await swarm(story)).state is State.ON_HOLD
        await stage.says("lea", "undo")
        assert (await swarm(story)).state is not State.ON_HOLD


async def test_a_room_that_is_still_open_is_kept() -> None:
    """Reopened before the ticket system has answered, a swarm goes on where it was, and its room does not close later."""
    story = Story()
    async with story.stage as stage:
        await stage.says("olga", "swarm open cases:1001 refund loops")
        story.tickets.fail(Unreachable("no line"), when="always")
        await stage.says("olga", 'swarm done SW-1 "released the lock" article=new')
        await stage.says("olga", "swarm reopen SW-1 because it loops again")
        story.tickets.recover()
        await stage.advance(timedelta(hours=2))
        after = await swarm(story)
        assert (after.state, [place.room for place in after.places]) == (State.ACTIVE, ["swarm:1/main"])
        assert not any(room.archived for room in stage.network.rooms.values())


async def test_tasks_go_along() -> None:
    """What is still to be done belongs to the swarm that goes on, and stands in its room; what is done stays."""
    story = Story()
    async with story.stage as stage:
        await stage.says("olga", "swarm open cases:1001 refund loops")
        other = story.tickets.add_ticket("Refunds stuck", owner="olga")
        first = story.swarm_room()
        await stage.says("olga", f"swarm open {other} refunds stuck")
        second = story.swarm_room()
        assert first != second
        await stage.says("olga", 'task add @anna "look into the log" in=2h', room=second)
        await stage.says("olga", 'task add @ben "call them" in=2h', room=second)
        await stage.says("ben", "task done T-2")
        await stage.says("olga", "swarm merge SW-1 SW-2")
        found = [stage.codec.decode_as(Task, one.body) for one in await stage.store.find(Task.kind, {}, limit=9)]
        assert [(one.name, one.subject, one.about) for one in found] == [
            ("T-1", "swarm:1", "SW-1"),
            ("T-2", "swarm:2", "SW-2"),
        ]
        assert "look into the log" in story.read(first)
        await stage.says("anna", "task done T-1")
        assert not found[1].live
