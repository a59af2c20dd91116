"""The simulated Graph lets in whom it should, and does what it says."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from teams_bot import PlainBot
from teams_simulator import TeamsSimulator
from teams_world import Conversation, Raw, Team, User

V1 = "/graph/v1.0"


@pytest.fixture
def ann(simulator: TeamsSimulator) -> User:
    """Somebody."""
    return simulator.world.user("Ann")


@pytest.fixture
def team(simulator: TeamsSimulator, ann: User) -> Team:
    """A team with her and the bot in it."""
    made = simulator.world.team("Incidents", [ann])
    made.apps.add(simulator.bot.app_id)
    return made


@pytest.fixture
def channel(simulator: TeamsSimulator, team: Team) -> Conversation:
    """A channel of it."""
    return simulator.world.channel(team, "checkout")


def bound(*people: User, role: str = "owner") -> list[Raw]:
    """Members as Graph wants them."""
    return [
        {
            "@odata.type": "#microsoft.graph.aadUserConversationMember",
            "roles": [role],
            "user@odata.bind": f"https://graph.microsoft.com/v1.0/users('{one.object_id}')",
        }
        for one in people
    ]


def app_of(simulator: TeamsSimulator) -> Raw:
    """The app as an installation names it."""
    return {"teamsApp@odata.bind": f"https://graph.microsoft.com/v1.0/appCatalogs/teamsApps/{simulator.bot.catalog_id}"}


async def test_channels_are_made_and_found(simulator: TeamsSimulator, plain_bot: PlainBot, team: Team) -> None:
    """And the bot in the team is told."""
    path = f"{V1}/teams/{team.group_id}/channels"
    status, made = await plain_bot.call("POST", path, {"displayName": "it’s down", "membershipType": "standard"})
    assert (status, made["displayName"]) == (201, "it’s down")
    wanted = quote("displayName eq 'it’s down'")
    _status, found = await plain_bot.call("GET", f"{path}?$filter={wanted}")
    assert [one["id"] for one in found["value"]] == [made["id"]]
    await simulator.deliveries.settled()
    assert plain_bot.heard[0]["channelData"]["eventType"] == "channelCreated"
    assert plain_bot.heard[0]["channelData"]["team"]["aadGroupId"] == team.group_id


@pytest.mark.parametrize("name", ["", "a#b", "_a", "a.", "what?", "x" * 51, "general", "a..b"])
async def test_bad_names_and_those_there_are_refused(plain_bot: PlainBot, team: Team, name: str) -> None:
    """No channel comes of them."""
    status, answer = await plain_bot.call("POST", f"{V1}/teams/{team.group_id}/channels", {"displayName": name})
    assert (status, answer["error"]["code"]) == (400, "BadRequest")
    assert len(team.channels) == 1


async def test_a_team_takes_so_many_channels(plain_bot: PlainBot, team: Team) -> None:
    """Deleted ones are counted."""
    plain_bot.simulator.bot.roles.add("Channel.Delete.All")
    team.room_for = 2
    path = f"{V1}/teams/{team.group_id}/channels"
    _status, made = await plain_bot.call("POST", path, {"displayName": "one"})
    assert (await plain_bot.call("DELETE", f"{path}/{made['id']}"))[0] == 204
    status, answer = await plain_bot.call("POST", path, {"displayName": "two"})
    assert (status, answer["error"]["innerError"]["code"]) == (400, "ChannelLimitExceeded")


async def test_nothing_is_done_without_a_permission(
    simulator: TeamsSimulator, plain_bot: PlainBot, team: Team, channel: Conversation, ann: User
) -> None:
    """One of the app, or one that holds where it is installed."""
    simulator.bot.roles.clear()
    chat = simulator.world.group_chat([ann])
    tries: list[tuple[str, str, object]] = [
        ("POST", f"/teams/{team.group_id}/channels", {"displayName": "x"}),
        ("GET", f"/teams/{team.group_id}/channels", None),
        ("POST", f"/teams/{team.group_id}/channels/{channel.id}/archive", {}),
        ("POST", "/chats", {"chatType": "group", "members": bound(ann)}),
        ("GET", f"/users/{ann.object_id}/chats", None),
        ("GET", f"/chats/{chat.id}/members", None),
        ("POST", f"/chats/{chat.id}/members", bound(ann)[0]),
        ("POST", f"/chats/{chat.id}/installedApps", app_of(simulator)),
        ("GET", "/appCatalogs/teamsApps", None),
        ("POST", f"/users/{ann.object_id}/onlineMeetings", {}),
        ("GET", f"/chats/{chat.id}/messages/1", None),
    ]
    for method, path, asked in tries:
        status, answer = await plain_bot.call(method, V1 + path, asked)
        assert (path, status, answer["error"]["code"]) == (path, 403, "Forbidden")
    simulator.bot.rsc.add("Channel.Create.Group")
    method, path, asked = tries[0]
    assert (await plain_bot.call(method, V1 + path, asked))[0] == 201
    team.apps.clear()
    assert (await plain_bot.call(method, V1 + path, asked))[0] == 403


async def test_archiving_takes_a_while(simulator: TeamsSimulator, plain_bot: PlainBot, channel: Conversation) -> None:
    """The operation says when it is done; from then on nobody writes."""
    assert channel.team is not None
    path = f"{V1}/teams/{channel.team.group_id}/channels/{channel.id}"
    status, asked = await plain_bot.call("POST", f"{path}/archive", {})
    assert status == 202
    states = [(await plain_bot.call("GET", V1 + asked["Location"]))[1]["status"] for _n in range(2)]
    assert (states, channel.archived) == (["inProgress", "succeeded"], True)
    assert (await plain_bot.send(channel.id, {"type": "message", "text": "x"}))[0] == 403
    simulator.teams.polls = 0
    assert (await plain_bot.call("POST", f"{path}/unarchive", {}))[0] == 202
    assert not channel.archived


async def test_an_operation_may_fail(simulator: TeamsSimulator, plain_bot: PlainBot, channel: Conversation) -> None:
    """Then nothing has changed."""
    assert channel.team is not None
    simulator.teams.polls, simulator.teams.failing = 0, 1
    group = channel.team.group_id
    _status, asked = await plain_bot.call("POST", f"{V1}/teams/{group}/channels/{channel.id}/archive", {})
    operation = asked["Location"].split("'")[3]
    _status, answer = await plain_bot.call("GET", f"{V1}/teams/{group}/operations/{operation}")
    assert (answer["status"], channel.archived) == ("failed", False)


async def test_a_chat_is_made_and_the_bot_comes_in(simulator: TeamsSimulator, plain_bot: PlainBot, ann: User) -> None:
    """It is told where it is, and may speak there."""
    body = {"chatType": "group", "topic": "INC-42", "members": bound(ann)}
    status, chat = await plain_bot.call("POST", f"{V1}/chats", body)
    assert (status, chat["topic"], chat["chatType"]) == (201, "INC-42", "group")
    assert (await plain_bot.send(chat["id"], {"type": "message", "text": "x"}))[0] == 403
    found = await plain_bot.call(
        "GET", f"{V1}/appCatalogs/teamsApps?$filter=externalId eq '{simulator.bot.external_id}'"
    )
    assert found[1]["value"][0]["id"] == simulator.bot.catalog_id
    path = f"{V1}/chats/{chat['id']}/installedApps"
    assert (await plain_bot.call("POST", path, app_of(simulator)))[0] == 201
    assert (await plain_bot.call("POST", path, app_of(simulator)))[0] == 409
    await simulator.deliveries.settled()
    assert [one["type"] for one in plain_bot.heard] == ["conversationUpdate", "installationUpdate"]
    assert plain_bot.heard[0]["membersAdded"][0]["id"] == simulator.bot.id
    assert (plain_bot.heard[1]["action"], plain_bot.heard[1]["conversation"]["id"]) == ("add", chat["id"])
    assert (await plain_bot.send(chat["id"], {"type": "message", "text": "x"}))[0] == 201


async def test_members_of_a_chat_come_and_go(simulator: TeamsSimulator, plain_bot: PlainBot, ann: User) -> None:
    """And chats are found by who is in them."""
    ben = simulator.world.user("Ben")
    chat = simulator.world.group_chat([ann], topic="INC-42")
    path = f"{V1}/chats/{chat.id}/members"
    status, made = await plain_bot.call("POST", path, bound(ben)[0])
    assert (status, made["Location"].startswith(f"/chats/{chat.id}/members/")) == (201, True)
    _status, found = await plain_bot.call("GET", f"{V1}/users/{ben.object_id}/chats?$filter=topic eq 'INC-42'")
    assert [one["id"] for one in found["value"]] == [chat.id]
    assert (await plain_bot.call("POST", path, bound(ben)[0]))[0] == 409
    assert (await plain_bot.call("DELETE", V1 + made["Location"]))[0] == 204
    _status, left = await plain_bot.call("GET", path)
    assert [one["userId"] for one in left["value"]] == [ann.object_id]


async def test_the_app_is_installed_for_somebody(simulator: TeamsSimulator, plain_bot: PlainBot, ann: User) -> None:
    """Then there is a personal chat, and its id can be asked for."""
    path = f"{V1}/users/{ann.object_id}/teamwork/installedApps"
    assert (await plain_bot.call("POST", path, app_of(simulator)))[0] == 201
    await simulator.deliveries.settled()
    _status, [listed] = 200, (await plain_bot.call("GET", path))[1]["value"]
    _status, chat = await plain_bot.call("GET", f"{path}/{listed['id']}/chat")
    assert chat["id"] == plain_bot.heard[-1]["conversation"]["id"]


async def test_a_message_is_read(
    simulator: TeamsSimulator, plain_bot: PlainBot, channel: Conversation, ann: User
) -> None:
    """Replies below their thread; a deleted one is empty and says so."""
    assert channel.team is not None
    first = await simulator.people.say(ann, channel, "look <here>")
    reply = await simulator.people.say(ann, channel, "a reply", thread=first.id)
    messages = f"{V1}/teams/{channel.team.group_id}/channels/{channel.id}/messages"
    _status, read = await plain_bot.call("GET", f"{messages}/{first.id}")
    assert (read["body"]["content"], read["from"]["user"]["id"]) == ("<p>look &lt;here&gt;</p>", ann.object_id)
    assert (await plain_bot.call("GET", f"{messages}/{reply.id}"))[0] == 404
    assert (await plain_bot.call("GET", f"{messages}/{first.id}/replies/{reply.id}"))[1]["replyToId"] == first.id
    await simulator.people.delete(ann, channel, first.id)
    _status, read = await plain_bot.call("GET", f"{messages}/{first.id}")
    assert (read["body"]["content"], read["deletedDateTime"] is None) == ("", False)


async def test_meetings_need_a_policy(simulator: TeamsSimulator, plain_bot: PlainBot, ann: User) -> None:
    """For the one in whose name they are."""
    path = f"{V1}/users/{ann.object_id}/onlineMeetings"
    assert (await plain_bot.call("POST", path, {"subject": "INC-42"}))[1]["joinWebUrl"].startswith("https://teams.")
    simulator.chats.organizers = set()
    assert (await plain_bot.call("POST", path, {"subject": "INC-42"}))[0] == 403


async def test_one_team_is_asked_four_times_a_second(plain_bot: PlainBot, team: Team) -> None:
    """When limits are switched on."""
    plain_bot.simulator.limits.on = True
    told = [await plain_bot.call("GET", f"{V1}/teams/{team.group_id}/channels") for _n in range(5)]
    assert [status for status, _answer in told] == [200] * 4 + [429]


async def test_lists_come_in_pages(simulator: TeamsSimulator, plain_bot: PlainBot, ann: User) -> None:
    """With the address of the next."""
    chats = [simulator.world.group_chat([ann]) for _n in range(5)]
    path, found = f"{V1}/users/{ann.object_id}/chats?$top=2", list[str]()
    while path:
        _status, told = await plain_bot.call("GET", path)
        found += [one["id"] for one in told["value"]]
        path = told.get("@odata.nextLink", "").removeprefix(simulator.url)
    assert found == [chat.id for chat in chats]
