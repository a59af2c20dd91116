"""What a membership event changes."""

from __future__ import annotations

from typing import Literal

from matrix_network.event import Event, is_id

Change = Literal["joined", "left", "removed", "banned", "knocked"]


def change_of(event: Event) -> Change | None:
    """Return what becomes of the event's user, or None when nothing does: a new display name, an invitation.

    An invitation declined or withdrawn changes nothing either: the user was never in the room.
    """
    if event.type != "m.room.member" or event.state_key is None or not is_id(event.state_key):
        return None
    before = event.before
    match event.membership:
        case "join" if before != "join":
            return "joined"
        case "knock" if before != "knock":
            return "knocked"
        case "ban" if before != "ban":
            return "banned"
        case "leave" if before in {"join", None}:
            return "left" if event.sender == event.state_key else "removed"
        case _:
            return None


def disturbs(event: Event, *, partner: str, me: str) -> bool:
    """Whether a direct chat ends with this event: a third person may read it from now on, or one of the two is gone.

    An invitation is enough: who accepts it reads what was written before.
    """
    if event.type != "m.room.member" or event.state_key is None:
        return False
    if event.state_key in {partner, me}:
        return event.membership in {"leave", "ban"}
    return event.membership in {"join", "invite"}
