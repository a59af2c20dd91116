"""Threads as rooms: a new one in the channel the settings name. Needs nothing but the app installed in the channel's team.

A thread cannot be locked, and who is in the channel's team is in it. That it is closed, we only remember.
"""

from __future__ import annotations

from chatops.errors import Unsupported
from chatops.ports.chat import RoomSpec
from teams_network.conversations import Conversations
from teams_network.meetings import Meetings
from teams_network.roots import Root, Roots
from teams_network.saga import Run
from teams_network.settings import TeamsSettings
from teams_network.speaking import Speaking


class ThreadRooms:
    """Opens threads. Raises PortErrors."""

    def __init__(
        self,
        *,
        roots: Roots,
        meetings: Meetings,
        conversations: Conversations,
        speaking: Speaking,
        settings: TeamsSettings,
    ) -> None:
        self._roots = roots
        self._meetings = meetings
        self._conversations = conversations
        self._speaking = speaking
        self._channel = settings.rooms.thread_channel

    async def open(self, run: Run, spec: RoomSpec) -> str:
        """Return the thread of an opening, begun once."""
        if not self._channel:
            message = "rooms.thread_channel names no channel to begin threads in"
            raise Unsupported(message)
        link = await self._meetings.link(run, spec.title, public=spec.public)
        known = await self._conversations.known(self._channel)
        wanted = Root(
            channel=self._channel,
            team="" if known is None else known.team,
            title=spec.title,
            topic=spec.topic,
            link=link,
        )
        room = (await self._roots.begin(run, wanted)).rpartition(" ")[2]
        await self._speaking.meet(self._channel, "channel")
        return room
