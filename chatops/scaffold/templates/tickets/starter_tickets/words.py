"""The system's words beside ours."""

from __future__ import annotations

from chatops.ports.tickets import Priority, Status

STATES = {
    "fresh": Status.NEW,
    "working": Status.OPEN,
    "with customer": Status.WAITING,
    "parked": Status.ON_HOLD,
    "solved": Status.RESOLVED,
    "archived": Status.CLOSED,
}
"""A state that is not here is shown as it is, and is `Status.UNKNOWN` to us."""

STATE_OF = {status: state for state, status in STATES.items()}

URGENCIES = {1: Priority.URGENT, 2: Priority.HIGH, 3: Priority.NORMAL, 4: Priority.LOW, 0: Priority.UNSET}
URGENCY_OF = {priority: urgency for urgency, priority in URGENCIES.items()}
