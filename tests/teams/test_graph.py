"""Calls of Graph: in their turn, with a token that is renewed, and with refusals that name what is missing."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec
import pytest

from chatops import replace
from chatops.errors import AuthExpired, Forbidden, OutcomeUnknown, RateLimited, SettingsError, Unreachable
from teams_bot import PlainBot
from teams_faults import Fault
from teams_network import permissions
from teams_network.graph_calls import GraphCalls
from teams_network.graph_things import Invitee
from teams_network.http import Answer, Http, Request
from teams_network.pacing import Pacing
from teams_network.settings import Endpoints
from teams_rooms import LeapingClock, RoomStage, made
from teams_simulator import TeamsSimulator


@pytest.fixture
async def stage(simulator: TeamsSimulator, plain_bot: PlainBot) -> AsyncIterator[RoomStage]:
    """A server that may do everything."""
    stage = await made(simulator, plain_bot)
    yield stage
    await stage.close()


async def test_a_refused_token_is_renewed_once(stage: RoomStage) -> None:
    """Nothing was done by the refused call, so it is repeated; twice refused is the end."""
    stage.simulator.faults.add(Fault(path="/appCatalogs", status=401))
    assert await stage.parts.installing.app()
    assert len(stage.simulator.asked("/appCatalogs")) == 2
    stage.simulator.faults.add(Fault(path="/appCatalogs", status=401, times=None))
    stage.start()
    with pytest.raises(AuthExpired):
        await stage.parts.installing.app()


async def test_short_waits_are_waited_and_long_ones_told(stage: RoomStage) -> None:
    """So that a room is not given up for a second, nor a worker held for a minute."""
    stage.simulator.faults.add(Fault(path="/appCatalogs", status=429, retry_after=3))
    assert await stage.parts.installing.app()
    assert stage.clock.slept == pytest.approx(3.0)
    stage.start()
    stage.simulator.faults.add(Fault(path="/appCatalogs", status=429, retry_after=60))
    with pytest.raises(RateLimited) as told:
        await stage.parts.installing.app()
    assert told.value.retry_after == 60


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
async def test_server_errors_say_whether_something_may_have_happened(stage: RoomStage, status: int) -> None:
    """To look is harmless; to make a chat is not."""
    ann = stage.simulator.world.user("Ann")
    stage.simulator.faults.add(Fault(method="POST", path="/chats$", status=status))
    with pytest.raises(OutcomeUnknown):
        await stage.graph.create_chat("x", [Invitee(id=ann.object_id)])
    stage.simulator.faults.add(Fault(method="GET", path="/chats$", status=status))
    with pytest.raises(Unreachable):
        await stage.graph.chats_of(ann.object_id, "x")


async def test_lists_are_read_to_their_end(stage: RoomStage) -> None:
    """Over all pages."""
    ann = stage.simulator.world.user("Ann")
    team = await stage.team("Big", ann)
    for number in range(120):
        stage.simulator.world.channel(team, f"channel {number}")
    assert len(await stage.graph.channels(team.group_id)) == 121


class Scripted(Http):
    """Answers from a list, and remembers what was asked."""

    def __init__(self, clock: LeapingClock, *answers: Answer) -> None:
        super().__init__(clock)
        self.answers = list(answers)
        self.asked: list[Request] = []

    async def send(self, request: Request) -> Answer:
        """Give the next answer."""
        self.asked.append(request)
        return self.answers.pop(0)


async def test_a_next_page_elsewhere_is_not_followed(stage: RoomStage) -> None:
    """Our token would go there."""
    body = msgspec.json.encode({"value": [{"id": "1"}], "@odata.nextLink": "https://evil.example/v1.0/more"})
    http = Scripted(stage.clock, Answer(status=200, headers={}, body=body))
    calls = GraphCalls(http, stage.tokens, stage.settings, stage.clock)
    found = [one["id"] async for one in calls.listed("/teams/x/channels", permissions.LIST_CHANNELS)]
    assert (found, len(http.asked)) == (["1"], 1)


async def test_graph_is_asked_where_nobody_can_listen(stage: RoomStage) -> None:
    """Our token goes there."""
    settings = replace(stage.settings, endpoints=Endpoints(graph_url="http://graph.example"))
    with pytest.raises(SettingsError, match="graph_url"):
        GraphCalls(Http(stage.clock), stage.tokens, settings, stage.clock)


async def test_a_refusal_names_the_permission(stage: RoomStage) -> None:
    """And where it is granted."""
    stage.simulator.bot.roles.clear()
    zoe = stage.simulator.world.user("Zoe")
    with pytest.raises(Forbidden, match=r"we may not make meetings .*OnlineMeetings\.ReadWrite\.All"):
        await stage.graph.create_meeting(zoe.object_id, "x", stage.clock.now(), stage.clock.now())


async def test_one_place_is_asked_four_times_a_second_at_most() -> None:
    """Others are not held up by it; all together get thirty."""
    clock = LeapingClock()
    pacing = Pacing(clock)
    for _call in range(9):
        await pacing.turn("team")
    assert clock.slept == pytest.approx(2.0)
    for number in range(29):
        await pacing.turn(f"other {number}")
    assert clock.slept == pytest.approx(2.0)
    for _call in range(2):
        await pacing.turn()
    assert clock.slept == pytest.approx(3.0)
