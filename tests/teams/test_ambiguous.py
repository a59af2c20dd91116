"""What may have happened is called so, and what surely did not is not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest

from chatops.errors import OutcomeUnknown, RateLimited, StoreUnavailable
from chatops.ports.chat import Line, Outgoing, RoomSpec
from chatops.ports.records import Write
from chatops.testing.records import MemoryRecords
from teams_bot import PlainBot
from teams_faults import Fault
from teams_network.graph import Graph
from teams_network.guests import FRESH, PAUSE, Guests
from teams_network.http import Answer, Http, Request
from teams_network.room_parts import RoomParts
from teams_network.sending import PATIENCE
from teams_rooms import RoomStage, made
from teams_simulator import TeamsSimulator
from teams_speaking import Speaking
from teams_world import User

LONG = "\n".join(f"{number}: " + "Line of a long report. " * 80 for number in range(40))


class FailingRecords(MemoryRecords):
    """Takes nothing more from some moment on."""

    down = False

    async def write(self, *writes: Write) -> Sequence[int]:
        """Raise while it is down."""
        if self.down:
            message = "the disk is full"
            raise StoreUnavailable(message)
        return await super().write(*writes)


class Nameless(Http):
    """Asks for real, and loses what the answers to some requests say."""

    def __init__(self, stage: RoomStage, path: str) -> None:
        super().__init__(stage.clock)
        self._path = path

    async def send(self, request: Request) -> Answer:
        """Send, and answer with an empty object where the path ends so."""
        answer = await super().send(request)
        lost = request.method == "POST" and request.url.endswith(self._path) and answer.status < 300
        return Answer(answer.status, answer.headers, b"{}") if lost else answer


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


@pytest.mark.parametrize("threaded", [False, True])
async def test_a_post_that_cannot_be_written_down_is_not_called_unsent(
    simulator: TeamsSimulator, ann: User, *, threaded: bool
) -> None:
    """The store fails between the first message and the note of where it is: a repetition would double it."""
    records = FailingRecords()
    speaking = Speaking(simulator, records=records)
    channel = simulator.world.channel(simulator.world.team("Incidents", [ann]), "checkout")
    room = await speaking.meet(channel)
    first = await speaking.sending.post(room, Outgoing(text=(Line(text="root"),), plain="root"), key="0")
    records.down = True
    body = (
        Outgoing(text=(Line(text="answer"),), plain="answer")
        if threaded
        else Outgoing(text=(Line(text=LONG),), plain=LONG)
    )
    with pytest.raises(OutcomeUnknown):
        await speaking.sending.post(room, body, key="1", thread=first.id if threaded else None)
    assert len(channel.standing()) == 2
    await speaking.close()


async def test_the_rest_of_a_long_post_waits_when_its_beginning_took_long(simulator: TeamsSimulator, ann: User) -> None:
    """Given up by others in the middle, it would count as a message that may have been sent."""
    speaking = Speaking(simulator)
    chat = simulator.world.group_chat([ann], topic="A chat")
    room = await speaking.meet(chat)
    slow = simulator.faults.add(Fault(method="POST", path="/activities$", hold=True))
    body = Outgoing(text=(Line(text=LONG),), plain=LONG)
    post = asyncio.ensure_future(speaking.sending.post(room, body, key="1"))
    await slow.begun.wait()
    speaking.clock.advance(timedelta(seconds=PATIENCE + 1))
    slow.release()
    with pytest.raises(RateLimited):
        await post
    assert len(chat.standing()) == 1
    await speaking.sending.post(room, body, key="1")
    assert len(chat.standing()) == len({str(one.activity) for one in chat.standing()}) > 2
    await speaking.close()


async def test_a_long_post_that_has_become_short_is_not_doubled(simulator: TeamsSimulator, ann: User) -> None:
    """What it says is rendered anew with each attempt: times pass, and names become known."""
    speaking = Speaking(simulator)
    chat = simulator.world.group_chat([ann], topic="A chat")
    room = await speaking.meet(chat)
    simulator.faults.add(Fault(method="POST", path="/activities$", after=1, status=429, retry_after=1))
    with pytest.raises(RateLimited):
        await speaking.sending.post(room, Outgoing(text=(Line(text=LONG),), plain=LONG), key="1")
    await speaking.clock.sleep(1.0)
    message = await speaking.sending.post(room, Outgoing(text=(Line(text="short"),), plain="short"), key="1")
    assert [post.id for post in chat.standing()] == [message.id]
    await speaking.close()


@pytest.mark.parametrize("form", ["chat", "channel"])
async def test_what_was_made_without_a_name_is_looked_for(stage: RoomStage, ann: User, form: str) -> None:
    """Graph made it and its answer says nothing: the next attempt finds it, and makes no second one."""
    team = await stage.team("Incidents", ann)
    stage.start(public=form, teams=[team.group_id])
    path = "/chats" if form == "chat" else "/channels"
    http = Nameless(stage, path)
    parts = RoomParts(
        graph=Graph(http, stage.tokens, stage.settings, stage.clock),
        connector=stage.connector,
        conversations=stage.conversations,
        own=stage.own,
        records=stage.records,
        settings=stage.settings,
        clock=stage.clock,
    )
    spec = RoomSpec(title="Down", members=(stage.identity(ann),), public=True)
    with pytest.raises(OutcomeUnknown):
        await parts.rooms.open_room(spec, key="k")
    await http.close()
    await stage.rooms.open_room(spec, key="k")
    assert (len(stage.chats()), len(team.channels) - 1) == ((1, 0) if form == "chat" else (0, 1))


async def test_a_moment_without_graph_is_no_hour_without_guests(stage: RoomStage, ann: User) -> None:
    """A refusal is remembered for long, an outage is not."""
    ann.type = "Guest"
    guests = Guests(stage.graph, stage.clock)
    stage.simulator.bot.roles.add("User.Read.All")
    stage.simulator.faults.add(Fault(method="GET", path="/users$", status=503))
    assert await guests.among([ann.object_id]) == frozenset()
    await stage.clock.sleep(PAUSE)
    assert await guests.among([ann.object_id]) == {ann.object_id}
    assert PAUSE < FRESH
