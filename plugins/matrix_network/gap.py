"""What a sync left out of a room, fetched before anything is accepted.

A timeline that is `limited` lacks what came between the sync before and its first event (client-server API, "Syncing").
"""

from __future__ import annotations

from datetime import datetime

import structlog
from nio import Api, MessageDirection

from chatops import replace
from chatops.errors import Rejected
from matrix_network.answer import Said, events_of
from matrix_network.attendance import came_in, witnessed
from matrix_network.event import Event, text_in
from matrix_network.homeserver import NO_TOKEN, Homeserver

PAGE = 100
"""Events a request; Synapse gives no more than 1000."""

MOST_PAGES = 1000
"""Where going back ends, whatever a homeserver still offers."""

log = structlog.get_logger("matrix_network")


class Gaps:
    """Completes what a sync says of a room."""

    def __init__(self, homeserver: Homeserver, *, me: str) -> None:
        self._homeserver = homeserver
        self._me = me

    async def filled(self, said: Said, *, since: str, until: str, now: datetime) -> Said:
        """Return all that happened in a room while we were in it after `since`, each event once, in order.

        `until` is the token that came with `said`. Raise a PortError when the homeserver does not say.
        """
        events = list(said.events)
        if came_in(events, self._me):
            # Of a room that is new to a sync, Synapse shows what is older than `since`, too: all of it was dealt with.
            events = await self._back(said.room, start=until, since=since, now=now)
        elif said.limited and said.earlier is not None:
            events = [*await self._back(said.room, start=said.earlier, since=since, now=now), *events]
        once = {event.id: event for event in events}
        return replace(said, events=witnessed(tuple(once.values()), self._me))

    async def _back(self, room: str, *, start: str, since: str, now: datetime) -> list[Event]:
        """Return the events between `since` and `start`, oldest first."""
        found: list[Event] = []
        token, seen = start, {start}
        for _page in range(MOST_PAGES):
            request = Api.room_messages(NO_TOKEN, room, token, since, MessageDirection.back, PAGE)
            try:
                page = await self._homeserver.call(request)
            except Rejected as error:
                # A room that is gone, or closed to us, must not hold up the others for ever.
                log.warning("what a room said meanwhile cannot be read", room=room, code=error.code)
                break
            found += events_of(page.get("chunk"), now=now)
            following = text_in(page, "end")
            if not page.get("chunk") or not following or following in seen:
                break
            token = following
            seen.add(token)
        else:
            log.warning("a room said more meanwhile than is read", room=room, events=len(found))
        return found[::-1]
