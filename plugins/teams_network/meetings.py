"""A link to a call, for rooms everybody may join. A room never fails for want of one."""

from __future__ import annotations

from datetime import timedelta

from chatops import Clock
from teams_network.graph import Graph
from teams_network.naming import chat_topic
from teams_network.saga import Run
from teams_network.settings import TeamsSettings

LASTS = timedelta(hours=24)
"""How long a meeting is said to last. Its link goes on working after that."""


class Meetings:
    """Makes meetings in the name of the organizer in the settings."""

    def __init__(self, graph: Graph, settings: TeamsSettings, clock: Clock) -> None:
        self._graph = graph
        self._organizer = settings.rooms.meeting_organizer
        self._clock = clock

    async def link(self, run: Run, title: str, *, public: bool) -> str:
        """Return the link for a room, made once; nothing when none is wanted or it cannot be had.

        Cut off while it is made, a meeting is not made again: it would stand in nobody's calendar either way.
        """
        if not public or not self._organizer:
            return ""
        return await run.at_most_once("meeting", lambda: self._made(title))

    async def _made(self, title: str) -> str:
        now = self._clock.now()
        return await self._graph.create_meeting(self._organizer, chat_topic(title), now, now + LASTS)
