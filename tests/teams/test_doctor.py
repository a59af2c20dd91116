"""What `chatops doctor` finds on Teams, and what it tells people to do about it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from chatops import Finding
from chatops.errors import OutcomeUnknown
from chatops.ports.chat import RoomSpec
from chatops.testing.context import FakeWeb
from teams_bot import PlainBot
from teams_faults import Fault
from teams_network.consents import reasons
from teams_network.doctor import Doctor, roles_in
from teams_network.doctor_rooms import RoomsExam
from teams_rooms import RoomStage, made
from teams_simulator import TeamsSimulator
from teams_world import User


class Entrance:
    """Where people reach the server: the bot of the simulator, which answers as a test says."""

    def __init__(self, bot: PlainBot, status: int = 401) -> None:
        self.web = FakeWeb()
        self.web.base_url = bot.simulator.bot.endpoint.removesuffix("/api/messages")
        bot.answer = lambda _activity: web.Response(status=status)


@pytest.fixture
async def stage(simulator: TeamsSimulator, plain_bot: PlainBot) -> AsyncIterator[RoomStage]:
    """A server with everything in order."""
    stage = await made(simulator, plain_bot)
    simulator.bot.rsc = set(reasons(stage.settings))
    yield stage
    await stage.close()


@pytest.fixture
def ann(simulator: TeamsSimulator) -> User:
    """Somebody."""
    return simulator.world.user("Ann")


def now() -> datetime:
    """The time the simulator tells."""
    return datetime.now(UTC)


async def findings(stage: RoomStage, entrance: Entrance) -> Mapping[str, Finding]:
    """What the doctor says, by name. Its clock is that of the machine, as is the simulator's."""
    exam = RoomsExam(
        stage.settings,
        graph=stage.graph,
        connector=stage.connector,
        conversations=stage.conversations,
        installing=stage.parts.installing,
        saga=stage.parts.saga,
    )
    doctor = Doctor(
        stage.settings, http=stage.http, tokens=stage.tokens, rooms=exam, web=entrance.web, clock=stage.clock
    )
    return {one.name.removeprefix("teams "): one for one in await doctor.examine()}


async def test_all_is_well(stage: RoomStage, plain_bot: PlainBot) -> None:
    """Nothing to do, nothing missing."""
    stage.clock.jump(now())
    found = await findings(stage, Entrance(plain_bot))
    assert {name: one.detail for name, one in found.items() if one.state != "ok"} == {}
    assert {"connector token", "graph token", "keys", "clock", "endpoint", "permissions", "app", "heard"} <= set(found)


async def test_a_wrong_secret(stage: RoomStage, plain_bot: PlainBot) -> None:
    """Says what to type, and looks no further at rooms."""
    await stage.secrets.write("client_secret", "wrong")
    found = await findings(stage, Entrance(plain_bot))
    assert (found["connector token"].state, "secret" in found["connector token"].fix) == ("failure", True)
    assert "app" not in found


async def test_a_missing_permission(stage: RoomStage, plain_bot: PlainBot) -> None:
    """Named, with what does not work without it and where to click."""
    stage.simulator.bot.roles -= {"Chat.Create", "AppCatalog.Read.All", "User.Read.All"}
    found = await findings(stage, Entrance(plain_bot))
    assert found["permission Chat.Create"].state == "failure"
    assert "no private room" in found["permission Chat.Create"].detail
    assert "Application permissions, Chat.Create; then Grant admin consent" in found["permission Chat.Create"].fix
    assert found["permission AppCatalog.Read.All"].state == "warning"
    assert "guests" in found["permission User.Read.All"].detail
    assert "permissions" not in found


@pytest.mark.parametrize(("seconds", "state"), [(20, "ok"), (-100, "warning"), (400, "failure")])
async def test_a_clock_that_is_off(stage: RoomStage, plain_bot: PlainBot, seconds: int, state: str) -> None:
    """Said when it is more than half a minute; a failure when tokens are refused for it."""
    stage.clock.jump(now() + timedelta(seconds=seconds))
    assert (await findings(stage, Entrance(plain_bot)))["clock"].state == state


@pytest.mark.parametrize(
    ("status", "state"), [(401, "ok"), (503, "warning"), (404, "failure"), (200, "failure"), (500, "warning")]
)
async def test_what_answers_at_our_door(stage: RoomStage, plain_bot: PlainBot, status: int, state: str) -> None:
    """It has to be there, and to be shut."""
    assert (await findings(stage, Entrance(plain_bot, status)))["endpoint"].state == state


async def test_a_door_that_is_not_there(stage: RoomStage, plain_bot: PlainBot) -> None:
    """Not reached from here need not be not reached from Teams; without https it is."""
    entrance = Entrance(plain_bot)
    entrance.web.base_url = "http://127.0.0.1:9"
    assert (await findings(stage, entrance))["endpoint"].state == "warning"
    entrance.web.base_url = "http://chatops.example"
    found = (await findings(stage, entrance))["endpoint"]
    assert (found.state, "https" in found.fix) == ("failure", True)


async def test_keys_that_cannot_be_had(stage: RoomStage, plain_bot: PlainBot) -> None:
    """Without them nobody can be let in."""
    stage.simulator.faults.add(Fault(method="GET", path="openidconfiguration", status=404, times=None))
    assert (await findings(stage, Entrance(plain_bot)))["keys"].state == "failure"


async def test_an_app_that_is_not_in_the_catalogue(stage: RoomStage, plain_bot: PlainBot) -> None:
    """Says how to upload it."""
    stage.simulator.bot.catalog_id = ""
    found = (await findings(stage, Entrance(plain_bot)))["app"]
    assert (found.state, "chatops teams manifest" in found.fix) == ("failure", True)


async def test_incident_teams_that_are_not_there(stage: RoomStage, plain_bot: PlainBot, ann: User) -> None:
    """One that is, one that is not, one that is nearly full."""
    team = await stage.team("Incidents", ann)
    stage.start(public="channel", teams=[team.group_id, "nobody"], channels_per_team=10)
    found = await findings(stage, Entrance(plain_bot))
    assert found[f"incident team {team.group_id}"].state == "warning"
    assert found["incident team nobody"].state == "failure"
    stage.start(channels_per_team=900)
    found = await findings(stage, Entrance(plain_bot))
    assert found[f"incident team {team.group_id}"].detail == "1 of 900 channels"
    stage.start(teams=[])
    assert (await findings(stage, Entrance(plain_bot)))["incident teams"].state == "failure"


async def test_a_channel_for_threads(stage: RoomStage, plain_bot: PlainBot, ann: User) -> None:
    """There with the app in its team; not named, or not ours."""
    team = await stage.team("Support", ann)
    stage.start(others="thread", thread_channel=team.id)
    assert (await findings(stage, Entrance(plain_bot)))["thread channel"].state == "ok"
    stage.start(thread_channel="19:other@thread.tacv2")
    assert (await findings(stage, Entrance(plain_bot)))["thread channel"].state == "failure"
    stage.start(thread_channel="")
    assert "rooms.thread_channel" in (await findings(stage, Entrance(plain_bot)))["thread channel"].fix


async def test_half_open_rooms_are_said(stage: RoomStage, plain_bot: PlainBot, ann: User) -> None:
    """With the reason; the command shows more."""
    stage.simulator.faults.add(Fault(method="POST", path="/graph/v1.0/chats$", reset="after"))
    with pytest.raises(OutcomeUnknown):
        await stage.rooms.open_room(RoomSpec(title="Loops", members=(stage.identity(ann),)), key="k")
    found = (await findings(stage, Entrance(plain_bot)))["half-open rooms"]
    assert (found.state, found.fix, "Loops" in found.detail) == ("warning", "chatops teams status", True)


async def test_teams_has_not_spoken_yet(simulator: TeamsSimulator, plain_bot: PlainBot) -> None:
    """Then nobody knows where to speak."""
    stage = RoomStage(simulator, plain_bot)
    await stage.secrets.write("client_secret", simulator.secret)
    assert (await findings(stage, Entrance(plain_bot)))["heard"].state == "warning"
    await stage.close()


@pytest.mark.parametrize("token", ["", "a.b", "a.!!.c", "a.e30.c", "a.W10.c"])
def test_a_token_that_says_nothing(token: str) -> None:
    """Is one without roles, or cannot be read; it never fails."""
    assert not roles_in(token)
