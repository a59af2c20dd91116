"""What is of the house stays hidden until a guest who has left is out of every room; guests learn no names."""

from __future__ import annotations

import pytest

from chatops.core.message import Identity, Person
from chatops.errors import Forbidden, PortError, Rejected
from chatops.swarm.model import Member, Swarm
from swarm_story import Story


def story_with_guest() -> Story:
    """Return a company with a guest, and two people whose names begin alike."""
    story = Story()
    gus = Identity(network="fake", id="gus")
    story.stage.directory.add(Person(id="gus", name="Gus", roles=frozenset({"guest"}), identities=(gus,)))
    for id_, name in (("anke", "An Keller"), ("antje", "An Jansen")):
        who = Identity(network="fake", id=id_)
        story.stage.directory.add(Person(id=id_, name=name, roles=frozenset({"agent"}), identities=(who,)))
    return story


async def guest_in(story: Story) -> str:
    """Open a swarm, bring the guest in, and return its room."""
    stage = story.stage
    await stage.says("olga", f'swarm open {story.case} "refund loops" tried="secret attempt"')
    room = story.swarm_room()
    await stage.says("olga", "swarm invite guest:gus", room=room)
    await stage.says("gus", "swarm accept SW-1", room="direct-gus", direct=True)
    assert "gus" in story.members()
    return room


@pytest.mark.parametrize("error", [Forbidden("not allowed"), Rejected("no such right")])
async def test_the_card_stays_as_guests_see_it_while_one_is_still_in(error: PortError) -> None:
    """The network refuses to take the guest out: nothing of the case is shown, the owner hears what to do."""
    story = story_with_guest()
    async with story.stage as stage:
        room = await guest_in(story)
        stage.network.fail_in(room, error)
        await stage.says("gus", "swarm leave SW-1", room="direct-gus", direct=True)
        await stage.says("olga", "swarm solution SW-1 restart the gateway", room="direct-olga", direct=True)

        assert "gus" in story.members()
        assert "Card charged twice" not in story.read(room)
        assert "secret attempt" not in story.read(room)
        assert "Gus could not be taken out of the room of SW-1" in story.read("direct-olga")
        assert "take them out there by hand" in story.read("direct-olga")

        gus = stage.identity("gus")
        await stage.network.member(gus, room, "removed")
        await stage.settle()
        assert "Card charged twice" in story.read(room)


async def test_the_case_is_shown_again_once_the_guest_is_out() -> None:
    """Taken out as usual, or gone by themselves, though they cannot be taken out any more."""
    story = story_with_guest()
    async with story.stage as stage:
        room = await guest_in(story)
        await stage.says("gus", "swarm leave SW-1", room="direct-gus", direct=True)
        assert "gus" not in story.members()
        assert "Card charged twice" in story.read(room)

        await stage.says("olga", "swarm invite guest:gus", room=room)
        await stage.says("gus", "swarm accept SW-1", room="direct-gus", direct=True)
        assert "Card charged twice" not in story.read(room)
        stage.network.fail_in(room, Forbidden("not in the room"))
        await stage.network.member(stage.identity("gus"), room, "left")
        await stage.settle()
        assert "Card charged twice" in story.read(room)
        assert "could not be taken out" not in story.read("direct-olga")


@pytest.mark.parametrize("before", ["never", "left"])
async def test_a_guest_who_walks_in_uninvited_reads_no_more_than_guests(before: str) -> None:
    """From the moment they come the card is as guests see it, until the network says that they are out."""
    story = story_with_guest()
    async with story.stage as stage:
        if before == "left":
            room = await guest_in(story)
            await stage.says("gus", "swarm leave SW-1", room="direct-gus", direct=True)
            await stage.says("olga", "swarm cancel SW-1 because of the test")
            await stage.says("olga", "swarm reopen SW-1 because of the test")
        else:
            await stage.says("olga", f'swarm open {story.case} "refund loops" tried="secret attempt" --private')
            room = story.swarm_room()
        room = story.swarm_room()
        assert "Card charged twice" in story.read(room)
        stored = await stage.store.get(Swarm.kind, "1")
        assert stored is not None
        if before == "left":
            swarm = stage.codec.decode_as(Swarm, stored.body)
            assert (
                swarm.visible_to(Person(id="gus", name="Gus", roles=frozenset({"guest"})), stage.clock.now()) is False
            )
        stage.network.fail_in(room, Forbidden("no such right"))
        gus = stage.identity("gus")
        await stage.network.member(gus, room, "joined")
        await stage.settle()
        stored = await stage.store.get(Swarm.kind, "1")
        assert stored is not None
        assert stage.codec.decode_as(Swarm, stored.body).has_guests
        assert "Card charged twice" not in story.read(room)
        assert "Gus could not be taken out" in story.read("direct-olga")
        await stage.network.member(gus, room, "removed")
        await stage.settle()
        assert "Card charged twice" in story.read(room)


async def test_members_stored_before_are_out() -> None:
    """A row without the field is read as somebody who is in no room any more."""
    story = Story()
    row = '{"person":"gus","since":"2026-01-01T00:00:00Z","left":"2026-01-02T00:00:00Z","guest":true}'
    async with story.stage as stage:
        await stage.says("olga", f'swarm open {story.case} "refund loops"')
        stored = await stage.store.get(Swarm.kind, "1")
        assert stored is not None
        body = stored.body.replace('"members":[', f'"members":[{row},', 1)
        swarm = stage.codec.decode_as(Swarm, body)
        assert [one.still_in for one in swarm.members if one.person == "gus"] == [()]
        assert isinstance(swarm.members[0], Member)
        assert not swarm.has_guests


@pytest.mark.parametrize("typed", ["an", "ann", "anka"])
async def test_guests_learn_nobodys_name_by_guessing(typed: str) -> None:
    """Neither which colleagues are called so, nor who is called nearly so."""
    story = story_with_guest()
    async with story.stage as stage:
        room = await guest_in(story)
        for place, direct in ((room, False), ("direct-gus", True)):
            said = await stage.says("gus", f"swarm invite SW-1 {typed}", room=place, direct=direct)
            told = "\n".join(post.body.plain for post in said)
            assert f"I know nobody called `{typed}`" in told
            assert not [name for name in ("anke", "antje", "Keller", "Jansen", "anna", "Anna") if name in told]


async def test_a_colleague_is_told_no_names_where_a_guest_reads() -> None:
    """In the room nobody is named; in their own chat they are."""
    story = story_with_guest()
    async with story.stage as stage:
        room = await guest_in(story)
        for typed in ("swarm invite an", "swarm handover an"):
            told = "\n".join(
                post.body.plain for post in await stage.says("olga", typed, room=room) if post.ref.room.id == room
            )
            assert "anke" not in told
            assert "antje" not in told
        alone = await stage.says("olga", "swarm invite SW-1 an", room="direct-olga", direct=True)
        assert "anke" in "\n".join(post.body.plain for post in alone)
