"""Which room something happened in, and in which thread of it.

One thread of a channel is a room of its own where we opened it as one, and where it is the main thread of a channel we
opened; elsewhere a channel is the room and its posts begin threads.
"""

from __future__ import annotations

from typing import Protocol

from chatops import Frozen
from chatops.core.message import MessageRef, RoomRef
from teams_network.activity import Activity
from teams_network.addresses import base, kind_of, root, threaded
from teams_network.ids import is_id
from teams_network.known import Known
from teams_network.settings import TeamsSettings


class Place(Frozen, frozen=True, kw_only=True):
    """Where something happened."""

    room: RoomRef
    conversation: str
    """The chat or channel, without a thread."""
    thread: str | None = None
    direct: bool = False

    def message(self, id: str) -> MessageRef:
        """Return a message there."""
        return MessageRef(room=self.room, id=id)


class Remembered(Protocol):
    """What is remembered of conversations."""

    async def known(self, conversation: str) -> Known | None:
        """Return what is known of a conversation, or of the channel a thread is in. Raise StoreUnavailable."""
        ...


class Threads(Protocol):
    """Which threads are rooms."""

    async def is_room(self, conversation: str) -> bool:
        """Whether we opened a thread (`19:…;messageid=N`) as a room. Raise StoreUnavailable."""
        ...


class NoThreads:
    """Where no thread is a room."""

    async def is_room(self, conversation: str) -> bool:
        """Return False."""
        return False


class Places:
    """Finds the place of an activity."""

    def __init__(self, settings: TeamsSettings, *, remembered: Remembered, threads: Threads | None = None) -> None:
        self._settings = settings
        self._remembered = remembered
        self._threads = threads or NoThreads()

    async def of(self, activity: Activity, *, thread: str | None = None) -> Place | None:
        """Return the place, or None when it is none. Raise StoreUnavailable.

        `thread` is the one it belongs to in a channel, where the conversation's id names none.
        """
        conversation = activity.conversation.id
        if not is_id(conversation):
            return None
        within = base(conversation)
        kind = kind_of(within, activity.conversation.conversation_type, app=self._settings.app_id)
        if kind == "channel":
            began = activity.id if activity.type in {"message", "messageUpdate", "messageDelete"} else None
            return await self._in_channel(within, root(conversation) or thread or (began if is_id(began) else None))
        return self._place(within, within, direct=kind == "personal" and await self._is_ours(activity, within))

    async def _is_ours(self, activity: Activity, personal: str) -> bool:
        """Whether a personal chat is one with us: of invokes, only those we have heard of otherwise.

        The extension is there in chats of two people as well, in which the app is not (microsoft/botbuilder-dotnet#2976).
        """
        return activity.type != "invoke" or await self._remembered.known(personal) is not None

    async def channel(self, channel: str) -> Place | None:
        """Return a channel as a whole: its main thread where it is one of ours."""
        return await self._in_channel(base(channel), None) if is_id(channel) else None

    async def _in_channel(self, channel: str, thread: str | None) -> Place:
        known = await self._remembered.known(channel)
        if known is not None and known.ours and known.main_thread:
            room = threaded(channel, known.main_thread)
            return self._place(room, channel, thread=thread if thread != known.main_thread else None)
        if thread is not None and await self._threads.is_room(threaded(channel, thread)):
            return self._place(threaded(channel, thread), channel)
        return self._place(channel, channel, thread=thread)

    def _place(self, room: str, conversation: str, *, thread: str | None = None, direct: bool = False) -> Place:
        ref = RoomRef(network=self._settings.network, id=room)
        return Place(room=ref, conversation=conversation, thread=thread, direct=direct)
