"""What a membership event changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from matrix_network.event import Event, is_id

Change = Literal["joined", "invited", "left", "removed", "banned", "knocked"]


_CHANGES: Mapping[str, Change] = {"join": "joined", "invite": "invited", "knock": "knocked", "ban": "banned"}


def change_of(event: Event) -> Change | None:
    """Return what becomes of the event's user, or None when nothing does: a new display name.

    An invitation declined or withdrawn changes nothing either: the user was never in the room.
    """
    if event.type != "m.room.member" or event.state_key is None or not is_id(event.state_key):
        return None
    now, before = event.membership, event.before
    if now == "leave" and before in {"join", None}:
        return "left" if event.sender == event.state_key else "removed"
    if now is None or now == before or (now == "invite" and before == "join"):
        return None
    return _CHANGES.get(now)


def disturbs(event: Event, *, partner: str, me: str) -> bool:
    """Whether a direct chat ends with this event: a third person may read it from now on, or one of the two is gone.

    An invitation is enough: who accepts it reads what was written before.
    """
    if event.type != "m.room.member" or event.state_key is None:
        return False
    if event.state_key in {partner, me}:
        return event.membership in {"leave", "ban"}
    return event.membership in {"join", "invite"}
