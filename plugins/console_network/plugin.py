"""The console: a chat network in the browser."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from chatops import PluginContext, hookimpl
from chatops.core.message import Person, RoomRef
from chatops.errors import SettingsError
from chatops.ports.chat import ChatNetwork
from chatops.ports.web import Route, Static
from console_network.access import Access, home
from console_network.acts import Acts
from console_network.live import Changes
from console_network.network import ConsoleChat
from console_network.pages import FILES, Pages
from console_network.replicas import Replicas
from console_network.routes import Routes
from console_network.store import Store
from console_network.uploads import MOST_OF_ONE, Uploads

SETTINGS = frozenset({"network", "try", "files_per_person"})

_MB = 1_000_000

_MOST_MB = 1_000_000


class ConsoleNetwork:
    """The plugin. Settings: `network`, the connection's name; `try`, three commands the demo's front page shows;
    `files_per_person`, the MB that one person's files may take, 500 unless it says otherwise.
    """

    def __init__(self, context: PluginContext) -> None:
        unknown = sorted(set(context.settings) - SETTINGS)
        if unknown:
            message = (
                f"plugins.{context.name}: unknown setting {', '.join(unknown)}. Known: {', '.join(sorted(SETTINGS))}."
            )
            raise SettingsError(message)
        changes = Changes()
        store = Store(context.records, changes, _line(context, changes) if context.shared else None)
        uploads = Uploads(context.folder / "console-files", most_of_one=_bytes_per_person(context))
        self.network = ConsoleChat(context, store, uploads, name=str(context.settings.get("network", "console")))
        """What the server talks to."""
        self.acts = Acts(context, store, self.network)
        """What people do; the pages call it, and so do tests."""
        self._access = Access(context)
        self._store = store
        self._routes = Routes(
            context,
            store=store,
            changes=changes,
            chat=self.network,
            access=self._access,
            acts=self.acts,
            pages=Pages(context, store, files=not context.shared),
            uploads=uploads,
        )

    @hookimpl
    def chatops_register_networks(self, register: Callable[[ChatNetwork], None]) -> None:
        """Register the console."""
        register(self.network)

    @hookimpl
    def chatops_register_routes(self, register: Callable[[Route | Static], None]) -> None:
        """Register its pages and files."""
        register(FILES)
        for route in self._routes.all():
            register(route)

    async def visitor(self, request: web.Request) -> Person | None:
        """Return who is signed in below the address asked for, or None."""
        await self.network.ready()
        return await self._access.person(request)

    def entrance(self, request: web.Request) -> web.Response:
        """Answer somebody who is not signed in: the demo lets everybody in, otherwise it takes a link."""
        return self._access.enter(request)

    def room_address(self, person: str, room: RoomRef) -> str | None:
        """Return where somebody reads a room of ours."""
        return f"{home(person)}r/{room.id}" if room.network == self.network.name else None

    def room_of(self, person: Person, id: str) -> RoomRef | None:
        """Return the room of that id, as far as it is open to somebody."""
        room = self._store.rooms.get(id)
        return None if room is None or not room.visible_to(person) else RoomRef(network=self.network.name, id=id)

    async def sign_in_link(self, person: str) -> str:
        """Return an address that signs `person` in, once, within 15 minutes. Raise NotFound."""
        return await self._access.link(person)


def _bytes_per_person(context: PluginContext) -> int:
    told = context.settings.get("files_per_person", MOST_OF_ONE // _MB)
    if isinstance(told, bool) or not isinstance(told, int) or not 1 <= told <= _MOST_MB:
        message = f"plugins.{context.name}: files_per_person is a number of MB from 1 to {_MOST_MB}, not {told!r}."
        raise SettingsError(message)
    return told * _MB


def _line(context: PluginContext, changes: Changes) -> Replicas:
    return Replicas(context.signals, changes, topic=f"plugin:{context.name}", sleep=context.clock.sleep)
