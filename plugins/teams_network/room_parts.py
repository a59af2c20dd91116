"""All that opens and changes rooms, put together."""

from __future__ import annotations

from chatops import Clock
from chatops.ports.records import Records
from teams_network.channels import Channels
from teams_network.chats import Chats
from teams_network.connector import Connector
from teams_network.conversations import Conversations
from teams_network.direct_rooms import DirectRooms
from teams_network.graph import Graph
from teams_network.guests import Guests
from teams_network.installing import Installing
from teams_network.meetings import Meetings
from teams_network.own_rooms import OwnRooms
from teams_network.rooms import Rooms
from teams_network.roots import Roots
from teams_network.roster import Roster
from teams_network.saga import SETTLED, Saga
from teams_network.settings import TeamsSettings
from teams_network.speaking import Speaking
from teams_network.teams_room import TeamsRoom
from teams_network.threads import ThreadRooms


class RoomParts:
    """The parts, by what they are for."""

    def __init__(
        self,
        *,
        graph: Graph,
        connector: Connector,
        conversations: Conversations,
        own: OwnRooms,
        records: Records,
        settings: TeamsSettings,
        clock: Clock,
        settled: float = SETTLED,
    ) -> None:
        """`settled`: seconds after which what an attempt asked for, and cannot be found, has not happened."""
        self.installing = Installing(graph, settings, clock)
        self.saga = Saga(records, clock, settled=settled)
        speaking = Speaking(conversations, settings)
        meetings, guests = Meetings(graph, settings, clock), Guests(graph, clock)
        roots = Roots(connector, graph, speaking, settings)
        self.rooms = Rooms(
            chats=Chats(
                graph=graph,
                connector=connector,
                installing=self.installing,
                meetings=meetings,
                guests=guests,
                speaking=speaking,
                settings=settings,
                clock=clock,
            ),
            channels=Channels(
                graph=graph,
                roots=roots,
                meetings=meetings,
                speaking=speaking,
                room=TeamsRoom(graph, records, settings, clock),
                settings=settings,
                clock=clock,
            ),
            threads=ThreadRooms(
                roots=roots, meetings=meetings, conversations=conversations, speaking=speaking, settings=settings
            ),
            direct_rooms=DirectRooms(
                connector=connector, conversations=conversations, installing=self.installing, settings=settings
            ),
            guests=guests,
            own=own,
            saga=self.saga,
            roster=Roster(connector, conversations, settings),
            settings=settings,
            clock=clock,
        )
