"""The plugin: reads its settings and registers the network."""

from __future__ import annotations

from collections.abc import Callable

from chatops import PluginContext, hookimpl
from chatops.ports.chat import ChatNetwork
from starter_network.network import StarterNetworkChat
from starter_network.service import Service


class StarterNetwork:
    """Settings: `name`, what the connection is called (`starternetwork`)."""

    def __init__(self, context: PluginContext) -> None:
        self.network = StarterNetworkChat(Service(), str(context.settings.get("name", "starternetwork")))

    @hookimpl
    def chatops_register_networks(self, register: Callable[[ChatNetwork], None]) -> None:
        """Register the network."""
        register(self.network)
