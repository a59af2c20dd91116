"""Guests give tasks, and are given tasks, only among those who are in the swarm with them."""

from __future__ import annotations

import pytest

from task_story import TaskStory

STRANGERS = ("@ben", "ben", "pod:emea", "an", "nobody")
"""Whom a guest in a swarm with Olga and Anna does not reach, or does not get to know."""


async def with_a_guest(story: TaskStory) -> str:
    """Open a swarm of Olga's, Anna's and the guest Gus'; return its room."""
    story.guest("gus")
    story.guest("gil")
    story.in_pod("emea", "ben", "lea")
    await story.stage.says("olga", "swarm open cases:1001 refund loops")
    await story.stage.says("anna", "swarm join SW-1")
    await story.stage.says("olga", "swarm invite SW-1 guest:gus")
    await story.stage.says("gus", "accept", room="direct-gus", direct=True)
    return story.swarm_room()


@pytest.mark.parametrize("who", STRANGERS)
async def test_guests_reach_nobody_outside_the_swarm(who: str) -> None:
    """Nor do they learn who else there is: whatever name they try, the answer is the same."""
    story = TaskStory()
    async with story.stage as stage:
        room = await with_a_guest(story)
        (told,) = await stage.says("gus", f'task add {who} "look here"', room=room)
        assert told.body.plain.splitlines()[0] == (
            "Guests give tasks to people who are in the swarm with them, by name."
        )
        assert "Ben" not in told.body.plain
        assert await stage.store.get("task", "1") is None


async def test_among_themselves_they_give_each_other_tasks() -> None:
    """A guest to a colleague in the swarm, and back."""
    story = TaskStory()
    async with story.stage as stage:
        room = await with_a_guest(story)
        await stage.says("gus", 'task add @anna "look at the gateway"', room=room)
        await stage.says("olga", 'task add @gus "send us the log"', room=room)
        assert [(await story.task(id_)).assignee for id_ in ("1", "2")] == ["anna", "gus"]


async def test_a_guest_of_another_swarm_is_given_none_of_this_one() -> None:
    """They would read what it is about."""
    story = TaskStory()
    async with story.stage as stage:
        room = await with_a_guest(story)
        (told,) = await stage.says("olga", 'task add @gil "read the secret"', room=room)
        assert "is a guest" in told.body.plain
        assert "secret" not in story.read("direct-gil")


@pytest.mark.parametrize("who", ["gus", "olga"])
async def test_what_stands_on_the_timeline_is_not_told_where_a_guest_reads(who: str) -> None:
    """Neither to the guest who would take something back, nor in the room to a colleague who would."""
    story = TaskStory()
    async with story.stage as stage:
        room = await with_a_guest(story)
        await stage.says(who, "step add restart it", room=room)
        await stage.advance_seconds(5)
        await stage.says("anna", "timeline add secret plan", room="direct-anna", direct=True)
        await stage.says("anna", "timeline add SW-1 secret plan", room="direct-anna", direct=True)
        await stage.says(who, "undo", room=room)
        for place in (room, "direct-gus"):
            assert "secret plan" not in story.read(place)
        assert "cannot simply be taken back" in story.read(f"direct-{who}")


async def test_guests_do_not_learn_which_pods_there_are() -> None:
    """A pod that there is and one that there is not are answered alike."""
    story = TaskStory()
    story.guest("gus")
    story.in_pod("emea", "anna")
    async with story.stage as stage:
        told = [(await stage.says("gus", f"task list pod:{pod}"))[-1].body.plain for pod in ("emea", "nowhere")]
        assert told[0] == told[1]
