"""The parts of the Teams adapter that speak, put together against the simulator, on a clock that hurries."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from chatops.core.catalogue import Catalogues, Reader
from chatops.core.message import Identity, RoomRef
from chatops.core.text import Text
from chatops.ports.records import Records
from chatops.testing.clock import ManualClock
from chatops.testing.records import MemoryRecords
from chatops.testing.secrets import MemorySecrets
from teams_network.addresses import Kind
from teams_network.buckets import Buckets
from teams_network.connector import Connector
from teams_network.conversations import Contact, Conversations, Known
from teams_network.graph import Graph
from teams_network.http import Http
from teams_network.parts import PartsBook
from teams_network.personal_chats import PersonalChats
from teams_network.reading import Reading
from teams_network.sending import Sending
from teams_network.settings import read
from teams_network.tokens import Tokens
from teams_simulator import TeamsSimulator
from teams_world import Conversation, User


class HurriedClock(ManualClock):
    """Whoever sleeps moves it on."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        """Return at once, later."""
        self.slept.append(seconds)
        await asyncio.sleep(0)
        self.advance(timedelta(seconds=max(seconds, 0.0)))


class Speaking:
    """All of it, for one tenant of a simulator."""

    def __init__(self, simulator: TeamsSimulator, *, records: Records | None = None) -> None:
        self.simulator = simulator
        self.clock = HurriedClock()
        self.records = records or MemoryRecords()
        self.settings = read("teams_network", simulator.settings())
        self.secrets = MemorySecrets()
        self.secrets.kept["client_secret"] = simulator.secret
        self.http = Http(self.clock)
        self.tokens = Tokens(self.http, self.settings, self.secrets, self.clock)
        self.buckets = Buckets(self.clock)
        self.connector = Connector(self.http, self.tokens, self.settings, self.buckets, self.clock)
        self.conversations = Conversations(self.records, self.settings)
        self.graph = Graph(self.http, self.tokens, self.settings, self.clock)
        self.reading = Reading(self.graph, self.conversations, self.settings, clock=self.clock)
        self.sending = Sending(
            self.connector,
            self.conversations,
            PersonalChats(self.connector, self.conversations, self.settings),
            PartsBook(self.records, self.clock),
            self.settings,
            words=_words,
            clock=self.clock,
        )

    @property
    def url(self) -> str:
        """The connector's address."""
        return self.simulator.service_url

    async def close(self) -> None:
        """Let go of connections."""
        await self.http.close()

    async def meet(self, where: Conversation) -> RoomRef:
        """Let the app be installed somewhere, and be told of it."""
        where.apps.add(self.simulator.bot.app_id)
        kind: Kind = "channel" if where.type == "channel" else "personal" if where.type == "personal" else "groupChat"
        known = Known(
            id=where.id,
            tenant=self.simulator.world.tenant,
            service_url=self.url,
            bot_id=self.simulator.bot.id,
            type=kind,
            team=where.team.group_id if where.team else "",
        )
        await self.conversations.keep(known)
        return RoomRef(network=self.settings.network, id=where.id)

    async def know(self, who: User, *, chat: str = "") -> Identity:
        """Have somebody's account told, and their personal chat."""
        tenant = self.simulator.world.tenant
        contact = Contact(
            identity_id=who.object_id,
            tenant=tenant,
            account=who.id,
            service_url=self.url,
            conversation=chat,
            name=who.name,
        )
        await self.conversations.keep_contact(contact)
        return Identity(network=self.settings.network, tenant=tenant, id=who.object_id)


def _words(text: Text, locale: str) -> str:
    return Catalogues({}).plain(text, Reader(locale=locale, zone="UTC"))
