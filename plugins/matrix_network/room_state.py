"""What we need to know of a room, as its state says now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from nio import Api

from chatops import Frozen, Instant
from chatops.errors import Forbidden, Missing
from matrix_network.homeserver import NO_TOKEN, Homeserver, Json
from matrix_network.power import Power, read_power

PRESENT = frozenset({"join", "invite"})


class RoomState(Frozen, frozen=True, kw_only=True):
    """A room at one moment."""

    room: str
    version: str = "1"
    creator: str = ""
    """Who sent the room's first event."""
    power: Power = Power()
    name: str = ""
    join_rule: str = ""
    """Empty when there is none: then the room was never finished."""
    entrances: tuple[str, ...] = ()
    """Rooms and spaces whose members may walk in (`allow`)."""
    spaces: tuple[str, ...] = ()
    """Spaces the room says it belongs to."""
    is_space: bool = False
    encrypted: bool = False
    successor: str | None = None
    """The room in which it goes on, when it has been upgraded."""
    closed_at: Instant | None = None
    """When that was said."""
    memberships: Mapping[str, str] = {}
    """`join`, `invite`, `knock`, `leave` or `ban`, by user id."""

    def membership(self, user: str) -> str | None:
        """Return somebody's membership, None for those who never had one."""
        return self.memberships.get(user)

    def others(self, user: str) -> tuple[str, ...]:
        """Return who is in the room or has been invited, without `user`, sorted."""
        present = (name for name, membership in self.memberships.items() if membership in PRESENT)
        return tuple(sorted(name for name in present if name != user))


class RoomStates:
    """Asks the homeserver. Nothing is remembered: what rooms are like is looked at seldom, and must be true then."""

    def __init__(self, homeserver: Homeserver) -> None:
        self._homeserver = homeserver

    async def read(self, room: str) -> RoomState:
        """Return how a room is now; when we have been put out, how it was then. Raise Missing when we never were in it."""
        try:
            answer = await self._homeserver.call(Api.room_get_state(NO_TOKEN, room))
        except Forbidden as error:
            # A homeserver says the same of a room that is not there as of one that we are not in.
            message = f"we are not in the room {room}"
            raise Missing(message, code=error.code) from error
        return read_state(room, answer.get("chunk", []))

    async def inside(self, room: str, us: str) -> RoomState:
        """Return how a room is now. Raise Missing when we are not in it (any more)."""
        state = await self.read(room)
        if state.membership(us) != "join":
            message = f"we are not in the room {room}"
            raise Missing(message)
        return state


def read_state(room: str, events: Iterable[object]) -> RoomState:
    """Return what state events say of a room. What is not as it should be counts as if it were not there."""
    state: dict[tuple[str, str], Json] = {}
    creator, closed_at = "", None
    for event in events:
        if not isinstance(event, dict) or not isinstance(event.get("content"), dict):
            continue
        kind, key = event.get("type"), event.get("state_key")
        if isinstance(kind, str) and isinstance(key, str):
            state[kind, key] = event["content"]
            if kind == "m.room.create":
                creator = _word(event, "sender")
            if kind == "m.room.tombstone":
                closed_at = _moment(event.get("origin_server_ts"))
    create = state.get(("m.room.create", ""), {})
    version = _word(create, "room_version") or "1"
    join_rules = state.get(("m.room.join_rules", ""), {})
    return RoomState(
        room=room,
        version=version,
        creator=creator,
        power=read_power(
            version=version, creator=creator, create=create, levels=state.get(("m.room.power_levels", ""))
        ),
        name=_word(state.get(("m.room.name", ""), {}), "name"),
        join_rule=_word(join_rules, "join_rule"),
        entrances=_entrances(join_rules.get("allow")),
        spaces=tuple(key for (kind, key), content in state.items() if kind == "m.space.parent" and content.get("via")),
        is_space=create.get("type") == "m.space",
        encrypted=("m.room.encryption", "") in state,
        successor=_word(state.get(("m.room.tombstone", ""), {}), "replacement_room") or None,
        closed_at=closed_at,
        memberships={
            key: word
            for (kind, key), content in state.items()
            if kind == "m.room.member" and (word := _word(content, "membership"))
        },
    )


def _word(content: Mapping[str, Any], name: str) -> str:
    found = content.get(name)
    return found if isinstance(found, str) else ""


def _moment(told: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(told / 1000, UTC) if isinstance(told, int) else None
    except (ValueError, OverflowError, OSError):
        return None


def _entrances(allow: object) -> tuple[str, ...]:
    if not isinstance(allow, list):
        return ()
    return tuple(room for one in allow if isinstance(one, dict) and (room := _word(one, "room_id")))
