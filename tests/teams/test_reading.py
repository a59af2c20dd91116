"""A message, read again."""

from __future__ import annotations

import pytest

from chatops.core.message import Identity, MessageRef, RoomRef
from chatops.errors import PortError, RateLimited, Unreachable
from chatops.ports.chat import Line, Outgoing
from teams_faults import Fault
from teams_network.graph_message import message_of
from teams_simulator import TeamsSimulator
from teams_speaking import Speaking
from teams_world import Conversation, User


async def test_what_somebody_wrote_is_read(
    simulator: TeamsSimulator, speaking: Speaking, chat: Conversation, room: RoomRef, ann: User
) -> None:
    """In words, with whom it names and what it replies to."""
    bob = simulator.world.user("Bob")
    chat.people.append(bob)
    first = await simulator.people.say(bob, chat, "a < b & c")
    post = await simulator.people.say(ann, chat, "look, @Bob", mentions=[bob], quotes=first.id)
    tenant = simulator.world.tenant
    one = await speaking.reading.read(MessageRef(room=room, id=first.id))
    two = await speaking.reading.read(MessageRef(room=room, id=post.id))
    assert one is not None
    assert two is not None
    assert (one.text, one.sender) == ("a < b & c", Identity(network="teams", tenant=tenant, id=bob.object_id))
    assert (two.text, two.thread, two.reply_to) == ("look, Bob", None, first.id)
    assert two.mentions == (Identity(network="teams", tenant=tenant, id=bob.object_id),)
    assert (two.edited, two.automated, two.addressed) == (False, False, False)


async def test_an_edit_is_read_as_it_stands(
    simulator: TeamsSimulator, speaking: Speaking, chat: Conversation, room: RoomRef, ann: User
) -> None:
    """And says that it is one."""
    post = await simulator.people.say(ann, chat, "first")
    await simulator.people.edit(ann, chat, post.id, "second")
    message = await speaking.reading.read(MessageRef(room=room, id=post.id))
    assert message is not None
    assert (message.text, message.edited) == ("second", True)


async def test_our_own_message_is_a_bots(speaking: Speaking, room: RoomRef) -> None:
    """Bots never execute."""
    sent = await speaking.sending.post(room, Outgoing(text=(Line(text="hello"),)), key="1")
    message = await speaking.reading.read(sent)
    assert message is not None
    assert message.automated


async def test_a_thread_is_told_where_it_is_not_the_room(
    simulator: TeamsSimulator, speaking: Speaking, channel: Conversation, channel_room: RoomRef, ann: User
) -> None:
    """A channel's message begins one; in a room that is a thread there is none."""
    first = await simulator.people.say(ann, channel, "first")
    reply = await simulator.people.say(ann, channel, "reply", thread=first.id)
    other = await simulator.people.say(ann, channel, "other")
    thread = RoomRef(network="teams", id=f"{channel_room.id};messageid={first.id}")

    async def read(room: RoomRef, id: str) -> tuple[str, str | None] | None:
        message = await speaking.reading.read(MessageRef(room=room, id=id))
        return None if message is None else (message.text, message.thread)

    assert await read(channel_room, first.id) == ("first", first.id)
    assert await read(thread, first.id) == ("first", None)
    assert await read(thread, reply.id) == ("reply", None)
    assert await read(thread, other.id) == ("other", other.id)
    assert await read(channel_room, reply.id) is None


async def test_what_is_gone_or_hidden_is_nothing(
    simulator: TeamsSimulator, speaking: Speaking, chat: Conversation, room: RoomRef, ann: User
) -> None:
    """Deleted, never there, not permitted, unknown, or in a personal chat."""
    post = await simulator.people.say(ann, chat, "hello")
    simulator.faults.add(Fault(path="/graph/", status=403, code="Forbidden"))
    assert await speaking.reading.read(MessageRef(room=room, id=post.id)) is None
    chat.posts[post.id].deleted = True
    assert await speaking.reading.read(MessageRef(room=room, id=post.id)) is None
    assert await speaking.reading.read(MessageRef(room=room, id="404")) is None
    asked = len(simulator.calls)
    personal = await speaking.meet(simulator.world.personal(ann, simulator.bot))
    unknown = RoomRef(network="teams", id="19:x@thread.v2")
    for ref in (
        MessageRef(room=personal, id="1"),
        MessageRef(room=unknown, id="1"),
        MessageRef(room=room, id=".."),
        MessageRef(room=room, id=""),
    ):
        assert await speaking.reading.read(ref) is None
    assert len(simulator.calls) == asked


@pytest.mark.parametrize(("status", "meaning"), [(429, RateLimited), (500, Unreachable), (503, Unreachable)])
async def test_what_could_not_be_looked_at_is_told(
    status: int, meaning: type[PortError], simulator: TeamsSimulator, speaking: Speaking, room: RoomRef
) -> None:
    """A message is not gone because Graph is."""
    simulator.faults.add(Fault(path="/graph/", status=status, retry_after=60, times=None))
    with pytest.raises(meaning):
        await speaking.reading.read(MessageRef(room=room, id="1"))


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"messageType": "systemEventMessage", "from": {"user": {"id": "u"}}},
        {"messageType": "message", "from": None},
        {"messageType": "message", "from": {"user": {"id": 7}}},
        {"messageType": "message", "from": {"user": {"id": "u"}}, "deletedDateTime": "2026-03-02T09:00:00Z"},
    ],
)
def test_what_nobody_wrote_is_no_message(body: dict[str, object]) -> None:
    """Teams tells of calls and members in the same list."""
    assert message_of(body) is None


def test_an_odd_message_is_read_as_far_as_it_goes() -> None:
    """Nothing in it makes us stumble."""
    odd: dict[str, object] = {
        "messageType": "message",
        "from": {"user": {"id": "u"}},
        "mentions": [3, None, {}],
        "attachments": {"a": 1},
    }
    message = message_of({**odd, "body": "text", "createdDateTime": "yesterday"})
    assert message is not None
    assert (message.content, message.at, message.mentions, message.quoted) == ("", None, (), None)
