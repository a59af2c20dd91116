"""The Bot Connector's calls, against the simulator."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from chatops.errors import (
    AuthExpired,
    Forbidden,
    Invalid,
    Missing,
    OutcomeUnknown,
    PortError,
    RateLimited,
    Unreachable,
)
from teams_faults import Fault
from teams_network.addresses import root
from teams_network.asking import TRIES
from teams_network.connector import Connector, Created
from teams_simulator import TeamsSimulator
from teams_speaking import Speaking
from teams_world import Conversation, User

TEXT = {"type": "message", "text": "hello"}


@pytest.fixture
def connector(speaking: Speaking) -> Connector:
    return speaking.connector


@pytest.fixture
async def chat(simulator: TeamsSimulator, speaking: Speaking, ann: User) -> Conversation:
    """A group chat with her and the bot."""
    made = simulator.world.group_chat([ann], topic="A chat")
    await speaking.meet(made)
    return made


@pytest.fixture
async def channel(simulator: TeamsSimulator, speaking: Speaking, ann: User) -> Conversation:
    """A channel with her and the bot."""
    made = simulator.world.channel(simulator.world.team("Incidents", [ann]), "checkout")
    await speaking.meet(made)
    return made


async def test_a_message_is_sent_replaced_and_taken_away(
    connector: Connector, speaking: Speaking, chat: Conversation
) -> None:
    """By its id."""
    id = await connector.send(speaking.url, chat.id, TEXT)
    await connector.update(speaking.url, chat.id, id, {**TEXT, "text": "better"})
    assert chat.posts[id].activity["text"] == "better"
    await connector.delete(speaking.url, chat.id, id)
    assert chat.standing() == []
    with pytest.raises(Missing):
        await connector.update(speaking.url, chat.id, id, TEXT)


async def test_a_thread_is_begun_and_gone_on_with(
    connector: Connector, speaking: Speaking, channel: Conversation
) -> None:
    """Its address is the channel's with the first message's id."""
    body = {"isGroup": True, "channelData": {"channel": {"id": channel.id}}, "activity": TEXT}
    begun = await connector.create(speaking.url, body, thread=channel.id)
    assert root(begun.conversation) == begun.activity
    reply = await connector.send(speaking.url, begun.conversation, TEXT)
    assert channel.posts[reply].root == begun.activity


async def test_a_personal_chat_is_begun_once(
    connector: Connector, simulator: TeamsSimulator, speaking: Speaking, ann: User
) -> None:
    """By account or object id, it is the same one."""
    simulator.world.personal(ann, simulator.bot).apps.add(simulator.bot.app_id)

    async def begin(member: str) -> Created:
        body = {"isGroup": False, "members": [{"id": member}], "tenantId": simulator.world.tenant}
        return await connector.create(speaking.url, body, thread=member)

    assert await begin(ann.id) == await begin(ann.object_id)


async def test_everybody_in_a_conversation_is_told(
    connector: Connector, simulator: TeamsSimulator, speaking: Speaking
) -> None:
    """Over as many pages as it takes, with their object ids."""
    people = [simulator.world.user(f"Person {number}") for number in range(1100)]
    crowd = simulator.world.group_chat(people)
    await speaking.meet(crowd)
    members = await connector.members(speaking.url, crowd.id)
    assert [member.aad_object_id for member in members] == [person.object_id for person in people]
    assert len(simulator.asked("pagedmembers")) == 3


Call = Callable[[Connector, str, str], Awaitable[object]]

CALLS: dict[str, tuple[Call, bool]] = {
    "send": (lambda c, url, at: c.send(url, at, TEXT), True),
    "begin": (lambda c, url, at: c.create(url, {"activity": TEXT, "channelData": {"channel": {"id": at}}}), True),
    "update": (lambda c, url, at: c.update(url, at, "1", TEXT), False),
    "delete": (lambda c, url, at: c.delete(url, at, "1"), False),
    "personal": (lambda c, url, at: c.create(url, {"members": [{"id": at}]}), False),
    "members": (lambda c, url, at: c.members(url, at), False),
}
"""Each call, and whether a repetition would be seen by people."""


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    "url", ["https://evil.example/amer/", "http://smba.trafficmanager.net/", "http://127.0.0.1:1/", ""]
)
async def test_a_token_goes_nowhere_else(name: str, url: str, simulator: TeamsSimulator, speaking: Speaking) -> None:
    """A stored service URL that is not allowed is refused before anything is asked, a token included."""
    call, _doubles = CALLS[name]
    with pytest.raises(Forbidden):
        await call(speaking.connector, url, "19:x@thread.v2")
    assert simulator.calls == []


@pytest.mark.parametrize("name", CALLS)
async def test_an_answer_that_is_lost(
    name: str, simulator: TeamsSimulator, speaking: Speaking, chat: Conversation
) -> None:
    """Of what people would see twice nobody knows; all else may be asked again."""
    call, doubles = CALLS[name]
    simulator.faults.add(Fault(path="/v3/", reset="after", times=None))
    with pytest.raises(OutcomeUnknown if doubles else Unreachable):
        await call(speaking.connector, speaking.url, chat.id)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("status", [500, 503])
async def test_a_server_error_is_not_repeated(
    name: str, status: int, simulator: TeamsSimulator, speaking: Speaking, chat: Conversation
) -> None:
    """Nobody says that it may be."""
    call, doubles = CALLS[name]
    fault = simulator.faults.add(Fault(path="/v3/", status=status, times=None))
    with pytest.raises(OutcomeUnknown if doubles else Unreachable):
        await call(speaking.connector, speaking.url, chat.id)
    assert fault.met == 1


@pytest.mark.parametrize("status", [412, 502, 504])
async def test_what_teams_wants_repeated_is_repeated(
    status: int, simulator: TeamsSimulator, speaking: Speaking, chat: Conversation
) -> None:
    """After pauses that grow and are never the same; in the end it is told that there was no answer."""
    fault = simulator.faults.add(Fault(path="/v3/", status=status, times=2))
    await speaking.connector.send(speaking.url, chat.id, TEXT)
    first, second = speaking.clock.slept
    assert len(chat.standing()) == 1
    assert 0.375 <= first <= 0.5
    assert 0.75 <= second <= 1.0
    fault.times = None
    with pytest.raises(Unreachable):
        await speaking.connector.send(speaking.url, chat.id, TEXT)
    assert fault.met == 2 + TRIES
    assert len(chat.standing()) == 1


async def test_a_limit_is_kept_when_told(simulator: TeamsSimulator, speaking: Speaking, chat: Conversation) -> None:
    """For as long as told nothing is sent to that conversation, and others go on."""
    simulator.faults.add(Fault(path="/v3/", status=429, retry_after=30))
    with pytest.raises(RateLimited) as told:
        await speaking.connector.send(speaking.url, chat.id, TEXT)
    assert told.value.retry_after == 30
    asked = len(simulator.asked("/v3/"))
    with pytest.raises(RateLimited):
        await speaking.connector.send(speaking.url, chat.id, TEXT)
    assert len(simulator.asked("/v3/")) == asked
    other = simulator.world.group_chat([])
    await speaking.meet(other)
    await speaking.connector.send(speaking.url, other.id, TEXT)
    await speaking.clock.sleep(30)
    await speaking.connector.send(speaking.url, chat.id, TEXT)


async def test_the_documented_limits_are_never_reached(
    simulator: TeamsSimulator, speaking: Speaking, chat: Conversation
) -> None:
    """Who sends too much waits, and is told to when it takes long."""
    refused = 0
    for _message in range(100):
        try:
            await speaking.connector.send(speaking.url, chat.id, TEXT)
        except RateLimited as error:
            refused += 1
            await speaking.clock.sleep(error.retry_after)
    assert refused > 0
    assert all(call.status != 429 for call in simulator.calls)


async def test_a_refused_token_is_renewed_once(
    simulator: TeamsSimulator, speaking: Speaking, chat: Conversation
) -> None:
    """And when the fresh one is refused as well, operators are told."""
    await speaking.connector.send(speaking.url, chat.id, TEXT)
    fault = simulator.faults.add(Fault(path="/v3/", status=401, code="Unauthorized"))
    await speaking.connector.send(speaking.url, chat.id, TEXT)
    assert len(simulator.asked("/oauth2/")) == 2
    fault.times = None
    with pytest.raises(AuthExpired) as told:
        await speaking.connector.send(speaking.url, chat.id, TEXT)
    assert told.value.fix
    assert fault.met <= 3


async def test_a_redirect_is_not_followed(simulator: TeamsSimulator, speaking: Speaking, chat: Conversation) -> None:
    """The token would go along."""
    simulator.faults.add(Fault(path="/v3/", status=307))
    with pytest.raises(PortError):
        await speaking.connector.send(speaking.url, chat.id, TEXT)
    assert len(simulator.asked("/v3/")) == 1


@pytest.mark.parametrize(
    ("activity", "meaning"),
    [
        ({"type": "message"}, Invalid),
        ({"type": "message", "text": "x" * 150_000}, Invalid),
    ],
)
async def test_a_bad_message_is_refused(
    activity: dict[str, str], meaning: type[PortError], speaking: Speaking, chat: Conversation
) -> None:
    """Repeating it would be useless."""
    with pytest.raises(meaning):
        await speaking.connector.send(speaking.url, chat.id, activity)


async def test_where_the_app_is_not_nothing_is_said(simulator: TeamsSimulator, speaking: Speaking) -> None:
    """Teams says so, and so do we; what does not exist is missing."""
    with pytest.raises(Forbidden, match="not installed"):
        await speaking.connector.send(speaking.url, simulator.world.group_chat([]).id, TEXT)
    with pytest.raises(Missing):
        await speaking.connector.send(speaking.url, "19:nothing@thread.v2", TEXT)


@pytest.mark.parametrize("id", ["", ".", ".."])
async def test_an_id_is_never_another_path(id: str, simulator: TeamsSimulator, speaking: Speaking) -> None:
    """Not even where somebody made one up."""
    with pytest.raises(Missing):
        await speaking.connector.delete(speaking.url, "19:x@thread.v2", id)
    assert simulator.calls == []


async def test_a_house_that_is_down(simulator: TeamsSimulator, speaking: Speaking, chat: Conversation) -> None:
    """Nothing happened, and we know it."""
    await speaking.connector.send(speaking.url, chat.id, TEXT)
    await simulator.stop()
    await asyncio.sleep(0)
    with pytest.raises((Unreachable, OutcomeUnknown)):
        await speaking.connector.send(speaking.url, chat.id, TEXT)
    with pytest.raises(Unreachable):
        await speaking.connector.send(speaking.url, chat.id, TEXT)
