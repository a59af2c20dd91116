"""What happens to a swarm's room and its people on the network itself, without any command."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chatops.core.message import Identity, Person, RoomMoved
from chatops.swarm.model import Swarm
from swarm_story import Story

US = Identity(network="fake", id="server")
ROOM = "swarm:1/main"


async def opened(story: Story, words: str = "swarm open cases:1001 refund loops") -> str:
    """Open a swarm in the lobby; return its room."""
    await story.stage.says("olga", words)
    return story.swarm_room()


async def swarm(story: Story) -> Swarm:
    """Return it as stored."""
    stored = await story.stage.store.get(Swarm.kind, "1")
    assert stored is not None
    return story.stage.codec.decode_as(Swarm, stored.body)


async def happens(story: Story, who: str, room: str, change: str, **more: object) -> None:
    """Let somebody come, go or knock."""
    await story.stage.network.member(story.stage.identity(who), room, change, **more)  # type: ignore[arg-type]
    await story.stage.settle()


def fresh(story: Story, room: str, since: int) -> str:
    """Return what stands in a room of what was posted after the first `since` posts."""
    return "\n".join(one.body.plain for one in story.stage.network.posted[since:] if one.ref.room.id == room)


async def test_a_swarm_put_out_of_its_room_goes_on_and_comes_back() -> None:
    """Where it began, with its card; the owner hears who did it and what to do; invited again it moves back."""
    story = Story()
    async with story.stage as stage:
        room = await opened(story)
        await stage.network.member(US, room, "removed", by=stage.identity("ben"), ourselves=True)
        await stage.settle()

        told = story.read("direct-olga")
        assert "Ben took me out of the room of SW-1." in told
        assert "Invite me into the room again: then it moves back." in told
        lobby = story.read("general")
        assert "It goes on here." in lobby
        assert "SW-1 · refund loops" in lobby
        await stage.says("anna", "swarm join SW-1")
        await stage.says("anna", "swarm question SW-1 which provider?")
        assert "Q1 · which provider?" in story.read("general")
        assert "anna" not in story.members()

        since = len(stage.network.posted)
        await stage.network.member(US, room, "joined", ourselves=True)
        await stage.settle()
        assert "SW-1 · refund loops" in fresh(story, room, since)
        assert "anna" in story.members()
        assert "SW-1 is back in its own room." in story.read("general")
        assert [one.body.title for one in stage.network.history(room) if one.pinned][-1] == "SW-1 · refund loops"
        (place,) = (await swarm(story)).places
        assert (place.room, place.lost) == (ROOM, None)


async def test_a_private_swarm_goes_on_with_its_owner_alone() -> None:
    """Never in the lobby where it was opened."""
    story = Story()
    async with story.stage as stage:
        room = await opened(story, 'swarm open cases:1001 "refund loops" private')
        since = len(stage.network.posted)
        await stage.network.member(US, room, "banned", by=stage.identity("ben"), ourselves=True)
        await stage.settle()

        assert fresh(story, "general", since) == ""
        told = fresh(story, "direct-olga", since)
        assert "Lift the ban and invite me into the room again: then it moves back." in told
        assert "SW-1 · refund loops" in told


async def test_a_swarm_that_ended_meanwhile_closes_its_room_when_it_is_back() -> None:
    """Nothing is said there any more."""
    story = Story()
    async with story.stage as stage:
        room = await opened(story)
        await stage.network.member(US, room, "left", ourselves=True)
        await stage.settle()
        assert "I am no longer in the room of SW-1." in story.read("direct-olga")
        await stage.says("olga", "swarm cancel SW-1 because it stopped")
        assert not stage.network.rooms[room].archived

        await stage.network.member(US, room, "joined", ourselves=True)
        await stage.settle()
        assert stage.network.rooms[room].archived


async def test_a_renewed_room_has_the_card_again() -> None:
    """Pinned, with a sentence before it; what is done next shows there."""
    story = Story()
    async with story.stage as stage:
        room = await opened(story)
        old, new = stage.network.upgrade(room, "renewed")
        for key in ("one", "two"):
            await stage.network.deliver((key, RoomMoved(room=old, to=new, at=stage.clock.now())))
            await stage.settle()

        sentence, card = stage.network.history("renewed")
        assert sentence.body.plain == "The room was renewed. SW-1 goes on here."
        assert (card.body.title, card.pinned) == ("SW-1 · refund loops", True)
        await stage.says("anna", "swarm join SW-1")
        assert stage.identity("anna") in stage.network.rooms["renewed"].members
        await stage.says("anna", "question which provider?", room="renewed")
        assert "Q1 · which provider?" in story.read("renewed")
        await happens(story, "anna", room, "left")
        assert (await swarm(story)).member("anna")


async def test_a_room_renewed_after_its_swarm_ended_stays_closed() -> None:
    """Nothing is said there: nothing goes on."""
    story = Story()
    async with story.stage as stage:
        room = await opened(story)
        await stage.says("olga", "swarm cancel SW-1 wrong case")
        assert stage.network.rooms[room].archived
        old, new = stage.network.upgrade(room, "renewed")
        await stage.network.deliver(("one", RoomMoved(room=old, to=new, at=stage.clock.now())))
        await stage.settle()

        assert stage.network.history("renewed") == []
        assert stage.network.rooms["renewed"].archived


async def test_who_knocks_is_let_in_as_by_joining() -> None:
    """And told what it is about; knocking again changes nothing for one who is in."""
    story = Story()
    async with story.stage as stage:
        room = await opened(story)
        await happens(story, "ben", room, "knocked")

        assert story.members() == {"olga", "ben"}
        assert (await swarm(story)).member("ben")
        assert "SW-1 · refund loops" in story.read("direct-ben")
        stays = (await swarm(story)).members
        await happens(story, "ben", room, "knocked")
        assert (await swarm(story)).members == stays
        assert [key for method, key in stage.network.calls if method == "invite"][-1].startswith("swarm:1/again/ben")


@pytest.mark.parametrize(
    ("words", "who", "told"),
    [
        ('swarm open cases:1001 "refund loops" private', "ben", "only for those who have been asked in"),
        ("swarm open cases:1001 refund loops", "gus", "only for those who have been asked in"),
    ],
)
async def test_who_may_not_come_in_is_told_and_taken_off_the_list(words: str, who: str, told: str) -> None:
    """Nobody comes into a private swarm by knocking, no guest into any."""
    story = Story()
    gus = Identity(network="fake", id="gus")
    story.stage.directory.add(Person(id="gus", name="Gus", roles=frozenset({"guest"}), identities=(gus,)))
    async with story.stage as stage:
        room = await opened(story, words)
        await happens(story, who, room, "knocked")

        assert story.members() == {"olga"}
        assert told in story.read(f"direct-{who}")
        assert "SW-1" not in story.read(f"direct-{who}")
        assert any(method == "remove" and f"/off/{who}/" in key for method, key in stage.network.calls)
        assert (await swarm(story)).member(who) is None


async def test_strangers_who_knock_meet_silence() -> None:
    """Nothing is said, nothing is done."""
    story = Story()
    async with story.stage as stage:
        room = await opened(story)
        before = len(stage.network.calls)
        await happens(story, "stranger", room, "knocked")

        assert len(stage.network.calls) == before


async def test_who_walks_in_becomes_a_member_and_who_walks_out_leaves() -> None:
    """The owner stays the owner whatever they do with their room."""
    story = Story()
    async with story.stage as stage:
        room = await opened(story)
        await happens(story, "ben", room, "joined")
        assert (await swarm(story)).member("ben")
        await happens(story, "ben", room, "left")
        assert (await swarm(story)).member("ben") is None
        await happens(story, "olga", room, "left")
        assert (await swarm(story)).member("olga")
        await happens(story, "ben", room, "joined")
        assert (await swarm(story)).member("ben")
        assert stage.network.rooms[room].members


async def test_who_walks_into_a_private_swarm_is_taken_out_and_the_owner_hears() -> None:
    """With the button that would ask them in."""
    story = Story()
    async with story.stage as stage:
        room = await opened(story, 'swarm open cases:1001 "refund loops" private')
        await happens(story, "ben", room, "joined")

        assert story.members() == {"olga"}
        assert "Ben came into the room of SW-1 without being asked" in story.read("direct-olga")
        await stage.presses("olga", "swarm invite SW-1 ben", room="direct-olga")
        await stage.presses("ben", "I’ll help", room="direct-ben")
        assert story.members() == {"olga", "ben"}


async def test_a_private_room_stays_closed_to_others_when_the_work_is_done() -> None:
    """What was said there can still be read there. Nobody is asked in any more, so the owner is not troubled."""
    story = Story()
    async with story.stage as stage:
        room = await opened(story, 'swarm open cases:1001 "refund loops" private')
        await stage.says("olga", "swarm cancel SW-1 wrong case")
        since = len(stage.network.posted)
        await happens(story, "ben", room, "joined")

        assert story.members() == {"olga"}
        assert "only for those who have been asked in" in fresh(story, "direct-ben", since)
        assert fresh(story, "direct-olga", since) == ""


async def test_accepting_alone_gives_two_signals() -> None:
    """The letter changes, and one card says what it is about and that they are in."""
    story = Story()
    async with story.stage as stage:
        await opened(story, "swarm open cases:1001 refund loops skills=billing")
        await stage.says("anna", "me", room="direct-anna", direct=True)
        since = len(stage.network.posted)
        await stage.says("anna", "accept", room="direct-anna", direct=True)

        (card,) = [one for one in stage.network.posted[since:] if one.ref.room.id == "direct-anna"]
        assert card.body.title == "You are in SW-1: refund loops", "a notification shows the first line"
        assert "Its room lets you in now." in card.body.plain


async def test_calls_that_run_out_together_stand_on_one_card() -> None:
    """One that runs out much later gets its own."""
    story = Story()
    async with story.stage as stage:
        room = await opened(story)
        await stage.says("olga", "invite ben, lea", room=room)
        await stage.says("olga", "invite anna wait=30m", room=room)
        await stage.advance(timedelta(minutes=11))

        def told() -> list[str]:
            cards = [one.body for one in stage.network.history("direct-olga") if "nobody is left" in one.body.title]
            return [card.title for card in cards]

        assert told() == ["SW-1: nobody is left to ask (Ben, Lea)"]
        await stage.advance(timedelta(minutes=20))
        assert told() == ["SW-1: nobody is left to ask (Ben, Lea)", "SW-1: nobody is left to ask (Anna)"]
