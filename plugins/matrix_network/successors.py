"""Rooms that went on as another one between a question and its answer: the answer is given where the people are now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from chatops.errors import RateLimited, Rejected
from matrix_network.homeserver import Homeserver
from matrix_network.memberships import predecessor
from matrix_network.room_state import RoomStates

LET_IN = timedelta(minutes=10)
"""How long after a room was closed somebody may still let us into the one it goes on as."""

AGAIN = 5.0
"""Seconds until we look again."""


class Successors:
    """Looks where a room goes on, by its tombstone (client-server API v1.16, "Room upgrades")."""

    def __init__(self, homeserver: Homeserver, states: RoomStates, now: Callable[[], datetime]) -> None:
        self._homeserver = homeserver
        self._states = states
        self._now = now

    async def of(self, room: str) -> str | None:
        """Return the room that takes the place of `room`, with us in it, or None.

        Raise RateLimited, for that room, while somebody may still let us in; or another PortError.
        """
        state = await self._states.read(room)
        if state.successor is None:
            return None
        try:
            before = await predecessor(self._homeserver, state.successor)
        except Rejected:
            if state.closed_at is None or self._now() - state.closed_at > LET_IN:
                return None
            message = f"the room {room} goes on as one that we are not in yet"
            raise RateLimited(message, retry_after=AGAIN) from None
        # Anybody can close a room of their own in favour of one of others.
        return state.successor if before == room else None
