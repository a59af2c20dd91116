"""Microsoft Teams, simulated, and a bot that only listens."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from chatops.core.message import RoomRef
from teams_bot import PlainBot
from teams_simulator import TeamsSimulator
from teams_speaking import Speaking
from teams_world import Conversation, User


@pytest.fixture
async def simulator() -> AsyncIterator[TeamsSimulator]:
    """A tenant without anybody in it, on a free port."""
    made = TeamsSimulator()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def plain_bot(simulator: TeamsSimulator) -> AsyncIterator[PlainBot]:
    """The simulator's bot, played by the test."""
    made = PlainBot(simulator)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def speaking(simulator: TeamsSimulator) -> AsyncIterator[Speaking]:
    """The bot's voice."""
    made = Speaking(simulator)
    yield made
    await made.close()


@pytest.fixture
def ann(simulator: TeamsSimulator) -> User:
    return simulator.world.user("Ann Keller")


@pytest.fixture
def chat(simulator: TeamsSimulator, ann: User) -> Conversation:
    """A group chat with her."""
    return simulator.world.group_chat([ann], topic="A chat")


@pytest.fixture
async def room(speaking: Speaking, chat: Conversation) -> RoomRef:
    """The same, as a room that the bot knows."""
    return await speaking.meet(chat)


@pytest.fixture
def channel(simulator: TeamsSimulator, ann: User) -> Conversation:
    """A channel with her."""
    return simulator.world.channel(simulator.world.team("Incidents", [ann]), "checkout")


@pytest.fixture
async def channel_room(speaking: Speaking, channel: Conversation) -> RoomRef:
    """The same, as a room that the bot knows."""
    return await speaking.meet(channel)
