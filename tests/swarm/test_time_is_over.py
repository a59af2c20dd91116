"""What somebody may for a time they may for that time, even when the timer that ends it never fires."""

from __future__ import annotations

from datetime import timedelta

from chatops.core.access import as_of
from chatops.core.message import Identity, Person
from chatops.pages.reading import Reading
from chatops.swarm.model import Swarm
from lost_timers import LostTimers
from swarm_story import Story

BREAK = "admin break-glass SW-1 because the auditors ask who promised it"


def house() -> Story:
    """Return a company with an admin and a guest, in which timers get lost."""
    story = Story(LostTimers())
    for id_, role in (("ada", "admin"), ("gus", "guest")):
        identity = Identity(network="fake", id=id_)
        story.stage.directory.add(Person(id=id_, name=id_.title(), roles=frozenset({role}), identities=(identity,)))
    return story


def known(story: Story, who: str) -> Person:
    """Return somebody of the company."""
    person = story.stage.directory.by_id(who)
    assert person is not None
    return person


async def says(story: Story, who: str, line: str) -> str:
    """Return everything that is answered to somebody alone."""
    return "\n".join([reply.text for reply in await story.stage.calls(who, line)])


async def stored(story: Story) -> Swarm:
    """Return the swarm as it is stored."""
    found = await story.stage.store.get(Swarm.kind, "1")
    assert found is not None
    return story.stage.codec.decode_as(Swarm, found.body)


async def looked_into(story: Story) -> None:
    """Let the admin look into a private swarm, and the timer that would end it get lost."""
    await story.stage.says("olga", "swarm open cases:1001 refund loops --private")
    assert "You can look into SW-1" in await says(story, "ada", BREAK)
    await says(story, "ada", "timer lose swarm:1/glass/ada")


async def visited(story: Story, how: str = "") -> None:
    """Let a guest into a swarm, and the timer that would end their stay get lost."""
    await story.stage.says("olga", "swarm open cases:1001 refund loops")
    await story.stage.says("olga", f"swarm invite SW-1 guest:gus {how}".strip())
    await story.stage.says("gus", "swarm accept SW-1", room="direct-gus", direct=True)
    await says(story, "olga", "timer lose swarm:1/guest/gus")


async def test_a_look_ends_with_its_hour() -> None:
    """Whatever an admin types after the hour, nothing they read is of the private swarm."""
    story = house()
    async with story.stage as stage:
        await looked_into(story)
        await stage.advance(timedelta(minutes=61))
        assert (await stored(story)).glass, "the timer was to be lost"
        for line in (
            "swarm show SW-1",
            "swarm brief SW-1",
            "audit SW-1",
            "timeline show SW-1",
            "handover show SW-1",
            "task list swarm=SW-1",
            "swarm open cases:1001 refund loops",
            "kb draft SW-1",
            "swarm suggest SW-1",
        ):
            answer = await says(story, "ada", line)
            assert answer
            assert "SW-1 ·" not in answer
            assert "refund" not in answer.replace("cases:1001 refund loops", "")
            assert "auditors" not in answer


async def test_lists_and_pages_know_of_no_look_that_is_over() -> None:
    """Lists, its case, its page and what is searched show it during the hour, and not after."""
    story = house()
    async with story.stage as stage:
        await looked_into(story)
        pages, ada = Reading(stage.store, stage.codec, stage.clock), known(story, "ada")
        for over in (False, True):
            found = [
                "SW-1" in await says(story, "ada", "swarm list"),
                "SW-1" in await says(story, "ada", "case show cases:1001"),
                await pages.swarm(ada, "1") is not None,
                bool(await pages.listed(ada, "recent", stage.clock.now())),
                bool(await pages.ever(ada, stage.clock.now())),
                bool(await pages.of_case(ada, story.case)),
            ]
            assert found == [not over] * len(found)
            await stage.advance(timedelta(minutes=61))
        assert "You can look into SW-1" in await says(story, "ada", BREAK)
        assert await pages.swarm(ada, "1") is not None
        kept = (await stored(story)).glass
        assert [one.person for one in kept] == ["ada"]


async def test_a_stay_ends_with_its_time() -> None:
    """A guest whose time is over sees and does nothing, though nobody has taken them out yet."""
    story = house()
    async with story.stage as stage:
        await visited(story, "until=2d")
        assert "refund loops" in await says(story, "gus", "swarm show SW-1")
        assert "SW-1" in await says(story, "gus", "me")
        await stage.advance(timedelta(days=2))
        assert (await stored(story)).member("gus") is not None, "the timer was to be lost"
        for line in (
            "swarm show SW-1",
            "swarm brief SW-1",
            "swarm question SW-1 am I in?",
            "swarm solution SW-1 restart it",
            "swarm leave SW-1",
        ):
            answer = await says(story, "gus", line)
            assert "refund" not in answer
            assert "There is no swarm SW-1" in answer
        assert "SW-1" not in await says(story, "gus", "me")
        heard = await stage.says("gus", "question am I in?", room=story.swarm_room())
        assert "Q1" not in "".join(one.body.plain for one in heard)
        assert not (await stored(story)).questions
        # Until the network has taken them out they read there: the room keeps to what guests may read.
        assert (await stored(story)).has_guests


async def test_a_stay_can_be_made_longer_and_begun_again() -> None:
    """A new time holds at once, with the old one over; without a time it is a week from when they came."""
    story = house()
    async with story.stage as stage:
        await visited(story)
        await stage.advance(timedelta(days=6, hours=23))
        assert "refund loops" in await says(story, "gus", "swarm show SW-1")
        await stage.advance(timedelta(hours=2))
        assert "There is no swarm SW-1" in await says(story, "gus", "swarm show SW-1")
        await stage.says("olga", "swarm invite SW-1 guest:gus until=2d")
        assert "refund loops" in await says(story, "gus", "swarm show SW-1")
        await says(story, "olga", "timer lose swarm:1/guest/gus")
        await stage.advance(timedelta(days=2))
        assert "There is no swarm SW-1" in await says(story, "gus", "swarm show SW-1")


async def test_an_invitation_that_is_over_lets_no_guest_look() -> None:
    """A guest who has not answered in time knows nothing of the swarm, and cannot accept any more."""
    story = house()
    async with story.stage as stage:
        await stage.says("olga", "swarm open cases:1001 refund loops")
        await stage.says("olga", "swarm invite SW-1 guest:gus")
        swarm = await stored(story)
        one = swarm.invited("gus")
        assert one is not None
        assert one.expires_at is not None
        gus = known(story, "gus")
        assert swarm.visible_to(gus, one.expires_at - timedelta(seconds=1))
        assert not swarm.visible_to(gus, one.expires_at)
        assert swarm.has_guests, "what is posted there stays as guests may read it until the invitation is withdrawn"
        assert as_of(swarm, one.expires_at).invited("gus", *(one.state,)) is None


async def test_who_was_a_guest_hears_of_no_coming_back() -> None:
    """A swarm that goes on after a guest's time tells its members, and not that guest."""
    story = house()
    async with story.stage as stage:
        await visited(story, "until=2d")
        await stage.says("olga", "swarm cancel SW-1 because it went away")
        await stage.advance(timedelta(days=3))
        heard = len(story.read("direct-gus"))
        await stage.says("olga", "swarm reopen SW-1 because it came back")
        assert "SW-1 goes on" not in story.read("direct-gus")[heard:]
        assert "came back" not in story.read("direct-gus")
        assert "There is no swarm SW-1" in await says(story, "gus", "swarm show SW-1")
