"""While we were in a room, and while we were not: only the former concerns us."""

from __future__ import annotations

from collections.abc import Sequence

from matrix_network.event import Event


def came_in(events: Sequence[Event], me: str) -> bool:
    """Whether we came into the room somewhere in these events."""
    return any(event.state_key == me and event.comes_in for event in events)


def witnessed(events: Sequence[Event], me: str) -> tuple[Event, ...]:
    """Return what happened while we were in the room, and all that was done with our own membership."""
    present = _in_at_first(events, me)
    seen: list[Event] = []
    for event in events:
        own = event.type == "m.room.member" and event.state_key == me
        if present or own:
            seen.append(event)
        if own:
            present = event.membership == "join"
    return tuple(seen)


def _in_at_first(events: Sequence[Event], me: str) -> bool:
    """Whether we were in the room before the first of these events."""
    for event in events:
        if event.type == "m.room.member" and event.state_key == me:
            return event.before == "join" if event.before is not None else event.membership in {"leave", "ban"}
    return True
