"""A closed room: everybody who is in it can read, nobody but us can write, invite or change anything."""

from __future__ import annotations

from matrix_network.homeserver import Json
from matrix_network.power import Power
from matrix_network.room_state import RoomState

CLOSED = 100
"""The level everything takes."""


def may_close(state: RoomState, us: str) -> bool:
    """Whether we have the power to close a room."""
    return state.power.level(us) >= CLOSED and state.power.may_send(us, "m.room.power_levels", state=True)


def closed_levels(power: Power, us: str) -> Json:
    """Return the power levels of the room when it is closed. Closing what is closed changes nothing.

    Nobody can take power from those who have as much as oneself, nor lower what takes more: these stay
    (room version 11, authorization rules, `m.room.power_levels`).
    """
    ours = power.level(us)
    users = {user: level for user, level in power.users.items() if level >= ours}
    if us not in power.creators:
        users[us] = power.users.get(us, power.users_default)
    return {
        "users": users,
        "users_default": min(power.users_default, 0),
        "events": {event: level for event, level in power.events.items() if level > CLOSED},
        "events_default": CLOSED,
        "state_default": CLOSED,
        "invite": CLOSED,
        "kick": CLOSED,
        "ban": CLOSED,
        "redact": CLOSED,
    }


def closed_join_rules(state: RoomState) -> Json | None:
    """Return the join rules that go on without knocking, or None when nobody can knock.

    Whom a space lets in may still come and read.
    """
    if state.join_rule == "knock":
        return {"join_rule": "invite"}
    if state.join_rule == "knock_restricted":
        allow = [{"type": "m.room_membership", "room_id": room} for room in state.entrances]
        return {"join_rule": "restricted", "allow": allow}
    return None
