"""Rooms that Teams gives us, and those it does not: threads without any permission, people without the app, channels."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatops.core.message import RoomRef
from chatops.errors import Forbidden
from chatops.ports.chat import Outgoing, RoomSpec
from teams_people import NETWORK, hired
from teams_simulator import TeamsSimulator
from teams_stage import introduced, served
from teams_story import answer, clicks, house

pytestmark = pytest.mark.timeout(60)


@pytest.mark.faults
async def test_a_swarm_without_any_permission(tmp_path: Path, simulator: TeamsSimulator) -> None:
    """Where an admin consented to nothing, a swarm's room is a thread; everything else is as it is elsewhere."""
    simulator.bot.roles.clear()
    threads = {"public": "thread", "others": "thread"}
    async with house(
        tmp_path / "house", simulator, teams=lambda team: {"rooms": threads | {"thread_channel": team.id}}
    ) as home:
        grace, tobias, katrin = home.grace, home.tobias, home.katrin
        general = home.team.channels[home.team.id]
        await grace.says("swarm open demo:1001 refund loops skills=webhooks", home.lobby, to_bot=True)
        opened = await grace.sees("SW-1 is open", home.lobby)
        card = await grace.sees("SW-1 · refund loops", general)
        assert card.thread not in {"", card.id}
        await clicks(tobias, "Ich helfe", "bittet Sie um Hilfe")
        await clicks(katrin, "Join", opened, home.lobby)
        living = await tobias.sees("Tobias Rösler, Katrin Vogel", general)
        assert living.id == card.id

        await tobias.says("!lösung Sperre lösen", general, thread=card.thread)
        proposal = await grace.sees("proposes a solution", general)
        done = await clicks(grace, "Done", proposal, general)
        assert answer(done).startswith("SW-1 is closed.")
        assert {one.thread for one in grace.bot_said(general)} == {card.thread}
        assert home.chats("SW-") == []
        asked = [call for call in simulator.asked("/graph/") if call.method != "GET"]
        assert asked == []


async def test_a_public_room_is_a_channel(simulator: TeamsSimulator) -> None:
    """One for all of the incident team, with one main thread; archived when Teams says that it is."""
    ann, ben = hired(simulator, "Ann Keller", "Ben Okafor")
    team = simulator.world.team("Major incidents", [ann.user, ben.user])
    rooms = {"public": "channel", "teams": [team.group_id]}
    async with served(simulator, rooms=rooms) as plugin, introduced(plugin.network):
        await simulator.people.install(team, ann.user)
        network = plugin.network
        spec = RoomSpec(title="INC-1 checkout is down", members=(ann.identity, ben.identity), public=True)
        room = await network.open_room(spec, key="once")
        assert await network.open_room(spec, key="once") == room
        channel = simulator.world.find(room.id)
        assert (channel.type, channel.team) == ("channel", team)
        said = await network.post(room, Outgoing(title="We look into it."), key="first")
        assert (await ben.sees("We look into it.", channel)).thread != said.id

        await network.archive_room(room, key="close")
        assert channel.archived
        assert simulator.asked("/operations")
        with pytest.raises(Forbidden):
            await network.post(RoomRef(network=NETWORK, id=room.id), Outgoing(title="One more thing."), key="late")


async def test_a_room_for_few_is_no_channel(simulator: TeamsSimulator) -> None:
    """Everybody in a team reads its channels: what is not for everybody is a group chat, whatever the settings say."""
    ann, ben = hired(simulator, "Ann Keller", "Ben Okafor")
    team = simulator.world.team("Major incidents", [ann.user, ben.user])
    rooms = {"public": "channel", "teams": [team.group_id]}
    async with served(simulator, rooms=rooms) as plugin, introduced(plugin.network):
        await simulator.people.install(team, ann.user)
        for private in (True, False):
            spec = RoomSpec(title="INC-2 a leak", members=(ann.identity,), private=private)
            room = await plugin.network.open_room(spec, key=f"private {private}")
            chat = simulator.world.find(room.id)
            assert (chat.type, chat.people) == ("groupChat", [ann.user])


@pytest.mark.faults
async def test_a_message_becomes_a_command(tmp_path: Path, simulator: TeamsSimulator) -> None:
    """From the menu of somebody's message, by a form that has its words in it: a swarm opens in the message's thread."""
    async with house(tmp_path / "house", simulator) as home:
        grace, lobby, acts = home.grace, home.lobby, simulator.people
        complaint = await home.katrin.says("refunds loop since yesterday", lobby)
        form = await acts.choose_action(grace.user, lobby, "swarm", message=complaint.id)
        assert "refunds loop since yesterday" in str(form.answer)
        data = {"case": "demo:1001", "help_needed": "refunds loop since yesterday"}
        told = await acts.submit_action(grace.user, lobby, "swarm", data, message=complaint.id)
        assert told.taken
        opened = await grace.sees("SW-1 is open: refunds loop since yesterday", lobby)
        assert opened.thread == complaint.id
        await home.room("SW-1")


@pytest.mark.faults
async def test_somebody_without_the_app(tmp_path: Path, simulator: TeamsSimulator) -> None:
    """The server may not give it to them: the owner learns that they could not be told, and what can be done."""
    simulator.bot.roles.discard("TeamsAppInstallation.ReadWriteSelfForUser.All")
    async with house(tmp_path / "house", simulator, outside=["tobias"], without_app=["tobias"]) as home:
        _opened, room = await home.swarm()
        await home.grace.says("!swarm invite tobias you know the webhooks", room)
        told = await home.grace.sees("could not be told", home.grace.personal)
        assert "does not have the app" in told.text
        assert "They add it themselves" in told.text
        assert home.tobias.reads() == []
