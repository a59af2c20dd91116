"""Reading one message again, through Graph."""

from __future__ import annotations

from chatops import Clock
from chatops.core.message import Message, MessageRef
from teams_network.conversations import Conversations
from teams_network.graph import Graph
from teams_network.settings import TeamsSettings


class Reading:
    """Reads what stands in a conversation."""

    def __init__(self, graph: Graph, conversations: Conversations, settings: TeamsSettings, *, clock: Clock) -> None:
        self._graph = graph
        self._conversations = conversations
        self._settings = settings
        self._clock = clock

    async def read(self, message: MessageRef) -> Message | None:
        """Return a message, or None when it is gone or cannot be seen."""
        return None
