"""What may help is found by itself, shown with the words it was found by, and kept from whom it is not for."""

from __future__ import annotations

from datetime import timedelta

from task_story import StuckStory, TaskStory


async def test_articles_cases_and_earlier_swarms_are_suggested() -> None:
    """Up to three of each, with the words in common and what solved it."""
    story = TaskStory()
    story.tickets.add_article("Refund loops and how to stop them", "Release the lock.", state="published")
    story.tickets.add_ticket("Refund loops for ever", owner="olga")
    async with story.stage as stage:
        await stage.says("olga", "swarm open cases:1001 refund loops at night")
        await stage.says(
            "olga", 'done "released the lock" article=none because="known" solved=no', room=story.swarm_room()
        )
        await stage.says("olga", "swarm open cases:1001 the refund loops again")
        read = story.read(story.room_of("SW-2"))
        assert "What may help with SW-2" in read
        assert "KB1 Refund loops and how to stop them (refund, loops)" in read
        assert "cases:1002 Refund loops for ever (refund, loops)" in read
        assert "SW-1 refund loops at night (refund, loops" in read
        assert "released the lock" in read
        assert "May help: KB1 (refund, loops) · SW-1 (refund, loops" in read


async def test_an_article_is_used_with_one_press() -> None:
    """[Use] links it to the case; closing with `article=link` needs no number then."""
    story = TaskStory()
    story.tickets.add_article("Refund loops and how to stop them", state="published")
    async with story.stage as stage:
        await stage.says("olga", "swarm open cases:1001 refund loops")
        await stage.presses("olga", "Use KB1", room=story.swarm_room())
        assert ("KB1", story.case.id) in story.tickets.links
        await stage.says("olga", 'done "as it says there" article=link', room=story.swarm_room())
        assert "SW-1 is closed" in story.read(story.swarm_room())


async def test_a_dead_ticket_system_delays_nothing() -> None:
    """The search hangs: the swarm is open, and what others found is shown once time is up."""
    story = StuckStory()
    story.tickets.add_article("Refund loops and how to stop them", state="published")
    async with story.stage as stage:
        opened = await stage.says("olga", "swarm open cases:1001 refund loops")
        assert "SW-1 is open" in opened[0].body.plain
        assert "What may help" not in story.read(story.swarm_room())
        await stage.advance(timedelta(seconds=20))
        assert "KB1 Refund loops" in story.read(story.swarm_room())


async def test_private_swarms_are_suggested_to_nobody_and_found_by_their_own_only() -> None:
    """Not on the card of another swarm; in a search, only by who was in it."""
    story = TaskStory()
    story.tickets.add_ticket("Something else", owner="olga")
    async with story.stage as stage:
        await stage.says("olga", 'swarm open cases:1001 "refund loops of a famous customer" private')
        await stage.says("olga", 'done "hushed up" article=none because="secret"', room=story.swarm_room())
        await stage.says("lea", "swarm open cases:1002 refund loops")
        assert "What may help" not in story.read(story.room_of("SW-2"))
        assert "famous" in "".join(reply.text for reply in await stage.calls("olga", "kb search refund loops"))
        assert "famous" not in "".join(reply.text for reply in await stage.calls("ben", "kb search refund loops"))


async def test_a_guest_coming_in_hides_the_suggestions() -> None:
    """As soon as a guest may read there, the card is a line that says nothing of them."""
    story = TaskStory()
    story.guest("gus")
    story.tickets.add_article("Refund loops and how to stop them", state="published")
    async with story.stage as stage:
        await stage.says("olga", "swarm open cases:1001 refund loops")
        room = story.swarm_room()
        assert "KB1" in story.read(room)
        await stage.says("olga", "swarm invite guest:gus", room=room)
        assert "KB1" not in story.read(room)


async def test_votes_move_suggestions() -> None:
    """One vote each; what more people found useful stands before what has as many words in common."""
    story = TaskStory()
    story.tickets.add_article("Refund loops, first try", state="published")
    story.tickets.add_article("Refund loops, second try", state="published")
    async with story.stage as stage:
        assert (await story.found("refund loops")).index("KB1") < (await story.found("refund loops")).index("KB2")
        for _again in range(2):
            await stage.says("anna", "kb rate KB2 up")
        found = await story.found("refund loops")
        assert found.index("KB2") < found.index("KB1")
        for person in ("ben", "olga", "anna"):
            await stage.says(person, "kb rate KB2 down")
        found = await story.found("refund loops")
        assert found.index("KB1") < found.index("KB2")
