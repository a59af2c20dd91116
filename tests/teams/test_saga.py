"""Openings that were cut off go on where they were, and never make a second room."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from chatops.errors import Forbidden, OutcomeUnknown, PortError, RateLimited, Rejected, Unreachable
from chatops.ports.chat import RoomSpec
from chatops.ports.records import Write
from teams_bot import PlainBot
from teams_faults import Fault
from teams_network.opening import KIND, Opening
from teams_network.saga import KEPT, SETTLED
from teams_rooms import RoomStage, made
from teams_simulator import TeamsSimulator
from teams_world import Team, User

FORMS = ("chat", "channel", "thread")

PLACES = {
    "chat": ("/graph/v1.0/chats$", "/installedApps$"),
    "channel": (r"/graph/v1.0/teams/[^/]+/channels$", "/v3/conversations/?$"),
    "thread": ("/v3/conversations/?$",),
}
"""Where requests of an opening go that must not be repeated, or may fail."""

MOMENTS = [(form, place) for form in FORMS for place in PLACES[form]]


@pytest.fixture
async def stage(simulator: TeamsSimulator, plain_bot: PlainBot) -> AsyncIterator[RoomStage]:
    """A server whose rooms are what a test says."""
    stage = await made(simulator, plain_bot)
    yield stage
    await stage.close()


@pytest.fixture
def ann(simulator: TeamsSimulator) -> User:
    """Somebody."""
    return simulator.world.user("Ann")


@pytest.fixture
async def team(stage: RoomStage, ann: User) -> Team:
    """An incident team with her and the app in it."""
    return await stage.team("Incidents", ann)


def use(stage: RoomStage, team: Team, form: str) -> None:
    """Let rooms for everybody take a form."""
    stage.start(public=form, teams=[team.group_id], thread_channel=team.id)


def spec_for(stage: RoomStage, ann: User) -> RoomSpec:
    """A room for everybody."""
    return RoomSpec(title="It’s down", topic="again", members=(stage.identity(ann),), public=True)


def made_rooms(stage: RoomStage, team: Team, form: str) -> int:
    """How many rooms of a form there are."""
    if form == "chat":
        return len(stage.chats())
    if form == "channel":
        return len(team.channels) - 1
    return len(stage.simulator.world.find(team.id).standing())


@pytest.mark.parametrize(("form", "place"), MOMENTS)
@pytest.mark.parametrize("reset", ["before", "after"])
async def test_a_lost_answer_makes_no_second_room(
    stage: RoomStage, team: Team, ann: User, form: str, place: str, reset: str
) -> None:
    """Whether what was asked for had happened or not; the server was started anew in between."""
    use(stage, team, form)
    stage.simulator.faults.add(Fault(method="POST", path=place, reset=reset))  # type: ignore[arg-type]
    spec = spec_for(stage, ann)
    with pytest.raises((OutcomeUnknown, Unreachable)):
        await stage.rooms.open_room(spec, key="k")
    [half] = await stage.parts.saga.half_done()
    assert (half.form, bool(half.problem)) == (form, True)
    stage.start()
    stage.clock.advance(timedelta(seconds=SETTLED + 1))
    room = await stage.rooms.open_room(spec, key="k")
    assert made_rooms(stage, team, form) == 1
    if form != "chat":
        assert len(stage.simulator.world.find(room.id).standing()) == 1
    assert await stage.parts.saga.half_done() == []


async def test_what_was_not_sent_is_not_looked_for(stage: RoomStage, team: Team, ann: User) -> None:
    """Asked to wait, or late in an attempt: nothing is asked for, so that whoever gives up on us leaves no doubt behind."""
    limited = Fault(method="POST", path=PLACES["chat"][0], status=429, retry_after=3)
    stage.simulator.faults.add(limited)
    with pytest.raises(RateLimited):
        await stage.rooms.open_room(spec_for(stage, ann), key="k")
    assert [(half.steps, stage.clock.slept) for half in await stage.parts.saga.half_done()] == [((), 0.0)]
    stage.simulator.bot.roles.add("User.Read.All")
    stage.start()
    stage.simulator.faults.add(Fault(path="/users$", status=429, retry_after=5, times=None))
    with pytest.raises(RateLimited, match="goes on in a moment"):
        await stage.rooms.open_room(spec_for(stage, ann), key="late")
    assert [half.steps for half in await stage.parts.saga.half_done()] == [(), ()]
    await stage.rooms.open_room(spec_for(stage, ann), key="late")
    assert made_rooms(stage, team, "chat") == 1


@pytest.mark.parametrize("form", FORMS)
async def test_what_may_be_under_way_is_waited_for(stage: RoomStage, team: Team, ann: User, form: str) -> None:
    """Not found is not the same as not made, for a while."""
    use(stage, team, form)
    stage.simulator.faults.add(Fault(method="POST", path=PLACES[form][0], reset="before"))
    for _attempt in range(3):
        with pytest.raises(OutcomeUnknown):
            await stage.rooms.open_room(spec_for(stage, ann), key="k")
    assert made_rooms(stage, team, form) == 0
    stage.clock.advance(timedelta(seconds=SETTLED + 1))
    await stage.rooms.open_room(spec_for(stage, ann), key="k")
    assert made_rooms(stage, team, form) == 1


@pytest.mark.parametrize("form", FORMS)
async def test_what_nobody_can_look_up_is_not_repeated(stage: RoomStage, team: Team, ann: User, form: str) -> None:
    """The opening stays half done and says why, and what people can do."""
    use(stage, team, form)
    stage.simulator.faults.add(Fault(method="POST", path=PLACES[form][0], reset="after"))
    with pytest.raises(OutcomeUnknown):
        await stage.rooms.open_room(spec_for(stage, ann), key="k")
    stage.simulator.bot.roles.clear()
    stage.clock.advance(timedelta(hours=1))
    for _attempt in range(2):
        with pytest.raises(Rejected, match=r"is not known: .*Look whether"):
            await stage.rooms.open_room(spec_for(stage, ann), key="k")
    assert made_rooms(stage, team, form) == 1
    [half] = await stage.parts.saga.half_done()
    assert "Look whether" in half.problem


async def test_what_another_opening_made_is_not_taken(stage: RoomStage, team: Team, ann: User) -> None:
    """Two chats of the same name and people, the answers to both lost, are two rooms."""
    stage.simulator.faults.add(Fault(method="POST", path="/graph/v1.0/chats$", reset="after", times=2))
    for key in ("one", "two"):
        with pytest.raises(OutcomeUnknown):
            await stage.rooms.open_room(spec_for(stage, ann), key=key)
    rooms = [await stage.rooms.open_room(spec_for(stage, ann), key=key) for key in ("one", "two")]
    assert {room.id for room in rooms} == {chat.id for chat in stage.chats()}
    assert len(rooms) == 2


async def test_a_server_error_of_graph_is_looked_into(stage: RoomStage, ann: User, team: Team) -> None:
    """502 and 504 say that somebody in between got no answer; a chat may have been made."""
    stage.simulator.faults.add(Fault(method="POST", path="/graph/v1.0/chats$", status=504))
    with pytest.raises(OutcomeUnknown):
        await stage.rooms.open_room(spec_for(stage, ann), key="k")


async def test_an_opening_keeps_its_form(stage: RoomStage, ann: User, team: Team) -> None:
    """What the settings say meanwhile counts for the next room."""
    use(stage, team, "thread")
    stage.simulator.faults.add(Fault(method="POST", path="/v3/conversations/?$", status=403, code="Forbidden"))
    with pytest.raises(Forbidden):
        await stage.rooms.open_room(spec_for(stage, ann), key="k")
    use(stage, team, "chat")
    stage.start(thread_channel=team.id)
    room = await stage.rooms.open_room(spec_for(stage, ann), key="k")
    assert (";messageid=" in room.id, stage.chats()) == (True, [])


async def test_two_servers_at_one_opening_make_one_room(stage: RoomStage, ann: User, team: Team) -> None:
    """The slower one is sent away, and finds the room later."""
    hold = stage.simulator.faults.add(Fault(method="POST", path="/graph/v1.0/chats$", hold=True))

    first = asyncio.ensure_future(stage.rooms.open_room(spec_for(stage, ann), key="k"))
    await hold.begun.wait()
    stage.start()
    with pytest.raises(PortError):
        await stage.rooms.open_room(spec_for(stage, ann), key="k")
    hold.release()
    with pytest.raises(Unreachable):
        await first
    room = await stage.rooms.open_room(spec_for(stage, ann), key="k")
    assert [chat.id for chat in stage.chats()] == [room.id]


async def test_an_opening_that_cannot_be_read_is_not_begun_anew(stage: RoomStage, team: Team, ann: User) -> None:
    """A newer version of the server may have made its room."""
    await stage.rooms.open_room(spec_for(stage, ann), key="k")
    [record] = await stage.records.find(KIND)
    await stage.records.write(Write(kind=KIND, id=record.id, body={"shape": 2}, columns=record.columns))
    with pytest.raises(Rejected, match="cannot be read"):
        await stage.rooms.open_room(spec_for(stage, ann), key="k")
    assert made_rooms(stage, team, "chat") == 1


async def test_old_openings_are_forgotten(stage: RoomStage, ann: User, team: Team) -> None:
    """When nobody will ask for them again."""
    await stage.rooms.open_room(spec_for(stage, ann), key="k")
    assert await stage.rooms.prune() == 0
    stage.clock.advance(KEPT + timedelta(seconds=1))
    assert await stage.rooms.prune() == 1


def test_the_mark_is_of_the_key_alone(stage: RoomStage) -> None:
    """So that a channel is found whatever it is called."""
    opening = Opening(id="abcdef0123456789", form="channel", title="x", since=stage.clock.now())
    assert opening.mark == "chatops abcdef012345"
