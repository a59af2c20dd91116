"""A swarm may meet where it is opened, or in a pod's home room, and has no room of its own then."""

from __future__ import annotations

import pytest

from chatops.core.message import Identity, Person
from chatops.ports.roster import Pod
from swarm_story import Story
from whole_house import Resident, WholeHouse


class Meeting(Story):
    """Two pods with home rooms, one of them a partner's."""

    def __init__(self) -> None:
        super().__init__()
        directory = self.stage.directory
        for pod in (
            Pod(id="emea", name="EMEA", lead="lea", members=("lea", "olga"), room="fake:emea-home"),
            Pod(id="mixed", members=("lea", "gus"), room="fake:mixed-home"),
            Pod(id="partner", members=("lea",), room="fake:partner-home", external=True),
            Pod(id="homeless", members=("lea",)),
        ):
            directory.add_pod(pod)
        gus = Person(id="gus", name="Gus", roles=frozenset({"guest"}), identities=(Identity(network="fake", id="gus"),))
        directory.add(gus)

    async def opens(self, room: str, *, where: str = "general", more: str = "") -> str:
        """Let Olga open a swarm; return the answer."""
        line = f"swarm open {self.case} refund loops room={room} {more}"
        posts = await self.stage.says("olga", line, room=where, direct=where.startswith("direct"))
        return "\n".join(post.body.plain for post in posts)

    def own_rooms(self) -> list[str]:
        """Return the titles of rooms that swarms opened."""
        return [room.title for room in self.stage.network.rooms.values() if room.title.startswith("SW-")]


@pytest.mark.parametrize("word", ["here", "hier"])
async def test_it_meets_here(word: str) -> None:
    """Its card stands where it was opened, what happens is said there, and it ends there."""
    story = Meeting()
    async with story.stage as stage:
        stage.network.room("general")
        told = await story.opens(word)
        assert "SW-1 meets here" in told
        assert told.count("refund loops") == 1
        assert story.own_rooms() == []
        joined = await stage.says("anna", "swarm join SW-1", room="general")
        assert "It goes on where it began." in "\n".join(post.body.plain for post in joined)
        await stage.says("anna", "swarm question SW-1 since when?", room="general")
        assert "Q1 · since when?" in story.read("general")
        await stage.says("olga", "swarm cancel SW-1 because it was a rehearsal", room="general")
        assert "Cancelled: it was a rehearsal" in story.read("general")
        await stage.says("olga", "undo", room="general")
        assert story.own_rooms() == []


@pytest.fixture
def house() -> WholeHouse:
    """Return a house that asks its network who is in a room."""
    emea = Pod(id="emea", name="EMEA", lead="lea", members=("lea", "olga"), room="fake:emea-home")
    people = (Resident("olga", "agent"), Resident("lea", "pod_lead"), Resident("gus", "guest"))
    return WholeHouse("en", people, (emea,))


async def test_it_meets_at_a_pods_home(house: WholeHouse) -> None:
    """The pod sees its card at once; whoever opened it hears where it is."""
    async with house.stage as stage:
        await house.case("Card charged twice", owner="olga")
        stage.network.room("emea-home", stage.identity("lea"), stage.identity("olga"))
        told = await house.says("olga", "swarm open demo:1001 refund loops room=pod:EMEA")
        assert "It meets in the pod’s home room." in told
        assert "Its own room" not in told
        assert "refund loops" in house.read("emea-home")
        assert not [room.title for room in stage.network.rooms.values() if room.title.startswith("SW-")]
        assert "It meets in the pod’s home room." in await house.says("lea", "swarm join SW-1")


@pytest.mark.parametrize(
    ("inside", "why"), [(None, "I cannot see who reads"), (("olga", "gus"), "who is no member of the house")]
)
async def test_a_home_where_others_read_or_that_is_not_there(
    house: WholeHouse, inside: tuple[str, ...] | None, why: str
) -> None:
    """A swarm never meets where nothing can be said, or where a guest would hear of the case."""
    async with house.stage as stage:
        await house.case("Card charged twice", owner="olga")
        if inside is not None:
            stage.network.room("emea-home", *(stage.identity(one) for one in inside))
        assert why in await house.says("olga", "swarm open demo:1001 refund loops room=pod:emea")
        assert house.read("emea-home") == ""


async def test_a_new_room_is_what_it_has_anyway() -> None:
    """To say so changes nothing."""
    story = Meeting()
    async with story.stage:
        assert "Its own room is opening" in await story.opens("new")
        assert len(story.own_rooms()) == 1


@pytest.mark.parametrize(
    ("room", "where", "more", "why"),
    [
        ("here", "direct-olga", "", "Nobody else reads here."),
        ("here", "general", "private", "others read along elsewhere"),
        ("pod:emea", "general", "private", "others read along elsewhere"),
        ("pod:partner", "general", "", "belongs to a partner"),
        ("pod:mixed", "general", "", "belongs to a partner"),
        ("pod:homeless", "general", "", "has no home room"),
        ("pod:nowhere", "general", "", "There is no pod nowhere."),
        ("attic", "general", "", "attic is no place to meet."),
    ],
)
async def test_where_it_cannot_meet(room: str, where: str, more: str, why: str) -> None:
    """The refusal says why, and nothing is opened."""
    story = Meeting()
    async with story.stage:
        assert why in await story.opens(room, where=where, more=more)
        assert "SW-1" not in story.read("general")


async def test_it_does_not_meet_where_a_guest_reads(house: WholeHouse) -> None:
    """A case's subject and customer would stand before them all day; the network is asked who is there."""
    async with house.stage as stage:
        await house.case("Card charged twice", owner="olga")
        stage.network.room("general", stage.identity("olga"), stage.identity("gus"))
        told = await house.says("olga", "swarm open demo:1001 refund loops room=here")
        assert "Somebody reads here who is no member of the house." in told
        stage.network.rooms["general"].members.remove(stage.identity("gus"))
        assert "SW-1 meets here" in await house.says("olga", "swarm open demo:1001 refund loops room=here")


async def test_another_swarms_room_is_taken() -> None:
    """What is said there means that swarm."""
    story = Meeting()
    async with story.stage as stage:
        await stage.says("olga", f"swarm open {story.case} first question")
        posts = await stage.says("olga", f"swarm open {story.case} second question room=here", room=story.swarm_room())
        assert "This room belongs to something else already." in posts[-1].body.plain
