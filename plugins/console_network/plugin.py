"""The console: a chat network in the browser."""

from __future__ import annotations

from collections.abc import Callable

from chatops import PluginContext, hookimpl
from chatops.errors import SettingsError
from chatops.ports.chat import ChatNetwork
from chatops.ports.web import Route, Static
from console_network.access import Access
from console_network.acts import Acts
from console_network.live import Changes
from console_network.network import ConsoleChat
from console_network.pages import FILES, Pages
from console_network.replicas import Replicas
from console_network.routes import Routes
from console_network.store import Store

SETTINGS = frozenset({"network", "try"})


class ConsoleNetwork:
    """The plugin. Settings: `network`, the connection's name; `try`, three commands the demo's front page shows."""

    def __init__(self, context: PluginContext) -> None:
        unknown = sorted(set(context.settings) - SETTINGS)
        if unknown:
            message = f"plugins.{context.name}: unknown setting {', '.join(unknown)}. Known: {', '.join(SETTINGS)}."
            raise SettingsError(message)
        changes = Changes()
        store = Store(context.records, changes, _line(context, changes) if context.shared else None)
        self.network = ConsoleChat(context, store, name=str(context.settings.get("network", "console")))
        """What the server talks to."""
        self.acts = Acts(context, store, self.network)
        """What people do; the pages call it, and so do tests."""
        self._access = Access(context)
        self._routes = Routes(
            context,
            store=store,
            changes=changes,
            chat=self.network,
            access=self._access,
            acts=self.acts,
            pages=Pages(context, store),
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

    async def sign_in_link(self, person: str) -> str:
        """Return an address that signs `person` in, once, within 15 minutes. Raise NotFound."""
        return await self._access.link(person)


def _line(context: PluginContext, changes: Changes) -> Replicas:
    return Replicas(context.signals, changes, topic=f"plugin:{context.name}", sleep=context.clock.sleep)
