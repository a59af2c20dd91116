"""A question in a thread: asked, answered, solved, grown, ended by silence."""

from __future__ import annotations

from datetime import timedelta

from chatops.swarm.light import LightSwarm
from chatops.swarm.model import State, Swarm
from swarm_story import Story


async def asked(story: Story) -> str:
    """Let olga ask anna in the lobby; return the thread it is in."""
    said = await story.stage.says("olga", 'swarm ask anna "which provider is it?"')
    card = next(posted for posted in said if "ASK-1" in posted.body.plain)
    assert card.thread is not None
    return card.thread


async def light(story: Story, id: str = "1") -> LightSwarm:
    """Return a light swarm as stored."""
    stored = await story.stage.store.get(LightSwarm.kind, id)
    assert stored is not None
    return story.stage.codec.decode_as(LightSwarm, stored.body)


async def test_asked_answered_solved_in_its_thread() -> None:
    """The question stands in a thread and in the asked one's chat; in the thread nobody names it; no room opens."""
    story = Story()
    async with story.stage as stage:
        thread = await asked(story)
        assert "Olga asks you: which provider is it?" in story.read("direct-anna")
        await stage.says("anna", "swarm answer it is the new one", thread=thread)
        assert "Anna answers: which provider is it?" in story.read("direct-olga")
        assert (await light(story)).state == "answered"
        await stage.says("olga", "swarm done", thread=thread)
        assert (await light(story)).state == "solved"
        assert "your answer to “which provider is it?” helped" in story.read("direct-anna")
        assert not any(room.title.startswith("SW-") for room in stage.network.rooms.values())


async def test_answered_by_a_button() -> None:
    """Whoever is asked answers where they are; the asker says with one press that it helped."""
    story = Story()
    async with story.stage as stage:
        await asked(story)
        await stage.presses("anna", "Answer", fields={"text": "the new one"})
        assert "Anna: the new one" in story.read("general")
        await stage.presses("olga", "That helped")
        assert (await light(story)).state == "solved"


async def test_it_grows_into_a_swarm() -> None:
    """In its thread `swarm open CASE` suffices: question, people and answers go along, the thread says where."""
    story = Story()
    async with story.stage as stage:
        thread = await asked(story)
        await stage.says("anna", "swarm answer it is the new one", thread=thread)
        await stage.says("olga", "swarm open cases:1001", thread=thread)
        stored = await stage.store.get(Swarm.kind, "1")
        assert stored is not None
        swarm = stage.codec.decode_as(Swarm, stored.body)
        assert (swarm.question, swarm.state) == ("which provider is it?", State.ACTIVE)
        assert {member.person for member in swarm.present} == {"olga", "anna"}
        assert [one.answer for one in swarm.questions] == ["it is the new one"]
        assert story.members() == {"olga", "anna"}
        assert "ASK-1 goes on as SW-1." in story.read("general")
        refused = await stage.says("anna", "swarm answer ASK-1 more", room="direct-anna", direct=True)
        assert "ASK-1 goes on as SW-1" in refused[-1].body.plain


async def test_it_grows_by_the_cards_button() -> None:
    """With the case in its form; who has not answered is asked in."""
    story = Story()
    async with story.stage as stage:
        await asked(story)
        await stage.presses("olga", "Open a swarm", fields={"case": "cases:1001", "help_needed": "refund loops"})
        assert "SW-1 is open: refund loops" in story.read("general")
        assert "Olga asks for your help: refund loops" in story.read("direct-anna")
        assert (await light(story)).swarm == "1"


async def test_silence_ends_it() -> None:
    """After three days without a word, the asker is told once; a word makes it last longer."""
    story = Story()
    async with story.stage as stage:
        thread = await asked(story)
        await stage.advance(timedelta(days=2))
        await stage.says("anna", "swarm answer let me look", thread=thread)
        await stage.advance(timedelta(days=2))
        assert (await light(story)).going
        await stage.advance(timedelta(days=1, minutes=1))
        assert (await light(story)).state == "lapsed"
        assert story.read("direct-olga").count("ASK-1 has ended") == 1


async def test_it_stands_in_me_and_in_the_list() -> None:
    """For who is asked, until they have answered; for who asks, until it is solved."""
    story = Story()
    async with story.stage as stage:
        await asked(story)
        assert (
            "ASK-1, Olga asks you" in (await stage.says("anna", "me", room="direct-anna", direct=True))[-1].body.plain
        )
        assert "no answer yet" in (await stage.says("olga", "me", room="direct-olga", direct=True))[-1].body.plain
        assert (
            "ASK-1 which provider is it?"
            in (await stage.says("olga", "swarm list mine", room="direct-olga", direct=True))[-1].body.plain
        )
        await stage.says("anna", "swarm pass", room="direct-anna", direct=True)
        assert "nobody you asked can help" in story.read("direct-olga")
        await stage.says("olga", "swarm unask", room="direct-olga", direct=True)
        assert (
            "No swarms" in (await stage.says("olga", "swarm list mine", room="direct-olga", direct=True))[-1].body.plain
        )


async def test_a_skill_finds_whom_to_ask() -> None:
    """The best of it; nobody asks themselves, and nobody but the asker says that it helped."""
    story = Story()
    async with story.stage as stage:
        await stage.says("olga", "swarm ask skill:billing who knows the refund job?")
        assert (await light(story)).asked == ("anna", "ben")
        refused = await stage.says("ben", "swarm solved ASK-1")
        assert "That is for: owner" in refused[-1].body.plain
        alone = await stage.says("olga", "swarm ask olga what now?")
        assert "nobody asks themselves" in alone[-1].body.plain
