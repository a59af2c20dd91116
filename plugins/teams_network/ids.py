"""What may be an id, and when something happened: an activity's own words for both, checked."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime

import msgspec

from teams_network.activity import Activity

LONGEST = 400
"""Characters of an id. Those of personal chats have 150."""

_FIRST = datetime(2015, 1, 1, tzinfo=UTC)
"""There was no Bot Connector before."""

_FRACTION = re.compile(r"\.\d+")


def is_id(text: object) -> bool:
    """Whether it is text that is printable, and neither empty nor too long."""
    return isinstance(text, str) and 0 < len(text) <= LONGEST and text.isascii() and text.isprintable()


def id_or_none(text: object) -> str | None:
    """Return an id, or None for what is none."""
    return text if isinstance(text, str) and is_id(text) else None


def own_id(activity: Activity) -> str:
    """Return the activity's id, or a name that the same activity has again when it is redelivered."""
    if is_id(activity.id):
        return activity.id
    return "~" + hashlib.sha256(msgspec.json.encode(activity)).hexdigest()[:40]


def moment(told: str | None, now: datetime) -> datetime:
    """Return when it happened, never in the future. The Bot Connector writes seven digits behind the second."""
    if not told:
        return now
    try:
        at = datetime.fromisoformat(_FRACTION.sub(lambda found: found[0][:7].ljust(7, "0"), told, count=1))
        return at.astimezone(UTC) if at.tzinfo is not None and _FIRST <= at <= now else now
    except (ValueError, OverflowError):
        return now
