"""The plugin: reads its settings and registers the network."""

from __future__ import annotations

from collections.abc import Callable

from chatops import PluginContext, hookimpl
from chatops.ports.chat import ChatNetwork
from sample_network.network import SampleNetworkChat
from sample_network.service import Service


class SampleNetwork:
    """Settings: `name`, what the connection is called (`samplenetwork`)."""

    def __init__(self, context: PluginContext) -> None:
        self.network = SampleNetworkChat(Service(), str(context.settings.get("name", "samplenetwork")))

    @hookimpl
    def chatops_register_networks(self, register: Callable[[ChatNetwork], None]) -> None:
        """Register the network."""
        register(self.network)
