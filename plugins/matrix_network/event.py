"""One event of a room, checked: what the homeserver delivered is data of strangers, and any of it may be nonsense."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from chatops import Frozen, Instant

LONGEST_ID = 255
"""Bytes of an event, room or user id (Matrix specification, "Size limits")."""

_FIRST = datetime(2014, 1, 1, tzinfo=UTC)
"""Nothing was written on Matrix before."""


class Event(Frozen, frozen=True, kw_only=True):
    """An event with an id, a type, a sender and a content of the right kinds. What is inside the content is unchecked."""

    id: str
    type: str
    sender: str
    at: Instant
    content: dict[str, Any]
    state_key: str | None = None
    """None when it is not part of the room's state."""
    before: str | None = None
    """For a membership: the one it replaced, if the homeserver tells (`unsigned.prev_content`)."""
    redacts: str | None = None
    """Where room versions before 11 say what a redaction redacts."""

    @property
    def membership(self) -> str | None:
        """What a membership event makes of its user."""
        return text_in(self.content, "membership") if self.type == "m.room.member" else None

    @property
    def comes_in(self) -> bool:
        """Whether its user is in the room from here on, and was not before."""
        return self.membership == "join" and self.before != "join"


def event_of(raw: object, *, now: datetime) -> Event | None:
    """Return the event, or None when it is none."""
    if not isinstance(raw, dict):
        return None
    id_, type_, sender = id_in(raw, "event_id"), text_in(raw, "type"), id_in(raw, "sender")
    content, state_key = raw.get("content"), raw.get("state_key")
    if id_ is None or type_ is None or sender is None or not isinstance(content, dict):
        return None
    if not (state_key is None or isinstance(state_key, str)):
        return None
    unsigned = object_in(raw, "unsigned")
    return Event(
        id=id_,
        type=type_,
        sender=sender,
        at=_moment(raw.get("origin_server_ts"), now),
        content=content,
        state_key=state_key,
        before=text_in(object_in(unsigned, "prev_content"), "membership"),
        redacts=id_in(raw, "redacts"),
    )


def object_in(raw: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the object under `name`, empty when there is none."""
    found = raw.get(name)
    return found if isinstance(found, dict) else {}


def text_in(raw: dict[str, Any], name: str) -> str | None:
    """Return the string under `name`."""
    found = raw.get(name)
    return found if isinstance(found, str) else None


def id_in(raw: dict[str, Any], name: str) -> str | None:
    """Return the string under `name` if it can be an id."""
    found = raw.get(name)
    return found if isinstance(found, str) and is_id(found) else None


def is_id(text: str) -> bool:
    """Whether it is printable, and neither empty nor too long."""
    return 0 < len(text) <= LONGEST_ID and text.isprintable() and len(text.encode()) <= LONGEST_ID


def _moment(told: object, now: datetime) -> datetime:
    """Return when it was written. The sender's homeserver says so, truly or not: never in the future."""
    if not isinstance(told, int | float) or isinstance(told, bool):
        return now
    try:
        at = datetime.fromtimestamp(told / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return now
    return at if _FIRST <= at <= now else now
