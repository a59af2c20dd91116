"""The network keeps every promise the server relies on: the suite that comes with the server says so."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from chatops.core.message import Identity, MessageRef, RoomRef
from chatops.testing.conformance.chat import ChatNetworkSuite, ChatStage, Shown
from chatops.testing.stage import Stage, person
from starter_network.network import PREFIX, StarterNetworkChat
from starter_network.service import Service

NAME = "starternetwork"


class ServiceStage(ChatStage):
    """Two people, who act as the service lets people act."""

    prefix = PREFIX

    def __init__(self) -> None:
        self.service = Service()
        self.network = StarterNetworkChat(self.service, NAME)
        self.ann, self.ben = Identity(network=NAME, id="ann"), Identity(network=NAME, id="ben")
        self.room = RoomRef(network=NAME, id="lobby")

    async def say(
        self, who: Identity, room: RoomRef, text: str, *, thread: str | None = None, reply_to: str | None = None
    ) -> MessageRef:
        """Write something."""
        return MessageRef(room=room, id=await self.service.write(room.id, who.id, text))

    async def edit(self, who: Identity, message: MessageRef, text: str) -> None:
        """Nobody can, here."""

    async def delete(self, who: Identity, message: MessageRef) -> None:
        """Delete one's own message."""
        await self.service.delete(message.room.id, message.id)

    async def press(self, who: Identity, message: MessageRef, button: str, fields: Mapping[str, str]) -> None:
        """There are no buttons."""

    async def react(self, who: Identity, message: MessageRef, emoji: str) -> None:
        """There are no reactions."""

    async def history(self, room: RoomRef) -> Sequence[Shown]:
        """Return everything in a room."""
        return [
            Shown(id=one.message, text=one.text, ours=one.author == Service.US)
            for one in self.service.stream
            if one.room == room.id and not one.deleted
        ]

    async def pinned(self, room: RoomRef) -> Sequence[str]:
        """Nothing is."""
        return ()

    async def may_write(self, who: Identity, room: RoomRef) -> bool:
        """Return whether the room is there."""
        return room.id in self.service.rooms

    async def pass_time(self) -> None:
        """The service needs no time."""


class TestStarterNetwork(ChatNetworkSuite):
    """Every promise of the port; what `capabilities` does not name is skipped."""

    @pytest.fixture
    def stage(self) -> ChatStage:
        """Return the network with two people on it."""
        return ServiceStage()


async def test_a_command_is_answered_on_the_network() -> None:
    """All the way: a person writes, the server understands, the answer stands in the room."""
    there = ServiceStage()
    anna = person("anna", "agent")
    known = type(anna)(id="anna", name="Anna", roles=anna.roles, identities=(there.ann,))
    async with Stage(networks=[there.network], people=[known]) as server:
        await there.say(there.ann, there.room, "!nonsense")
        async with asyncio.timeout(5):
            while not any(shown.ours for shown in await there.history(there.room)):
                await server.settle()
        answers = [shown.text for shown in await there.history(there.room) if shown.ours]
        assert "nonsense" in answers[0]
