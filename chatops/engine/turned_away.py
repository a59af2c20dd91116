"""Who was not let in at a network's door is in the audit, in a lane of that door's own."""

from __future__ import annotations

from chatops.core.journal import AuditRecord
from chatops.core.message import TurnedAway
from chatops.core.unit import Unit
from chatops.hookspecs import Listener

COMMAND = "(at the door)"
"""What stands in place of a command: nothing they sent was read as one."""


def door_lane(network: str) -> str:
    """Return the lane of a network's door."""
    return f"door:{network}"


def listeners() -> tuple[Listener, ...]:
    """Return the engine's own listeners."""
    return (Listener(name="engine.turned-away", of=TurnedAway, handle=turned_away),)


async def turned_away(unit: Unit, event: TurnedAway) -> None:
    """Record an attempt. The claimed identity is written down as claimed; no person is, for nobody proved to be one."""
    times = f"{event.count} times from {event.address}" if event.count > 1 else f"from {event.address}"
    unit.audit(
        AuditRecord(
            person=None,
            identity=None if event.claimed is None else str(event.claimed),
            via="door",
            command=COMMAND,
            arguments=times,
            outcome=f"denied:{event.reason}",
            event=unit.event.key,
            at=event.at,
        )
    )
