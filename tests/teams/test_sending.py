"""What the bot says, and that it says it once, in order, and where it belongs."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from chatops.core.message import Identity, MessageRef, RoomRef
from chatops.errors import Forbidden, Invalid, Missing, OutcomeUnknown, PortError, RateLimited, Unsupported
from chatops.ports.chat import Line, Outgoing
from teams_faults import Fault
from teams_network.locks import Newest, Queues
from teams_network.parts import KEPT, PartsBook
from teams_network.sending import Sending
from teams_simulator import TeamsSimulator
from teams_speaking import Speaking
from teams_world import Conversation, Post, User

LONG = "Line of a long report, with a number in it. " * 40


@pytest.fixture
def sending(speaking: Speaking) -> Sending:
    return speaking.sending


def plain(text: str) -> Outgoing:
    return Outgoing(text=(Line(text=text),), plain=text)


def report(lines: int, *, title: str = "Report") -> Outgoing:
    """A card; from some fifteen lines on it takes several."""
    text = "\n".join(f"{number}: {LONG}" for number in range(lines))
    return Outgoing(title=title, text=(Line(text=text),), plain=text)


def texts(where: Conversation) -> list[str]:
    return [post.activity.get("text", "card") for post in where.standing()]


def shown(post: Post) -> str:
    return str(post.activity)


async def test_a_post_in_a_chat(sending: Sending, chat: Conversation, room: RoomRef) -> None:
    """Is a message there; a thread means nothing."""
    first = await sending.post(room, plain("one"), key="1")
    second = await sending.post(room, plain("two"), key="2", thread=first.id)
    assert texts(chat) == ["one", "two"]
    assert (first.room, list(chat.posts)) == (room, [first.id, second.id])


async def test_a_post_in_a_channel_begins_a_thread(
    sending: Sending, channel: Conversation, channel_room: RoomRef
) -> None:
    """And an answer goes into the thread it belongs to."""
    first = await sending.post(channel_room, plain("one"), key="1")
    second = await sending.post(channel_room, plain("two"), key="2")
    reply = await sending.post(channel_room, plain("three"), key="3", thread=first.id)
    roots = [post.root for post in channel.standing()]
    assert roots == [first.id, second.id, first.id]
    assert reply.room == channel_room


async def test_a_thread_can_be_a_room(sending: Sending, channel: Conversation, channel_room: RoomRef) -> None:
    """What is posted there is in the thread, unless it belongs to another."""
    main = await sending.post(channel_room, plain("main"), key="1")
    other = await sending.post(channel_room, plain("other"), key="2")
    thread_room = RoomRef(network=channel_room.network, id=f"{channel_room.id};messageid={main.id}")
    here = await sending.post(thread_room, plain("here"), key="3")
    there = await sending.post(thread_room, plain("there"), key="4", thread=other.id)
    assert channel.posts[here.id].root == main.id
    assert channel.posts[there.id].root == other.id


async def test_every_post_can_be_edited(
    simulator: TeamsSimulator, sending: Sending, channel: Conversation, channel_room: RoomRef
) -> None:
    """In the thread it is in, whichever room it was posted to."""
    main = await sending.post(channel_room, plain("main"), key="1")
    reply = await sending.post(channel_room, plain("reply"), key="2", thread=main.id)
    thread_room = RoomRef(network=channel_room.network, id=f"{channel_room.id};messageid={main.id}")
    here = await sending.post(thread_room, plain("here"), key="3")
    for message in (main, reply, here):
        await sending.edit(message, plain("edited"), key="e")
    puts = [call.path for call in simulator.asked("/activities/", "PUT")]
    assert texts(channel) == ["edited", "edited", "edited"]
    assert all(f"messageid%3D{main.id}" in path or f"messageid={main.id}" in path for path in puts)


async def test_a_post_that_is_gone_cannot_be_edited(sending: Sending, chat: Conversation, room: RoomRef) -> None:
    """The core posts anew."""
    message = await sending.post(room, plain("one"), key="1")
    chat.posts[message.id].deleted = True
    with pytest.raises(Missing):
        await sending.edit(message, plain("two"), key="2")


async def test_nothing_is_said_where_nobody_told_of(sending: Sending, simulator: TeamsSimulator) -> None:
    """Without an address there is nothing to ask."""
    with pytest.raises(Missing):
        await sending.post(RoomRef(network="teams", id="19:x@thread.v2"), plain("one"), key="1")
    assert simulator.calls == []


async def test_a_foreign_address_is_told_nothing(simulator: TeamsSimulator, speaking: Speaking, room: RoomRef) -> None:
    """Whatever came to stand in the records."""
    known = await speaking.conversations.known(room.id)
    assert known is not None
    moved = type(known)(
        id=known.id, tenant=known.tenant, service_url="https://evil.example/", bot_id=known.bot_id, type=known.type
    )
    await speaking.conversations.keep(moved)
    with pytest.raises(Forbidden):
        await speaking.sending.post(room, plain("one"), key="1")
    assert simulator.calls == []


async def test_what_bots_cannot_do(simulator: TeamsSimulator, sending: Sending, room: RoomRef) -> None:
    """Is said before anything is asked."""
    message = MessageRef(room=room, id="1")
    for attempt in (
        sending.react(message, "👍", key="1"),
        sending.pin(message, key="2"),
        sending.unpin(message, key="3"),
    ):
        with pytest.raises(Unsupported):
            await attempt
    assert simulator.calls == []


async def test_who_is_to_be_told_is_mentioned(
    sending: Sending, speaking: Speaking, chat: Conversation, room: RoomRef, ann: User
) -> None:
    """By their account; others stay names."""
    told, other = await speaking.know(ann), Identity(network="teams", tenant="t", id="unknown")
    mention = Line(text="Ann Keller", style="mention", identity=told)
    stranger = Line(text="Bob", style="mention", identity=other)
    body = Outgoing(text=(mention, Line(text=" and "), stranger), notify=(told, other))
    await sending.post(room, body, key="1")
    [post] = chat.standing()
    [entity] = post.activity["entities"]
    assert entity["mentioned"]["id"] == ann.id
    assert entity["text"] in post.activity["text"]
    assert "Bob" in post.activity["text"]


async def test_a_refused_mention_does_not_lose_the_message(
    simulator: TeamsSimulator, sending: Sending, speaking: Speaking, chat: Conversation, room: RoomRef, ann: User
) -> None:
    """It is said without; so is an edit."""
    told = await speaking.know(ann)
    body = Outgoing(text=(Line(text="Ann Keller", style="mention", identity=told),), notify=(told,))
    simulator.faults.add(Fault(method="POST", path="/activities", body="entities", status=400, code="BadArgument"))
    message = await sending.post(room, body, key="1")
    simulator.faults.add(Fault(method="PUT", path="/activities", body="entities", status=400, code="BadArgument"))
    await sending.edit(message, body, key="2")
    [post] = chat.standing()
    assert "entities" not in post.activity
    assert "Ann Keller" in post.activity["text"]


async def test_what_is_refused_for_another_reason_is_refused(
    simulator: TeamsSimulator, sending: Sending, room: RoomRef
) -> None:
    """Once is enough where there is no mention to leave out."""
    fault = simulator.faults.add(Fault(method="POST", path="/activities", status=400, code="BadSyntax", times=None))
    with pytest.raises(Invalid):
        await sending.post(room, plain("one"), key="1")
    assert fault.met == 1


async def test_a_long_post_is_several(sending: Sending, channel: Conversation, channel_room: RoomRef) -> None:
    """In one thread, and edited as a whole: longer, shorter, and again."""
    message = await sending.post(channel_room, report(30), key="1")
    many = len(channel.standing())
    assert many > 1
    assert {post.root for post in channel.standing()} == {message.id}
    await sending.edit(message, report(60, title="Longer"), key="2")
    more = len(channel.standing())
    assert more > many
    assert all("Longer" in shown(post) for post in channel.standing())
    await sending.edit(message, plain("short"), key="3")
    assert texts(channel) == ["short"]
    await sending.edit(message, report(30), key="4")
    assert len(channel.standing()) == many


async def test_a_long_post_goes_on_where_it_was_stopped(
    simulator: TeamsSimulator, sending: Sending, speaking: Speaking, chat: Conversation, room: RoomRef
) -> None:
    """What was sent is not sent again, also not by another replica."""
    simulator.faults.add(Fault(method="POST", path="/activities", after=1, status=429, retry_after=60))
    with pytest.raises(RateLimited):
        await sending.post(room, report(40), key="1")
    assert len(chat.standing()) == 1
    other = Speaking(simulator, records=speaking.records)
    message = await other.sending.post(room, report(40), key="1")
    await other.close()
    whole = [shown(post) for post in chat.standing()]
    assert message.id == next(iter(chat.posts))
    assert len(whole) > 2
    assert len(set(whole)) == len(whole)


async def test_an_ambiguous_part_is_not_doubled(
    simulator: TeamsSimulator, sending: Sending, chat: Conversation, room: RoomRef
) -> None:
    """It may have arrived: that is said, and the same key sends the others only."""
    simulator.faults.add(Fault(method="POST", path="/activities", after=1, reset="after"))
    with pytest.raises(OutcomeUnknown):
        await sending.post(room, report(40), key="1")
    message = await sending.post(room, report(40), key="1")
    whole = [shown(post) for post in chat.standing()]
    assert len(set(whole)) == len(whole) > 2
    await sending.edit(message, report(40, title="Edited"), key="2")
    assert sum("Edited" in shown(post) for post in chat.standing()) == len(whole) - 1


async def test_a_lost_answer_is_told(
    simulator: TeamsSimulator, sending: Sending, chat: Conversation, room: RoomRef
) -> None:
    """The message is there, once."""
    simulator.faults.add(Fault(method="POST", path="/activities", reset="after"))
    with pytest.raises(OutcomeUnknown):
        await sending.post(room, plain("one"), key="1")
    assert texts(chat) == ["one"]


async def test_nothing_overtakes_in_a_conversation(
    simulator: TeamsSimulator, sending: Sending, chat: Conversation, room: RoomRef
) -> None:
    """What was said first is there first, however slow it was; other conversations do not wait."""
    held = simulator.faults.add(Fault(method="POST", path="/activities", body="number 0", hold=True))
    posts = [asyncio.ensure_future(sending.post(room, plain(f"number {n}"), key=str(n))) for n in range(6)]
    await held.begun.wait()
    assert texts(chat) == []
    held.release()
    await asyncio.gather(*posts)
    assert texts(chat) == [f"number {n}" for n in range(6)]


async def test_waiting_edits_become_one(
    simulator: TeamsSimulator, sending: Sending, chat: Conversation, room: RoomRef
) -> None:
    """The newest; all who asked hear how it went."""
    message = await sending.post(room, plain("state 0"), key="0")
    held = simulator.faults.add(Fault(method="PUT", hold=True))
    first = asyncio.ensure_future(sending.edit(message, plain("state 1"), key="1"))
    await held.begun.wait()
    rest = [asyncio.ensure_future(sending.edit(message, plain(f"state {n}"), key=str(n))) for n in range(2, 10)]
    await asyncio.sleep(0)
    held.release()
    await asyncio.gather(first, *rest)
    assert texts(chat) == ["state 9"]
    assert len(simulator.asked("/activities/", "PUT")) == 2


async def test_waiting_edits_share_their_failure(
    simulator: TeamsSimulator, sending: Sending, chat: Conversation, room: RoomRef
) -> None:
    """Nobody believes that an edit was made which was not."""
    message = await sending.post(room, plain("state 0"), key="0")
    held = simulator.faults.add(Fault(method="PUT", hold=True))
    first = asyncio.ensure_future(sending.edit(message, plain("state 1"), key="1"))
    await held.begun.wait()
    rest = [asyncio.ensure_future(sending.edit(message, plain(f"state {n}"), key=str(n))) for n in range(2, 5)]
    await asyncio.sleep(0)
    chat.posts[message.id].deleted = True
    held.release()
    outcomes = await asyncio.gather(first, *rest, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Missing] * 4


async def test_an_edit_whose_leader_gives_up_is_made() -> None:
    """Who waited with it takes its place, with the newest."""
    queues = Queues()
    newest: Newest[int] = Newest(queues)
    done: list[int] = []

    async def do(value: int) -> None:
        done.append(value)

    async with queues.turn("room"):
        leader = asyncio.ensure_future(newest.run("room", "message", 1, do))
        await asyncio.sleep(0)
        others = [asyncio.ensure_future(newest.run("room", "message", value, do)) for value in (2, 3)]
        await asyncio.sleep(0)
        leader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leader
        await asyncio.sleep(0)
    await asyncio.gather(*others)
    assert done == [3]
    assert queues.open == 0


async def test_a_follower_may_give_up() -> None:
    """The others do not notice."""
    queues = Queues()
    newest: Newest[int] = Newest(queues)
    done: list[int] = []

    async def do(value: int) -> None:
        done.append(value)

    async with queues.turn("room"):
        tasks = [asyncio.ensure_future(newest.run("room", "message", value, do)) for value in (1, 2, 3)]
        await asyncio.sleep(0)
        tasks[1].cancel()
        with pytest.raises(asyncio.CancelledError):
            await tasks[1]
    await asyncio.gather(tasks[0], tasks[2])
    assert done == [3]


async def test_who_stands_in_a_queue_for_long_is_told() -> None:
    """Before anything was sent, so that it is no message which may have been."""
    queues = Queues(patience=0.01)
    async with queues.turn("room"):
        with pytest.raises(RateLimited):
            async with queues.turn("room"):
                pass
    async with queues.turn("room"):
        assert queues.open == 1
    assert queues.open == 0


@pytest.fixture
async def personal(simulator: TeamsSimulator, speaking: Speaking, ann: User) -> RoomRef:
    """Her personal chat with the bot."""
    made = simulator.world.personal(ann, simulator.bot)
    await speaking.know(ann, chat=made.id)
    return await speaking.meet(made)


async def test_a_chat_whose_history_was_removed_is_begun_again(
    simulator: TeamsSimulator, speaking: Speaking, personal: RoomRef
) -> None:
    """Teams does not know it until then; nobody notices."""
    simulator.faults.add(Fault(method="POST", path="/activities", status=404, code="ConversationNotFound"))
    await speaking.sending.post(personal, plain("hello"), key="1")
    assert texts(simulator.world.find(personal.id)) == ["hello"]


async def test_a_chat_that_is_another_one_now(
    simulator: TeamsSimulator, speaking: Speaking, personal: RoomRef, ann: User
) -> None:
    """Is where the next message to that person goes; this one is missing its room."""
    simulator.world.conversations.pop(personal.id)
    again = simulator.world.personal(ann, simulator.bot)
    again.apps.add(simulator.bot.app_id)
    with pytest.raises(Missing):
        await speaking.sending.post(personal, plain("hello"), key="1")
    contact = await speaking.conversations.contact(simulator.world.tenant, ann.object_id)
    assert contact is not None
    assert contact.conversation == again.id
    assert await speaking.conversations.known(again.id) is not None
    assert again.standing() == []


async def test_who_has_removed_the_app_is_not_written_to(
    simulator: TeamsSimulator, speaking: Speaking, personal: RoomRef
) -> None:
    """The chat cannot be begun again."""
    simulator.world.conversations.pop(personal.id)
    with pytest.raises(Missing):
        await speaking.sending.post(personal, plain("hello"), key="1")


async def test_in_a_personal_chat_nobody_is_mentioned(
    simulator: TeamsSimulator, speaking: Speaking, personal: RoomRef, ann: User
) -> None:
    """Everything rings there."""
    told = await speaking.know(ann, chat=personal.id)
    body = Outgoing(text=(Line(text="Ann Keller", style="mention", identity=told),), notify=(told,))
    await speaking.sending.post(personal, body, key="1")
    [post] = simulator.world.find(personal.id).standing()
    assert "entities" not in post.activity


async def test_commands_are_written_as_they_are_typed_there(
    simulator: TeamsSimulator, speaking: Speaking, personal: RoomRef, chat: Conversation, room: RoomRef
) -> None:
    """With the prefix in rooms, without in a personal chat."""
    body = Outgoing(text=(Line(text="Try "), Line(text="help", style="command")))
    await speaking.sending.post(personal, body, key="1")
    await speaking.sending.post(room, body, key="2")
    [alone], [among] = simulator.world.find(personal.id).standing(), chat.standing()
    assert "!help" not in alone.activity["text"]
    assert "!help" in among.activity["text"]


async def test_single_posts_write_nothing(simulator: TeamsSimulator, ann: User) -> None:
    """Most posts are one message whose room tells where it is."""
    speaking = Speaking(simulator)
    chat = simulator.world.group_chat([ann])
    channel = simulator.world.channel(simulator.world.team("Incidents", [ann]), "checkout")
    rooms = [await speaking.meet(chat), await speaking.meet(channel)]
    written = len(await speaking.records.find("parts"))
    for room in rooms:
        message = await speaking.sending.post(room, plain("one"), key=room.id)
        await speaking.sending.edit(message, plain("two"), key="e")
    assert len(await speaking.records.find("parts")) == written == 0
    await speaking.close()


async def test_what_was_sent_long_ago_is_forgotten(sending: Sending, speaking: Speaking, room: RoomRef) -> None:
    """After twice the time in which anything is sent again."""
    book = PartsBook(speaking.records, speaking.clock)
    await sending.post(room, report(40), key="1")
    speaking.clock.advance(KEPT / 2)
    await sending.post(room, report(40), key="2")
    speaking.clock.advance(KEPT / 2 + timedelta(days=1))
    assert await book.prune() == 1
    assert await book.sent(room.id, "1") is None
    assert await book.sent(room.id, "2") is not None


@pytest.mark.parametrize("status", [500, 502, 503, 504, 403, 404, 429])
async def test_foreign_errors_never_come_through(
    status: int, simulator: TeamsSimulator, sending: Sending, room: RoomRef
) -> None:
    """Whatever Teams answers, it is one of ours."""
    simulator.faults.add(Fault(path="/v3/", status=status, times=None))
    with pytest.raises(PortError):
        await sending.post(room, plain("one"), key="1")
