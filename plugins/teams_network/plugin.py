"""Microsoft Teams: a chat network over the Bot Connector and Graph."""

from __future__ import annotations

from collections.abc import Callable

from chatops import Checkup, PluginContext, Tool, hookimpl
from chatops.ports.chat import ChatNetwork
from chatops.ports.web import Route, Static
from teams_network.buckets import Buckets
from teams_network.connector import Connector
from teams_network.conversations import Conversations
from teams_network.doctor import Doctor
from teams_network.doctor_rooms import RoomsExam
from teams_network.door import Door
from teams_network.downloads import Downloads
from teams_network.graph import Graph
from teams_network.http import Http
from teams_network.invokes import Invokes
from teams_network.keys import Keys
from teams_network.network import TeamsChat
from teams_network.own_rooms import OwnRooms
from teams_network.parts import PartsBook
from teams_network.personal_chats import PersonalChats
from teams_network.reading import Reading
from teams_network.room_parts import RoomParts
from teams_network.sending import Sending
from teams_network.settings import read
from teams_network.token_check import TokenCheck
from teams_network.tokens import Tokens
from teams_network.tools import TeamsTools
from teams_network.understanding import Understanding


class TeamsNetwork:
    """The plugin. Settings: `teams_network.settings.TeamsSettings`. Nothing is asked of anybody before it listens."""

    def __init__(self, context: PluginContext) -> None:
        self._settings = settings = read(context.name, context.settings)
        clock = context.clock
        self._http = Http(clock)
        self._keys = Keys(self._http, settings.where.openid_metadata_url, clock)
        self._tokens = Tokens(self._http, settings, context.secrets, clock)
        self._connector = Connector(self._http, self._tokens, settings, Buckets(clock), clock)
        self._graph = Graph(self._http, self._tokens, settings, clock)
        signals = context.signals if context.shared else None
        self._conversations = Conversations(context.records, settings, signals=signals, plugin=context.name)
        self._own_rooms = OwnRooms(context.records, signals=signals, plugin=context.name)
        parts = RoomParts(
            graph=self._graph,
            connector=self._connector,
            conversations=self._conversations,
            own=self._own_rooms,
            records=context.records,
            settings=settings,
            clock=clock,
        )
        self._door = self._at_the_door(context)
        self.network = TeamsChat(
            settings,
            http=self._http,
            keys=self._keys,
            tokens=self._tokens,
            door=self._door,
            sending=self._sends(context),
            reading=Reading(self._graph, self._conversations, settings, clock=clock),
            rooms=parts.rooms,
            downloads=Downloads(self._http, self._tokens, settings),
        )
        """What the server talks to."""
        self.tools = TeamsTools(
            settings,
            tokens=self._tokens,
            secrets=context.secrets,
            saga=parts.saga,
            web=context.web,
            clock=clock,
            folder=context.folder,
            commands=context.commands,
        )
        """What operators do on the command line."""
        self.doctor = Doctor(
            settings,
            http=self._http,
            tokens=self._tokens,
            rooms=RoomsExam(
                settings,
                graph=self._graph,
                connector=self._connector,
                conversations=self._conversations,
                installing=parts.installing,
                saga=parts.saga,
            ),
            web=context.web,
            clock=clock,
        )
        """Looks deeper than the network's own check."""

    @hookimpl
    def chatops_register_networks(self, register: Callable[[ChatNetwork], None]) -> None:
        """Register the connection."""
        register(self.network)

    @hookimpl
    def chatops_register_routes(self, register: Callable[[Route | Static], None]) -> None:
        """Register `POST /api/messages`, where the Bot Connector brings everything."""
        register(self._door.route)

    @hookimpl
    def chatops_register_tools(self, register: Callable[[Tool], None]) -> None:
        """Register `chatops teams manifest`, `secret` and `status`."""
        for tool in self.tools.tools():
            register(tool)

    @hookimpl
    def chatops_register_checkups(self, register: Callable[[Checkup], None]) -> None:
        """Register our part of `chatops doctor`."""
        register(self.doctor.checkup())

    def _at_the_door(self, context: PluginContext) -> Door:
        settings, clock = self._settings, context.clock
        understanding = Understanding(
            settings, conversations=self._conversations, people=context.people, clock=clock, threads=self._own_rooms
        )
        return Door(
            settings,
            judge=TokenCheck(settings, self._keys, clock),
            understanding=understanding,
            invokes=Invokes(settings, places=understanding.places, people=context.people, web=context.web, clock=clock),
            conversations=self._conversations,
            clock=clock,
        )

    def _sends(self, context: PluginContext) -> Sending:
        return Sending(
            self._connector,
            self._conversations,
            PersonalChats(self._connector, self._conversations, self._settings),
            PartsBook(context.records, context.clock),
            self._settings,
            words=context.web.words,
            clock=context.clock,
        )
