"""“chatops is typing”, as Anna's client sees it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
import pytest

from chatops.core.frozen import replace
from chatops.core.message import Identity, Message, MessageRef, RoomRef
from chatops.errors import Unreachable
from chatops.ports.chat import Line, Outgoing
from chatops.testing.clock import ManualClock
from matrix_bot import NETWORK, speaking
from matrix_network.courtesies import FRESH
from matrix_network.plugin import MatrixNetwork
from matrix_people import MatrixPerson, Person
from matrix_wire import Watched
from synapse_server import Login, Synapse

HELLO = Outgoing(text=(Line(text="hello"),))


@dataclass
class Wait:
    """Anna has asked something, and time passes only when a test says so."""

    anna: MatrixPerson
    plugin: MatrixNetwork
    clock: ManualClock
    wire: Watched
    room: str

    def ask(self, room: str | None = None) -> Message:
        """Accept a command of hers."""
        ref = MessageRef(room=RoomRef(network=NETWORK, id=room or self.room), id="$asked")
        sender = Identity(network=NETWORK, id=self.anna.id)
        message = Message(ref=ref, sender=sender, text="me", at=self.clock.now(), addressed=True)
        self.plugin.courtesies.accepted("$asked", message)
        return message

    async def pass_time(self, seconds: float) -> None:
        """Let time pass, and what is due be done."""
        await asyncio.sleep(0)
        self.clock.advance(timedelta(seconds=seconds))
        for _turn in range(5):
            await asyncio.sleep(0)
        before = -1
        while len(self.wire.asked) != before:
            before = len(self.wire.asked)
            await asyncio.sleep(0.05)

    async def answer(self, room: str | None = None) -> None:
        """The bot says something."""
        await self.plugin.network.post(RoomRef(network=NETWORK, id=room or self.room), HELLO, key=f"k{len(self.told)}")

    @property
    def told(self) -> list[str]:
        """Requests about typing."""
        return [request for request in self.wire.asked if "/typing/" in request]

    async def typing(self, room: str | None = None) -> list[str]:
        """Who types, as Anna's client is told."""
        sync = await self.anna.call("GET", "/sync", query={"timeout": "0"})
        joined = sync["rooms"]["join"][room or self.room]
        found = [event for event in joined["ephemeral"]["events"] if event["type"] == "m.typing"]
        return [user for event in found for user in event["content"]["user_ids"]]


@pytest.fixture
async def wait(synapse: Synapse, person: Person, bot: Login) -> AsyncIterator[Wait]:
    """A room of Anna's with the bot in it."""
    anna, clock = await person("anna"), ManualClock()
    async with aiohttp.ClientSession() as http, speaking(synapse.url, bot, clock=clock) as plugin:
        room = await anna.create_room([bot.user])
        await MatrixPerson(http, synapse.url, bot).join(room)
        yield Wait(anna, plugin, clock, Watched(plugin.homeserver), room)


async def test_who_waits_sees_it(wait: Wait, bot: Login) -> None:
    """After a moment, until the answer is there."""
    wait.ask()
    await wait.pass_time(0.3)
    assert await wait.typing() == []
    await wait.pass_time(0.2)
    assert await wait.typing() == [bot.user]
    await wait.answer()
    await wait.pass_time(0)
    assert await wait.typing() == []


async def test_a_quick_answer_needs_none(wait: Wait) -> None:
    """Not one request more."""
    wait.ask()
    await wait.answer()
    await wait.pass_time(60)
    assert wait.told == []


async def test_it_ends_by_itself(wait: Wait) -> None:
    """Renewed for half a minute; some things said are never answered."""
    wait.ask()
    await wait.pass_time(0.5)
    for _time in range(10):
        await wait.pass_time(8)
    assert len(wait.told) == 3
    wait.ask()
    await wait.pass_time(0.5)
    assert len(wait.told) == 4


async def test_many_who_wait_in_a_room_see_it_once(wait: Wait) -> None:
    """One notice a room."""
    for _time in range(20):
        wait.ask()
    await wait.pass_time(0.5)
    assert len(wait.told) == 1


async def test_an_answer_in_the_direct_chat_ends_it(wait: Wait) -> None:
    """Where somebody asked in a room and is answered alone."""
    direct = await wait.plugin.network.direct_room(Identity(network=NETWORK, id=wait.anna.id), key="d")
    wait.ask()
    await wait.pass_time(0.5)
    await wait.answer(direct.id)
    await wait.pass_time(0)
    assert await wait.typing() == []


@pytest.mark.parametrize("change", ["talk", "edited", "automated", "old"])
async def test_what_needs_no_answer_shows_nothing(wait: Wait, change: str) -> None:
    """Talk, edits, other bots, and what was said while the server was away."""
    message = wait.ask()
    await wait.answer()
    other = {
        "talk": replace(message, addressed=False),
        "edited": replace(message, edited=True),
        "automated": replace(message, automated=True),
        "old": replace(message, at=message.at - FRESH),
    }[change]
    wait.plugin.courtesies.accepted("$other", other)
    await wait.pass_time(1)
    assert wait.told == []


async def test_what_goes_wrong_is_let_go(wait: Wait, bot: Login) -> None:
    """The next notice may work."""
    wait.wire.refusals["/typing/"] = Unreachable("away")
    wait.ask()
    await wait.pass_time(0.5)
    await wait.pass_time(8)
    assert await wait.typing() == [bot.user]
