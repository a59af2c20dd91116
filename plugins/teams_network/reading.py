"""Reading one message again, through Graph: the Bot Connector has no call for it.

Source: Microsoft Graph v1.0, "Get chatMessage in a channel or chat"; in channels a reply is found below the message its
thread hangs on, and nowhere else.
"""

from __future__ import annotations

from datetime import datetime

from chatops import Clock
from chatops.core.message import Identity, Message, MessageRef
from chatops.errors import Forbidden, Invalid, Missing
from teams_network.addresses import root
from teams_network.conversations import Conversations
from teams_network.graph import Graph
from teams_network.graph_message import GraphMessage, Somebody
from teams_network.known import Known
from teams_network.settings import TeamsSettings
from teams_network.written import of_html, plain_words


class Reading:
    """Reads what stands in a conversation."""

    def __init__(self, graph: Graph, conversations: Conversations, settings: TeamsSettings, *, clock: Clock) -> None:
        self._graph = graph
        self._conversations = conversations
        self._settings = settings
        self._clock = clock

    async def read(self, message: MessageRef) -> Message | None:
        """Return a message as it stands now, or None when it is gone or cannot be seen.

        Personal chats cannot be read: Graph knows them by another id. Nor can replies in a channel that is a room as a
        whole, unless their thread is a room. Raise RateLimited, Unreachable or AuthExpired.
        """
        known = await self._conversations.known(message.room.id)
        if not message.id.strip("."):
            return None
        if known is None or known.type == "personal":
            return None
        try:
            found = await self._found(known, message)
        except (Missing, Forbidden, Invalid):
            return None
        return None if found is None else self._message(found, message, known)

    async def _found(self, known: Known, message: MessageRef) -> GraphMessage | None:
        if known.type == "groupChat":
            return await self._graph.chat_message(known.id, message.id)
        if not known.team:
            return None
        thread = root(message.room.id)
        if thread is None or thread == message.id:
            return await self._graph.channel_message(known.team, known.id, message.id)
        try:
            return await self._graph.channel_message(known.team, known.id, message.id, root=thread)
        except Missing:
            return await self._graph.channel_message(known.team, known.id, message.id)

    def _message(self, found: GraphMessage, ref: MessageRef, known: Known) -> Message:
        return Message(
            ref=ref,
            sender=self._identity(found.sender, known),
            text=plain_words(of_html(found.content, forwarded=True)) if found.html else found.content,
            at=self._at(found),
            thread=_thread(found, ref, known),
            reply_to=found.quoted,
            mentions=tuple(self._identity(one, known) for one in found.mentions),
            locale=found.locale,
            edited=found.edited,
            automated=found.sender.app,
        )

    def _at(self, found: GraphMessage) -> datetime:
        return found.at or self._clock.now()

    def _identity(self, somebody: Somebody, known: Known) -> Identity:
        id = f"28:{somebody.id}" if somebody.app else somebody.id
        return Identity(network=self._settings.network, tenant=somebody.tenant or known.tenant, id=id)


def _thread(found: GraphMessage, ref: MessageRef, known: Known) -> str | None:
    """Return the thread it is in, unless that is the room."""
    thread = found.root or found.id
    return thread if known.type == "channel" and thread != root(ref.room.id) else None
