"""Who may do what in a room, worked out from its state. Room version 12 gives its creators power without end.

Rules: Matrix client-server API v1.16, `m.room.power_levels` (the defaults), and room version 12 (MSC4289, the creators).
What is no number in the state counts as if it were not there: old rooms hold strings, and anything can be sent to them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from chatops import Frozen

OWNER = 100
"""What the creator has in room versions before 12."""

_NUMBER = re.compile(r"\s*[+-]?\d{1,19}\s*", re.ASCII)
"""Up to version 9 a level may be a string that Python's `int` reads."""
_ENDLESS = re.compile(r"1[2-9]|[2-9]\d|[1-9]\d{2}", re.ASCII)
_ENDLESS_NAMES = frozenset({"org.matrix.hydra.11"})


class Power(Frozen, frozen=True, kw_only=True):
    """The power levels of a room."""

    creators: frozenset[str] = frozenset()
    """Who has infinite power. Empty before version 12, where the creator is listed like everybody else."""
    users: Mapping[str, int] = {}
    users_default: int = 0
    events: Mapping[str, int] = {}
    events_default: int = 0
    state_default: int = 50
    invite: int = 0
    kick: int = 50
    ban: int = 50
    redact: int = 50

    def level(self, user: str) -> float:
        """Return somebody's level; `math.inf` for a creator."""
        return math.inf if user in self.creators else self.users.get(user, self.users_default)

    def needed(self, event: str, *, state: bool = False) -> int:
        """Return the level it takes to send events of a type."""
        return self.events.get(event, self.state_default if state else self.events_default)

    def may_send(self, user: str, event: str, *, state: bool = False) -> bool:
        """Whether somebody in the room may send events of a type."""
        return self.level(user) >= self.needed(event, state=state)

    def may_invite(self, user: str) -> bool:
        """Whether somebody in the room may invite people who are not banned."""
        return self.level(user) >= self.invite

    def may_kick(self, user: str, target: str) -> bool:
        """Whether `user` may put `target` out. Nobody can put out those with the same level."""
        return self.level(user) >= self.kick and self.level(user) > self.level(target)

    def may_ban(self, user: str, target: str) -> bool:
        """Whether `user` may ban `target`."""
        return self.level(user) >= self.ban and self.level(user) > self.level(target)

    def may_redact(self, user: str) -> bool:
        """Whether somebody may delete what others wrote."""
        return self.level(user) >= self.redact and self.may_send(user, "m.room.redaction")


def endless(version: str) -> bool:
    """Whether creators have infinite power in a room version, and must not be listed in its power levels."""
    return version in _ENDLESS_NAMES or _ENDLESS.fullmatch(version) is not None


def read_power(*, version: str, creator: str, create: Mapping[str, Any], levels: Mapping[str, Any] | None) -> Power:
    """Return the power in a room.

    `creator` is the sender of `m.room.create` and `create` its content; `levels` is the content of
    `m.room.power_levels`, None when the room has none.
    """
    creators = frozenset({creator, *_names(create.get("additional_creators"))}) if endless(version) else frozenset()
    if levels is None:
        return Power(creators=creators, users={} if creators else {creator: OWNER}, state_default=0)
    return Power(
        creators=creators,
        users=_levels(levels.get("users")),
        users_default=_level(levels.get("users_default"), 0),
        events=_levels(levels.get("events")),
        events_default=_level(levels.get("events_default"), 0),
        state_default=_level(levels.get("state_default"), 50),
        invite=_level(levels.get("invite"), 0),
        kick=_level(levels.get("kick"), 50),
        ban=_level(levels.get("ban"), 50),
        redact=_level(levels.get("redact"), 50),
    )


def _names(told: object) -> frozenset[str]:
    return frozenset(name for name in told if isinstance(name, str)) if isinstance(told, list) else frozenset()


def _levels(told: object) -> Mapping[str, int]:
    if not isinstance(told, Mapping):
        return {}
    read = ((name, _number(level)) for name, level in told.items() if isinstance(name, str))
    return {name: level for name, level in read if level is not None}


def _level(told: object, default: int) -> int:
    level = _number(told)
    return default if level is None else level


def _number(told: object) -> int | None:
    if isinstance(told, bool):
        return None
    if isinstance(told, int):
        return told
    if isinstance(told, float):
        return int(told) if math.isfinite(told) else None
    if isinstance(told, str) and _NUMBER.fullmatch(told):
        return int(told)
    return None
