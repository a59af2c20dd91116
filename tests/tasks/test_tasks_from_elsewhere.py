"""A task for a swarm is given from anywhere, by the swarm's name."""

from __future__ import annotations

from task_story import TaskStory


async def test_a_task_is_given_to_a_swarm_from_outside() -> None:
    """It is the same as one given in the room: its card stands there, it is the swarm's, and the asker hears of it."""
    story = TaskStory()
    async with story.stage as stage:
        room = await story.begin()
        answer = await stage.says("olga", 'task add SW-1 @anna "read the refund log" in=10m', room="elsewhere")
        task = await story.task()
        assert (task.subject, task.about, task.assignee, task.lane) == ("swarm:1", "SW-1", "anna", "swarm:1")
        assert "read the refund log" in story.read(room)
        assert "T-1" in "\n".join(post.body.plain for post in answer)
        await stage.says("olga", 'task add SW-1 @ben "ask the bank"', room=room)
        second = await story.task("2")
        assert (second.subject, second.place) == (task.subject, task.place)


async def test_not_everybody_gives_tasks_there() -> None:
    """Outside as inside: who is not in it gives no tasks; of a private one nobody hears that it exists; nor of guests."""
    story = TaskStory()
    story.guest("gus")
    async with story.stage as stage:
        await stage.says("olga", "swarm open cases:1001 refund loops --private")
        for who in ("anna", "lea", "gus"):
            (no,) = await stage.says(who, 'task add SW-1 @olga "read the refund log"')
            (none,) = await stage.says(who, 'task add SW-9 @olga "read the refund log"')
            assert no.body.plain.replace("1", "9") == none.body.plain
        assert await stage.store.get("task", "1") is None


async def test_what_is_over_takes_no_tasks_from_outside() -> None:
    """It says so."""
    story = TaskStory()
    async with story.stage as stage:
        await story.begin()
        await stage.says("olga", "swarm cancel SW-1 because it stopped")
        (no,) = await stage.says("olga", 'task add SW-1 @anna "read the refund log"')
        assert "SW-1 is over." in no.body.plain
