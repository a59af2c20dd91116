"""Who is in a room now, asked of its network. A courtesy: whoever asks goes on without an answer."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from chatops.core.clock import Clock
from chatops.core.message import Identity, RoomRef
from chatops.engine.bounded import Bounded, DeadlinePassed, Raised
from chatops.engine.calls import Lines
from chatops.engine.trace import trace_of
from chatops.errors import PortError

log = structlog.get_logger("chatops.engine")

PATIENCE = 5.0
"""Seconds a network may take to answer."""


class Presence:
    """Asks the networks who is in their rooms."""

    def __init__(self, lines: Lines, clock: Clock) -> None:
        self._lines = lines
        self._bounded = Bounded(clock)

    async def __call__(self, room: RoomRef) -> Sequence[Identity] | None:
        """Return who is in a room or has been let in, ourselves left out; None when its network does not say."""
        line = self._lines.get(room.network)
        if line is None or line.resting:
            return None
        asked = await self._bounded.run(line.network.members(room), PATIENCE, name=f"members on {room.network}")
        if not isinstance(asked, Raised):
            return asked.value
        if not isinstance(asked.error, PortError | DeadlinePassed):
            log.error("a chat network cannot say who is in a room", network=room.network, trace=trace_of(asked.error))
        return None
