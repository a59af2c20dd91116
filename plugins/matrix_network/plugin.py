"""Matrix: a chat network on any homeserver."""

from __future__ import annotations

from collections.abc import Callable

from chatops import PluginContext, hookimpl
from chatops.ports.chat import ChatNetwork
from matrix_network.settings import read


class MatrixNetwork:
    """The plugin. Settings: `matrix_network.settings.MatrixSettings`."""

    def __init__(self, context: PluginContext) -> None:
        self._context = context
        self._settings = read(context.name, context.settings)

    @hookimpl
    def chatops_register_networks(self, register: Callable[[ChatNetwork], None]) -> None:
        """Register the connection."""
