"""Rooms against the simulated Teams, without the rest of the network: what Teams tells the bot is only remembered."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import msgspec

from chatops.core.message import Identity
from chatops.testing.clock import ManualClock
from chatops.testing.records import MemoryRecords
from chatops.testing.secrets import MemorySecrets
from teams_bot import PlainBot
from teams_network.activity import decoded
from teams_network.buckets import Buckets
from teams_network.connector import Connector
from teams_network.conversations import Conversations
from teams_network.graph import Graph
from teams_network.http import Http
from teams_network.own_rooms import OwnRooms
from teams_network.room_parts import RoomParts
from teams_network.settings import TeamsSettings, read
from teams_network.tokens import Tokens
from teams_simulator import TeamsSimulator
from teams_world import Conversation, Team, User


class LeapingClock(ManualClock):
    """Time that passes at once where somebody waits for it, and stands still otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self.slept = 0.0

    async def sleep(self, seconds: float) -> None:
        """Let the time pass."""
        self.slept += max(seconds, 0.0)
        self.advance(timedelta(seconds=max(seconds, 0.0)))
        await asyncio.sleep(0)


class RoomStage:
    """One server's rooms. `again` is the same server after it was started anew."""

    def __init__(self, simulator: TeamsSimulator, bot: PlainBot, rooms: dict[str, object] | None = None) -> None:
        self.simulator = simulator
        self.bot = bot
        self.wanted = rooms or {}
        self.records = MemoryRecords()
        self.clock = LeapingClock()
        self.secrets = MemorySecrets()
        self._https: list[Http] = []
        self._heard = 0
        self.start()

    def start(self, **rooms: object) -> None:
        """Build everything anew over the same records, with other settings for rooms if any are given."""
        self.wanted |= rooms
        more = {"rooms": self.wanted, "manifest": {"id": self.simulator.bot.external_id}}
        self.settings: TeamsSettings = read("teams_network", self.simulator.settings(**more))
        self.http = Http(self.clock)
        self._https.append(self.http)
        self.tokens = Tokens(self.http, self.settings, self.secrets, self.clock)
        self.conversations = Conversations(self.records, self.settings)
        self.own = OwnRooms(self.records)
        self.graph = Graph(self.http, self.tokens, self.settings, self.clock)
        connector = Connector(self.http, self.tokens, self.settings, Buckets(self.clock), self.clock)
        self.connector = connector
        self.parts = RoomParts(
            graph=self.graph,
            connector=connector,
            conversations=self.conversations,
            own=self.own,
            records=self.records,
            settings=self.settings,
            clock=self.clock,
        )
        self.rooms = self.parts.rooms

    async def close(self) -> None:
        """Let go of connections."""
        for http in self._https:
            await http.close()

    async def listen(self) -> None:
        """Remember what Teams has told the bot by now."""
        await self.simulator.deliveries.settled()
        for raw in self.bot.heard[self._heard :]:
            await self.conversations.learn(decoded(msgspec.json.encode(raw)))
        self._heard = len(self.bot.heard)

    def identity(self, user: User) -> Identity:
        """Somebody, as the server knows them."""
        return Identity(network="teams", tenant=self.simulator.world.tenant, id=user.object_id)

    async def team(self, name: str, *people: User) -> Team:
        """A team with the app in it, known to the bot."""
        team = self.simulator.world.team(name, people)
        await self.simulator.people.install(team, people[0])
        await self.listen()
        return team

    def chats(self) -> list[Conversation]:
        """All group chats there are."""
        return [one for one in self.simulator.world.conversations.values() if one.type == "groupChat"]


async def made(simulator: TeamsSimulator, bot: PlainBot, **rooms: object) -> RoomStage:
    """A stage whose secret is kept and to which Teams has spoken once: Zoe has the app."""
    stage = RoomStage(simulator, bot, dict(rooms))
    await stage.secrets.write("client_secret", simulator.secret)
    zoe = simulator.world.user("Zoe")
    await simulator.people.install(simulator.world.personal(zoe, simulator.bot), zoe)
    await stage.listen()
    return stage
