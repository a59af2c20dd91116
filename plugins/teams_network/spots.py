"""Where a post goes: which conversation, which thread, in whose name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chatops import Frozen
from chatops.core.message import MessageRef, RoomRef
from chatops.errors import Missing
from teams_network.addresses import base, root, threaded
from teams_network.conversations import Conversations
from teams_network.known import Known


class Spot(Frozen, frozen=True, kw_only=True):
    """A conversation, and where in it."""

    known: Known
    address: str
    """What messages are sent to; of a channel with nothing behind it, each begins a thread."""

    @property
    def begins_thread(self) -> bool:
        """Whether a post begins a new thread."""
        return self.known.type == "channel" and root(self.address) is None

    def beginning(self, activity: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what a thread is begun with (Microsoft Learn, "Send proactive messages")."""
        known = self.known
        return {
            "isGroup": True,
            "bot": {"id": known.bot_id},
            "tenantId": known.tenant,
            "channelData": {"channel": {"id": known.id}, "tenant": {"id": known.tenant}},
            "activity": dict(activity),
        }


async def spot(conversations: Conversations, room: RoomRef, thread: str | None) -> Spot:
    """Return where a post in a room, or in a thread of it, goes. Raise Missing for a room nobody told us of.

    Only channels have threads.
    """
    known = await conversations.known(room.id)
    if known is None:
        message = "the bot has never been told of that conversation, or the app was removed there"
        raise Missing(message, code="ConversationUnknown")
    return Spot(known=known, address=threaded(known.id, thread) if thread and known.type == "channel" else room.id)


def address_of(message: MessageRef, known: Known) -> str:
    """Return what a message's own conversation is, unless it was posted into another thread of its room."""
    room = message.room.id
    if known.type == "channel" and root(room) is None:
        return threaded(base(room), message.id)
    return room
