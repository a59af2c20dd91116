"""Messages become tasks, steps, decisions and moments: by replying, by reacting, by typing; an article grows from them."""

from __future__ import annotations

from chatops.swarm.model import Swarm
from task_story import TaskStory


async def the_swarm(story: TaskStory, id: str = "1") -> Swarm:
    """Return a swarm as stored."""
    stored = await story.stage.store.get(Swarm.kind, id)
    assert stored is not None
    return story.stage.codec.decode_as(Swarm, stored.body)


async def test_a_reply_uses_the_words_of_its_message() -> None:
    """`timeline`, `step`, `decision` and `task @x` in a reply mean the message replied to, with its author and time."""
    story = TaskStory()
    async with story.stage as stage:
        room = await story.begin()
        await stage.says("anna", "the lock was never released", room=room, addressed=False)
        message = story.last(room)
        for words in ("timeline", "step", "decision", "task @anna in=10m", "entscheidung"):
            await stage.says("ben", words, room=room, reply_to=message.id)
        swarm = await the_swarm(story)
        assert [one.text for one in (*swarm.moments, *swarm.steps, *swarm.decisions)] == [
            "the lock was never released"
        ] * 3
        assert {(one.by, one.kept_by) for one in (*swarm.moments, *swarm.steps)} == {("anna", "ben")}
        assert (await story.task()).text == "the lock was never released"
        assert "That is kept already" in story.read(room)


async def test_a_reply_to_words_nobody_has_is_told() -> None:
    """A message of before, or one that was deleted, has no words here: the asker is told what would work."""
    story = TaskStory()
    async with story.stage as stage:
        room = await story.begin()
        told = await stage.says("ben", "step", room=room, reply_to="long-ago")
        assert "I do not have the words of that message" in told[0].body.plain
        await stage.says("anna", "my secret", room=room, addressed=False)
        message = story.last(room)
        await stage.redacts(message)
        await stage.says("ben", "step", room=room, reply_to=message.id)
        assert (await the_swarm(story)).steps == ()


async def test_reactions_keep_a_message_once() -> None:
    """📌 💡 🎯 do it as whoever reacts, once per message and emoji, however many react."""
    story = TaskStory()
    async with story.stage as stage:
        room = await story.begin()
        await stage.says("anna", "release the lock, then restart", room=room, addressed=False)
        message = story.last(room)
        for person in ("ben", "olga", "ben"):
            for emoji in ("📌", "💡", "🎯"):
                await stage.reacts(person, emoji, message)
        swarm = await the_swarm(story)
        assert (len(swarm.moments), len(swarm.steps), await story.count()) == (1, 1, 1)
        assert swarm.steps[0].kept_by == "ben"
        assert (await story.task()).assignee == "ben"
        assert "Step 1 of SW-1 is kept" in story.alone("ben")
        assert "Step 1" not in story.read(room)


async def test_a_reaction_taken_back_does_nothing() -> None:
    """Only putting one on means something."""
    story = TaskStory()
    async with story.stage as stage:
        room = await story.begin()
        await stage.says("anna", "release the lock", room=room, addressed=False)
        await stage.reacts("ben", "💡", story.last(room), removed=True)
        assert (await the_swarm(story)).steps == ()


async def test_a_reaction_that_may_not_is_refused_privately() -> None:
    """Who is not in the swarm is told alone; somebody who may can still do it."""
    story = TaskStory()
    async with story.stage as stage:
        await stage.says("olga", "swarm open cases:1001 refund loops")
        room = story.swarm_room()
        await stage.says("olga", "release the lock", room=room, addressed=False)
        message = story.last(room)
        await stage.reacts("ben", "💡", message)
        assert "That is for" in story.alone("ben")
        assert "That is for" not in story.read(room)
        await stage.reacts("olga", "💡", message)
        assert len((await the_swarm(story)).steps) == 1


async def test_a_reaction_on_words_nobody_has_is_told_privately() -> None:
    """Nothing fails silently: on a card of the server there are no words of people."""
    story = TaskStory()
    async with story.stage as stage:
        room = await story.begin()
        card = next(posted.ref for posted in stage.network.posted if posted.ref.room.id == room)
        await stage.reacts("ben", "📌", card)
        assert "I do not have the words of that message" in story.alone("ben")


async def test_eyes_and_a_check_mark_answer_the_task_of_a_message() -> None:
    """👀 says yes to the task made of a message, ✅ finishes it; on other messages they are only signs."""
    story = TaskStory()
    async with story.stage as stage:
        room = await story.begin()
        await stage.says("anna", "the bank has to be asked", room=room, addressed=False)
        message = story.last(room)
        before = len(stage.network.posted)
        await stage.reacts("ben", "👀", message)
        await stage.reacts("ben", "✅", message)
        assert len(stage.network.posted) == before
        await stage.says("olga", "task @ben", room=room, reply_to=message.id)
        await stage.reacts("ben", "👀", message)
        assert (await story.task()).state == "acked"
        await stage.reacts("ben", "✅", message)
        assert (await story.task()).state == "done"


async def test_an_edited_message_has_its_new_words() -> None:
    """What was put right before it was kept is kept as it reads now; nobody edits somebody else's words."""
    story = TaskStory()
    async with story.stage as stage:
        room = await story.begin()
        await stage.says("anna", "restart the lock", room=room, addressed=False)
        message = story.last(room)
        await story.edits("anna", message, "release the lock")
        await story.edits("ben", message, "something else")
        await stage.says("ben", "step", room=room, reply_to=message.id)
        assert [step.text for step in (await the_swarm(story)).steps] == ["release the lock"]


async def test_the_timeline_is_added_to_put_right_and_exported() -> None:
    """A moment has its own time, an edit keeps the old words, the export has everything in order."""
    story = TaskStory()
    async with story.stage as stage:
        room = await story.begin()
        await stage.says("anna", 'timeline add "the customer called"', room=room)
        await stage.says("anna", "timeline edit 1 the customer called twice", room=room)
        refused = await stage.says("ben", "timeline edit 1 nobody called", room=room)
        assert "That is for" in refused[0].body.plain
        shown = await stage.says("ben", "timeline show", room=room)
        assert "Anna: the customer called twice" in shown[0].body.plain
        exported = await stage.says("ben", "timeline export", room=room)
        assert exported[0].ref.room.id == "direct-ben"
        assert "Olga opened it: refund loops" in exported[0].body.plain
        assert "it said: the customer called" in "".join(
            reply.text for reply in await stage.calls("olga", "audit SW-1")
        )


async def test_an_article_grows_and_is_drafted_as_it_grew() -> None:
    """Steps in order, one dropped; the draft shows what is missing; `done article=new` takes all of it along."""
    story = TaskStory()
    async with story.stage as stage:
        room = await story.begin()
        for step in ("stop the job", "a wrong turn", "release the lock"):
            await stage.says("anna", f"step add {step}", room=room)
        await stage.says("anna", "step drop 2", room=room)
        draft = await stage.says("ben", "kb draft", room=room)
        assert "Still missing: environment, cause" in draft[0].body.plain
        assert "1. stop the job\n2. release the lock" in draft[0].body.plain
        await stage.says(
            "anna", 'kb draft environment="shop 4.2" cause="a lock that stays" title="Refunds loop"', room=room
        )
        await stage.says("olga", 'done "the lock is gone" article=new', room=room)
        (article,) = await story.tickets.search_articles("Refunds", limit=3)
        assert article.title == "Refunds loop"
        for words in ("Environment: shop 4.2", "1. stop the job", "2. release the lock", "Solution: the lock is gone"):
            assert words in article.text
        assert "a wrong turn" not in article.text


async def test_guests_see_none_of_it() -> None:
    """A guest in the swarm keeps things like anybody in it, and is shown neither draft nor timeline nor suggestions."""
    story = TaskStory()
    story.guest("gus")
    async with story.stage as stage:
        await story.begin()
        room = story.swarm_room()
        await stage.says("olga", "swarm invite guest:gus", room=room)
        await stage.says("gus", "swarm accept SW-1")
        await stage.says("gus", "step add we restarted our side", room=room)
        assert len((await the_swarm(story)).steps) == 1
        for words in ("kb draft", "timeline show", "timeline export", "kb similar", "step list"):
            told = await stage.says("gus", words, room=room)
            assert "That is for: staff" in told[0].body.plain, words
        for words in ("kb draft", "timeline show", "step list"):
            shown = await stage.says("anna", words, room=room)
            assert [posted.ref.room.id for posted in shown] == ["direct-anna"], words
