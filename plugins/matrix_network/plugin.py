"""Matrix: a chat network on any homeserver."""

from __future__ import annotations

from collections.abc import Callable

from chatops import Checkup, PluginContext, Tool, hookimpl
from chatops.ports.chat import ChatNetwork
from matrix_network.background import Background
from matrix_network.buttons import Buttons
from matrix_network.courtesies import Courtesies
from matrix_network.directs import Directs
from matrix_network.doctor import Doctor
from matrix_network.doctor_limits import Probe
from matrix_network.fellows import Fellows
from matrix_network.homeserver import Homeserver
from matrix_network.login import LoginTools
from matrix_network.network import MatrixChat
from matrix_network.once import Once
from matrix_network.pins import Pins
from matrix_network.reading import Reading
from matrix_network.room_state import RoomStates
from matrix_network.rooms import Rooms
from matrix_network.seeds import Seeds
from matrix_network.sending import Sending
from matrix_network.session import Session
from matrix_network.settings import read
from matrix_network.sync import Sync
from matrix_network.threads import Threads
from matrix_network.typing_notice import TypingNotice


class MatrixNetwork:
    """The plugin. Settings: `matrix_network.settings.MatrixSettings`.

    Nothing is read or asked here: who the account is, and where its homeserver, the session says when it is needed.
    """

    def __init__(self, context: PluginContext) -> None:
        self._settings = read(context.name, context.settings)
        fellows = Fellows(context) if context.shared else None
        self.session = Session(context.secrets, context.clock.now, fellows)
        """The login."""
        self.homeserver = Homeserver(self._settings.homeserver, self.session, address=self._address)
        """The way to it, as the account."""
        self.seeds = Seeds(self.homeserver, self.session)
        """Our reactions."""
        self._threads = Threads(self.homeserver)
        background = Background()
        self._typing = TypingNotice(
            self.homeserver, accounts=self.session, background=background, sleep=context.clock.sleep
        )
        self.courtesies = Courtesies(
            threads=self._threads, typing=self._typing, seeds=self.seeds, background=background, now=context.clock.now
        )
        """What is done for people beside receiving."""
        self.network = self._connected(context)
        """What the server talks to."""
        self.tools = LoginTools(self.session, self._settings, context.clock.now)
        """What operators do on the command line."""
        self.doctor = Doctor(
            self._settings,
            session=self.session,
            homeserver=self.homeserver,
            states=RoomStates(self.homeserver),
            probe=Probe(self.homeserver, self._settings, context.clock.now),
            people=context.people,
            now=context.clock.now,
        )
        """Looks deeper than the network's own check."""

    @hookimpl
    def chatops_register_networks(self, register: Callable[[ChatNetwork], None]) -> None:
        """Register the connection."""
        register(self.network)

    @hookimpl
    def chatops_register_tools(self, register: Callable[[Tool], None]) -> None:
        """Register `chatops matrix login`, `status` and `logout`."""
        for tool in self.tools.tools():
            register(tool)

    @hookimpl
    def chatops_register_checkups(self, register: Callable[[Checkup], None]) -> None:
        """Register our part of `chatops doctor`."""
        register(self.doctor.checkup())

    async def _address(self) -> str:
        return (await self.session.account()).homeserver

    def _connected(self, context: PluginContext) -> MatrixChat:
        settings, session, homeserver = self._settings, self.session, self.homeserver
        directs, once = Directs(context.records, shared=context.shared), Once(context.records, context.clock.now)
        buttons, states = Buttons(homeserver, session, context=context), RoomStates(homeserver)
        return MatrixChat(
            settings,
            homeserver=homeserver,
            accounts=session,
            receiving=Sync(
                context,
                settings=settings,
                homeserver=homeserver,
                accounts=session,
                directs=directs,
                buttons=buttons,
                spoken=self._typing.answered if context.shared else lambda _room: None,
            ),
            courtesies=self.courtesies,
            sending=Sending(
                homeserver,
                accounts=session,
                settings=settings,
                directs=directs,
                buttons=buttons,
                seeds=self.seeds,
                threads=self._threads,
                typing=self._typing,
                words=context.web.words,
            ),
            reading=Reading(homeserver, accounts=session, directs=directs, now=context.clock.now),
            pins=Pins(homeserver, once),
            rooms=Rooms(
                homeserver=homeserver,
                session=session,
                states=states,
                directs=directs,
                once=once,
                records=context.records,
                settings=settings,
                now=context.clock.now,
            ),
            states=states,
        )
