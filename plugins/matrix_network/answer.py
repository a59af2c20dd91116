"""An answer to a sync, read: which rooms have what to say. Anything in it may be nonsense and is left out then."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chatops import Frozen
from matrix_network.event import Event, event_of, id_in, is_id, object_in, text_in


class Said(Frozen, frozen=True, kw_only=True):
    """What happened in one room since the sync before."""

    room: str
    events: tuple[Event, ...] = ()
    """Oldest first."""
    limited: bool = False
    """Earlier events are missing; they are found going back from `earlier`."""
    earlier: str | None = None
    left: bool = False
    """We are not in it any more."""


class Invitation(Frozen, frozen=True, kw_only=True):
    """Somebody wants us in a room."""

    room: str
    by: str
    """User id; empty when the homeserver does not say, or says it twice and differently."""
    direct: bool = False
    """Meant as a direct chat."""


class Answer(Frozen, frozen=True, kw_only=True):
    """What one sync brought."""

    token: str
    """Where the next sync goes on."""
    rooms: tuple[Said, ...] = ()
    invitations: tuple[Invitation, ...] = ()


def answer_of(raw: dict[str, Any], *, me: str, now: datetime) -> Answer | None:
    """Return what the homeserver answered, or None when it is no answer to a sync."""
    token = text_in(raw, "next_batch")
    if not token:
        return None
    rooms = object_in(raw, "rooms")
    left = [_said(room, told, me=me, now=now, left=True) for room, told in _rooms(rooms, "leave")]
    joined = [_said(room, told, me=me, now=now, left=False) for room, told in _rooms(rooms, "join")]
    invitations = [_invitation(room, told, me=me) for room, told in _rooms(rooms, "invite")]
    return Answer(token=token, rooms=(*left, *joined), invitations=tuple(invitations))


def _rooms(rooms: dict[str, Any], section: str) -> list[tuple[str, dict[str, Any]]]:
    return [(room, told) for room, told in object_in(rooms, section).items() if is_id(room) and isinstance(told, dict)]


def _said(room: str, told: dict[str, Any], *, me: str, now: datetime, left: bool) -> Said:
    timeline = object_in(told, "timeline")
    events = events_of(timeline.get("events"), now=now)
    if left and not any(_about(event, me) for event in events):
        state = events_of(object_in(told, "state").get("events"), now=now)
        events += [event for event in state if _about(event, me)]
    return Said(
        room=room,
        events=tuple(events),
        limited=timeline.get("limited") is True,
        earlier=text_in(timeline, "prev_batch"),
        left=left,
    )


def _invitation(room: str, told: dict[str, Any], *, me: str) -> Invitation:
    """Return who invites us, as the stripped state says: type, state key, sender and content, no id.

    The inviter's homeserver makes up what stands beside the invitation, also a second one by somebody we trust (Synapse:
    `rest/client/sync.py`, `encode_invited`). So of invitations that disagree none counts.
    """
    state = object_in(told, "invite_state").get("events")
    ours = [
        raw
        for raw in (state if isinstance(state, list) else ())
        if isinstance(raw, dict) and raw.get("type") == "m.room.member" and raw.get("state_key") == me
    ]
    by = {id_in(raw, "sender") or "" for raw in ours}
    if len(by) != 1:
        return Invitation(room=room, by="")
    direct = object_in(ours[-1], "content").get("is_direct") is True
    return Invitation(room=room, by=by.pop(), direct=direct)


def events_of(raw: object, *, now: datetime) -> list[Event]:
    """Return the events of a list in their order, without those that are none."""
    found = (event_of(each, now=now) for each in raw) if isinstance(raw, list) else ()
    return [event for event in found if event is not None]


def _about(event: Event, me: str) -> bool:
    return event.type == "m.room.member" and event.state_key == me
