"""Rooms on the simulated Teams: which form they take, who is in them, and how they end."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from chatops.core.message import Identity, RoomRef
from chatops.errors import Forbidden, Invalid, Missing, OutcomeUnknown, Unreachable, Unsupported
from chatops.ports.chat import RoomSpec
from teams_bot import PlainBot
from teams_faults import Fault
from teams_rooms import RoomStage, made
from teams_simulator import TeamsSimulator
from teams_world import User, base, root


@pytest.fixture
async def stage(simulator: TeamsSimulator, plain_bot: PlainBot) -> AsyncIterator[RoomStage]:
    """Group chats for everything."""
    stage = await made(simulator, plain_bot)
    yield stage
    await stage.close()


@pytest.fixture
def ann(simulator: TeamsSimulator) -> User:
    """Somebody."""
    return simulator.world.user("Ann")


@pytest.fixture
def ben(simulator: TeamsSimulator) -> User:
    """Somebody else."""
    return simulator.world.user("Ben")


async def test_a_chat_opens_with_its_people_and_the_app(stage: RoomStage, ann: User, ben: User) -> None:
    """Once per key, also when it is asked for again; another key is another chat."""
    spec = RoomSpec(title="Refund loops: again", topic="x", members=(stage.identity(ann), stage.identity(ben)))
    room = await stage.rooms.open_room(spec, key="one")
    assert await stage.rooms.open_room(spec, key="one") == room
    [chat] = stage.chats()
    assert (chat.id, chat.name, set(chat.people)) == (room.id, "Refund loops again", {ann, ben})
    assert stage.simulator.bot.app_id in chat.apps
    assert set(await stage.rooms.members(room)) == {stage.identity(ann), stage.identity(ben)}
    assert await stage.rooms.open_room(spec, key="two") != room


async def test_a_chat_can_be_spoken_in_before_teams_has_told_of_it(stage: RoomStage, ann: User) -> None:
    """With the address of any other conversation of the tenant; Teams' own word counts afterwards."""
    room = await stage.rooms.open_room(RoomSpec(title="Room", members=(stage.identity(ann),)), key="k")
    known = await stage.conversations.known(room.id)
    assert known is not None
    assert (known.ours, known.service_url) == (True, stage.simulator.service_url)
    await stage.connector.send(known.service_url, room.id, {"type": "message", "text": "hello"})
    await stage.listen()
    known = await stage.conversations.known(room.id)
    assert known is not None
    assert known.ours


async def test_people_come_and_go(stage: RoomStage, ann: User, ben: User) -> None:
    """Twice is harmless."""
    room = await stage.rooms.open_room(RoomSpec(title="Room", members=(stage.identity(ann),)), key="k")
    for _time in range(2):
        await stage.rooms.invite(room, stage.identity(ben), key="i")
    assert set(await stage.rooms.members(room)) == {stage.identity(ann), stage.identity(ben)}
    for _time in range(2):
        await stage.rooms.remove(room, stage.identity(ben), key="r")
    assert await stage.rooms.members(room) == [stage.identity(ann)]


async def test_nobody_stays_in_unsaid(stage: RoomStage, ann: User, ben: User) -> None:
    """However their id is written; whom Graph cannot take out is named, rather than thought to be gone."""
    spec = RoomSpec(title="Room", members=(stage.identity(ann), stage.identity(ben)))
    room = await stage.rooms.open_room(spec, key="k")
    tenant = stage.simulator.world.tenant
    with pytest.raises(Forbidden, match="has to take them out"):
        await stage.rooms.remove(room, Identity(network="teams", tenant=tenant, id=ben.id), key="r")
    await stage.rooms.remove(room, Identity(network="teams", tenant=tenant, id=ben.object_id.upper()), key="r")
    assert stage.chats()[0].people == [ann]


async def test_who_cannot_be_put_into_a_chat_is_left_out(stage: RoomStage, ann: User, ben: User) -> None:
    """Somebody the directory does not know costs nobody the room."""
    nobody = Identity(network="teams", tenant=stage.settings.tenant, id="00000000-0000-0000-0000-000000000001")
    spec = RoomSpec(title="Room", members=(stage.identity(ann), nobody, stage.identity(ben)))
    room = await stage.rooms.open_room(spec, key="k")
    assert set(await stage.rooms.members(room)) == {stage.identity(ann), stage.identity(ben)}


async def test_more_people_than_go_in_at_once(stage: RoomStage) -> None:
    """Those beyond 200 come one by one, those beyond 250 are left out."""
    users = [stage.simulator.world.user(f"U{number}") for number in range(253)]
    spec = RoomSpec(title="Big", members=tuple(stage.identity(user) for user in users))
    await stage.rooms.open_room(spec, key="k")
    [chat] = stage.chats()
    assert chat.people == users[:250]


async def test_a_chat_without_anybody_is_none(stage: RoomStage) -> None:
    """Graph makes none either."""
    with pytest.raises(Invalid):
        await stage.rooms.open_room(RoomSpec(title="Room"), key="k")


async def test_a_closed_chat_says_so_and_lets_nobody_write(stage: RoomStage, ann: User, ben: User) -> None:
    """Twice is harmless; nothing more is to be said there."""
    spec = RoomSpec(title="Room", members=(stage.identity(ann), stage.identity(ben)))
    room = await stage.rooms.open_room(spec, key="k")
    for _time in range(2):
        await stage.rooms.archive_room(room, key="a")
    [chat] = stage.chats()
    assert (chat.name, chat.people) == ("Room (closed)", [])
    assert await stage.own.is_closed(room.id)
    assert not await stage.own.is_closed("19:other@thread.v2")


async def test_a_room_for_everybody_is_a_channel_with_one_main_thread(stage: RoomStage, ann: User, ben: User) -> None:
    """In the incident team; who is not in that team cannot be let in, and nobody is put into it."""
    team = await stage.team("Incidents", ann)
    stage.start(public="channel", teams=[team.group_id])
    spec = RoomSpec(title="Checkout/down!", topic="SEV1", members=(stage.identity(ann),), public=True)
    room = await stage.rooms.open_room(spec, key="k")
    channel = stage.simulator.world.find(room.id)
    assert (channel.name, channel.description.splitlines()[0]) == ("Checkout down!", "SEV1")
    [post] = channel.standing()
    assert (post.id, post.activity["text"]) == (root(room.id), "Checkout/down!\n\nSEV1")
    known = await stage.conversations.known(room.id)
    assert known is not None
    assert (known.main_thread, known.ours, known.team) == (post.id, True, team.group_id)
    assert await stage.rooms.members(room) == [stage.identity(ann)]
    await stage.rooms.invite(room, stage.identity(ann), key="i")
    with pytest.raises(Forbidden, match="an owner of the team has to add them"):
        await stage.rooms.invite(room, stage.identity(ben), key="i")
    with pytest.raises(Forbidden, match="only an owner"):
        await stage.rooms.remove(room, stage.identity(ann), key="r")
    assert team.people == [ann]


async def test_a_channel_is_archived(stage: RoomStage, ann: User) -> None:
    """The operation is waited for; a channel that is archived stays so."""
    team = await stage.team("Incidents", ann)
    stage.start(public="channel", teams=[team.group_id])
    room = await stage.rooms.open_room(RoomSpec(title="Down", members=(stage.identity(ann),), public=True), key="k")
    for _time in range(2):
        await stage.rooms.archive_room(room, key="a")
        stage.start()
    assert stage.simulator.world.find(room.id).archived
    assert len(stage.simulator.asked("/archive")) == 1


async def test_an_archiving_that_is_in_the_way_is_waited_for(stage: RoomStage, ann: User) -> None:
    """A channel that is just being archived, or changed by somebody, is no reason to give its closing up."""
    team = await stage.team("Incidents", ann)
    stage.start(public="channel", teams=[team.group_id])
    room = await stage.rooms.open_room(RoomSpec(title="Down", members=(stage.identity(ann),), public=True), key="k")
    stage.simulator.faults.add(Fault(method="POST", path="/archive$", status=409, code="Conflict"))
    with pytest.raises(Unreachable):
        await stage.rooms.archive_room(room, key="a")
    assert not await stage.own.is_closed(room.id)
    await stage.rooms.archive_room(room, key="a")
    assert stage.simulator.world.find(room.id).archived


async def test_a_chat_of_others_is_not_emptied(stage: RoomStage, ann: User, ben: User) -> None:
    """The app is in it, and that is all."""
    chat = stage.simulator.world.group_chat([ann, ben], topic="Lunch")
    await stage.simulator.people.install(chat, ann)
    await stage.listen()
    with pytest.raises(Forbidden, match="that the bot has opened"):
        await stage.rooms.archive_room(RoomRef(network="teams", id=chat.id), key="a")
    assert (chat.name, chat.people) == ("Lunch", [ann, ben])


async def test_the_next_team_is_used_when_one_is_full(stage: RoomStage, ann: User) -> None:
    """Full by the settings or by what Teams says; with no other team left it is said which setting names them."""
    one, two = await stage.team("One", ann), await stage.team("Two", ann)
    stage.start(public="channel", teams=[one.group_id, two.group_id], channels_per_team=3)
    one.room_for = 2
    where = []
    for number in range(3):
        spec = RoomSpec(title=f"Room {number}", members=(stage.identity(ann),), public=True)
        channel = stage.simulator.world.find((await stage.rooms.open_room(spec, key=str(number))).id)
        assert channel.team is not None
        where.append(channel.team.name)
    assert where == ["One", "Two", "Two"]
    stage.start(channels_per_team=2)
    with pytest.raises(Unsupported, match=r"rooms\.teams"):
        await stage.rooms.open_room(RoomSpec(title="X", members=(stage.identity(ann),), public=True), key="x")


@pytest.mark.parametrize("gone", ["before", "counted", "forbidden"])
async def test_a_team_that_is_gone_keeps_nobody_from_the_next(stage: RoomStage, ann: User, gone: str) -> None:
    """Deleted, also since its channels were counted, or the app taken out of it; an opening cut off goes on as well."""
    one, two = await stage.team("One", ann), await stage.team("Two", ann)
    stage.start(public="channel", teams=[one.group_id, two.group_id])
    if gone == "counted":
        await stage.rooms.open_room(RoomSpec(title="A", members=(stage.identity(ann),), public=True), key="a")
    if gone == "forbidden":
        path = f"/teams/{one.group_id}/channels$"
        stage.simulator.faults.add(Fault(path=path, status=403, code="Forbidden", times=None))
    else:
        del stage.simulator.world.teams[one.group_id]
    spec = RoomSpec(title="Down", members=(stage.identity(ann),), public=True)
    if gone == "before":
        stage.simulator.faults.add(Fault(method="POST", path="/channels$", reset="after"))
        with pytest.raises(OutcomeUnknown):
            await stage.rooms.open_room(spec, key="k")
    channel = stage.simulator.world.find((await stage.rooms.open_room(spec, key="k")).id)
    assert channel.team is two
    assert len(two.channels) == 2
    if gone == "before":
        stage.start(teams=[one.group_id])
        with pytest.raises(Missing):
            await stage.rooms.open_room(spec, key="other")


async def test_a_name_that_is_taken_gets_a_mark(stage: RoomStage, ann: User) -> None:
    """Channels of one team have different names."""
    team = await stage.team("Incidents", ann)
    stage.start(public="channel", teams=[team.group_id])
    spec = RoomSpec(title="Down", members=(stage.identity(ann),), public=True)
    first = await stage.rooms.open_room(spec, key="1")
    second = await stage.rooms.open_room(spec, key="2")
    names = [stage.simulator.world.find(room.id).name for room in (first, second)]
    assert names[0] == "Down"
    assert names[1].startswith("Down ")
    assert len(names[1]) == len("Down 1234")


async def test_a_thread_needs_no_permission_at_all(stage: RoomStage, ann: User) -> None:
    """It is closed by writing nothing more in it."""
    team = await stage.team("Support", ann)
    channel = stage.simulator.world.channel(team, "swarms")
    stage.simulator.bot.roles.clear()
    stage.start(others="thread", thread_channel=channel.id)
    room = await stage.rooms.open_room(RoomSpec(title="Loops", members=(stage.identity(ann),)), key="k")
    assert (base(room.id), [post.id for post in channel.standing()]) == (channel.id, [root(room.id)])
    assert await stage.own.is_room(room.id)
    assert not await stage.own.is_room(channel.id)
    assert await stage.rooms.members(room) == [stage.identity(ann)]
    await stage.rooms.archive_room(room, key="a")
    assert await stage.own.is_closed(room.id)
    assert not stage.simulator.asked("/graph/v1.0/teams")


async def test_restricted_rooms_are_chats_whatever_the_settings_say(stage: RoomStage, ann: User) -> None:
    """A standard channel would be read by the whole team."""
    team = await stage.team("Incidents", ann)
    stage.start(public="channel", others="thread", teams=[team.group_id], thread_channel=team.id)
    outsider = Identity(network="teams", tenant="99999999-0000-4000-8000-000000000000", id=ann.object_id)
    for number, spec in enumerate(
        (
            RoomSpec(title="Private", members=(stage.identity(ann),), private=True),
            RoomSpec(title="Both", members=(stage.identity(ann),), private=True, public=True),
            RoomSpec(title="Guest", members=(stage.identity(ann), outsider), public=True),
        )
    ):
        room = await stage.rooms.open_room(spec, key=str(number))
        assert room.id.endswith("@thread.v2")


@pytest.mark.parametrize(
    ("rooms", "setting"),
    [({"public": "channel"}, r"rooms\.teams"), ({"public": "thread"}, r"rooms\.thread_channel")],
)
async def test_what_is_not_set_up_is_named(stage: RoomStage, ann: User, rooms: dict[str, object], setting: str) -> None:
    """Before anything is asked of Teams."""
    stage.start(**rooms)
    before = len(stage.simulator.asked("/teams"))
    with pytest.raises(Unsupported, match=setting):
        await stage.rooms.open_room(RoomSpec(title="X", members=(stage.identity(ann),), public=True), key="k")
    assert len(stage.simulator.asked("/teams")) == before


async def test_a_room_for_everybody_tells_of_its_call(stage: RoomStage, ann: User) -> None:
    """The link stands in the first post; without the right to make one there is a room without."""
    stage.start(meeting_organizer=ann.object_id)
    spec = RoomSpec(title="Down", members=(stage.identity(ann),), public=True)
    await stage.rooms.open_room(spec, key="1")
    [chat] = stage.chats()
    assert "https://teams.microsoft.com/l/meetup-join/" in chat.standing()[0].activity["text"]
    stage.simulator.bot.roles.discard("OnlineMeetings.ReadWrite.All")
    room = await stage.rooms.open_room(spec, key="2")
    assert stage.simulator.world.find(room.id).standing() == []


async def test_there_is_one_personal_chat(stage: RoomStage, ann: User) -> None:
    """The app is installed for those who lack it, where we may."""
    first = await stage.rooms.direct_room(stage.identity(ann), key="1")
    await stage.listen()
    assert await stage.rooms.direct_room(stage.identity(ann), key="2") == first
    assert await stage.rooms.members(first) == [stage.identity(ann)]


async def test_who_lacks_the_app_is_told_so(stage: RoomStage, ann: User) -> None:
    """With who has to do what, and the permission that would let us do it."""
    stage.simulator.bot.roles = {one for one in stage.simulator.bot.roles if "ForUser" not in one}
    with pytest.raises(Forbidden, match=r"They add it themselves.*TeamsAppInstallation\.ReadWriteSelfForUser\.All"):
        await stage.rooms.direct_room(stage.identity(ann), key="1")


async def test_what_is_missing_is_named(stage: RoomStage, ann: User) -> None:
    """The permission, and where to grant it."""
    stage.simulator.bot.roles.discard("Chat.Create")
    with pytest.raises(Forbidden, match=r"Chat\.Create.*Grant admin consent"):
        await stage.rooms.open_room(RoomSpec(title="Room", members=(stage.identity(ann),)), key="k")
    [half] = await stage.parts.saga.half_done()
    assert "Chat.Create" in half.problem
    stage.simulator.bot.roles.add("Chat.Create")
    await stage.rooms.open_room(RoomSpec(title="Room", members=(stage.identity(ann),)), key="k")
    assert await stage.parts.saga.half_done() == []


async def test_rooms_that_are_not_there_are_missing(stage: RoomStage, ann: User) -> None:
    """Those of another network too."""
    for room in (RoomRef(network="teams", id="19:none@thread.v2"), RoomRef(network="other", id="19:x@thread.v2")):
        with pytest.raises(Missing):
            await stage.rooms.members(room)
        with pytest.raises(Missing):
            await stage.rooms.invite(room, stage.identity(ann), key="k")


async def test_a_guest_makes_a_room_a_chat(stage: RoomStage, ann: User, ben: User) -> None:
    """Where we may ask who is one; Graph takes them as guests only."""
    ben.type = "Guest"
    team = await stage.team("Incidents", ann)
    stage.simulator.bot.roles.add("User.Read.All")
    stage.start(public="channel", teams=[team.group_id])
    spec = RoomSpec(title="Down", members=(stage.identity(ann), stage.identity(ben)), public=True)
    room = await stage.rooms.open_room(spec, key="k")
    chat = stage.simulator.world.find(room.id)
    assert (chat.type, chat.people, chat.owners) == ("groupChat", [ann, ben], {ann.id})


async def test_whom_teams_does_not_let_go_stays(stage: RoomStage, ann: User, ben: User) -> None:
    """The chat is closed all the same."""
    spec = RoomSpec(title="Room", members=(stage.identity(ann), stage.identity(ben)))
    room = await stage.rooms.open_room(spec, key="k")
    stage.simulator.faults.add(Fault(method="DELETE", path="/members/", status=400, after=1))
    await stage.rooms.archive_room(room, key="a")
    assert (stage.chats()[0].people, await stage.own.is_closed(room.id)) == ([ben], True)


async def test_a_chat_that_is_not_everywhere_yet_is_waited_for(stage: RoomStage, ann: User) -> None:
    """Not found, just after it was made, means later."""
    spec = RoomSpec(title="Room", members=(stage.identity(ann),))
    stage.simulator.faults.add(Fault(method="POST", path="/installedApps$", status=404, code="NotFound"))
    with pytest.raises(Unreachable):
        await stage.rooms.open_room(spec, key="k")
    room = await stage.rooms.open_room(spec, key="k")
    assert [chat.id for chat in stage.chats()] == [room.id]
