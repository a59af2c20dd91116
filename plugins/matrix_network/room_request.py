"""The one request that makes a room: `POST /createRoom` with everybody and everything in it."""

from __future__ import annotations

from nio import Api
from nio.api import RoomPreset

from chatops import Frozen
from matrix_network.homeserver import NO_TOKEN, Json, Request

ANYBODY, MODERATOR, OWNER = 0, 50, 100

LEVELS: dict[str, int] = {
    # What people in the room do together.
    "m.room.pinned_events": ANYBODY,
    "m.room.topic": ANYBODY,
    # As Synapse has them when nothing is said; naming one replaces them all.
    "m.room.name": MODERATOR,
    "m.room.avatar": MODERATOR,
    "m.room.canonical_alias": MODERATOR,
    "m.room.power_levels": OWNER,
    "m.room.history_visibility": OWNER,
    "m.room.encryption": OWNER,
    "m.room.server_acl": OWNER,
    "m.room.tombstone": OWNER,
}


class Wish(Frozen, frozen=True, kw_only=True):
    """A room to make."""

    name: str = ""
    topic: str = ""
    invited: tuple[str, ...] = ()
    private: bool = True
    """Entered by invitation only, and only we invite."""
    direct: bool = False
    space: str = ""
    """Whose members may walk in; for rooms that are not private."""
    federated: bool = False
    """Whether people of other homeservers can be in it."""


def creation(wish: Wish, *, alias: str, server: str) -> Request:
    """Return the request. `alias` is a localpart, `server` the name of our homeserver.

    The creator's power is left to the homeserver: 100 before room version 12, and from then on it must not be listed.
    """
    return Api.room_create(  # type: ignore[no-any-return]
        NO_TOKEN,
        alias=alias,
        name=wish.name,
        topic=wish.topic,
        federate=wish.federated,
        is_direct=wish.direct,
        preset=RoomPreset.private_chat,
        invite=wish.invited,
        initial_state=[_state(kind, content, key) for kind, key, content in _states(wish, server)],
        power_level_override={"events": LEVELS, "invite": MODERATOR if wish.private else ANYBODY},
    )


def _states(wish: Wish, server: str) -> list[tuple[str, str, Json]]:
    found: list[tuple[str, str, Json]] = [
        # The alias is for finding the room again; as the canonical one, clients would show it to people.
        ("m.room.canonical_alias", "", {}),
        ("m.room.history_visibility", "", {"history_visibility": "shared"}),
        ("m.room.guest_access", "", {"guest_access": "forbidden"}),
        ("m.room.join_rules", "", _join_rules(wish)),
    ]
    if wish.space and not wish.private:
        found.append(("m.space.parent", wish.space, {"via": [server], "canonical": True}))
    return found


def _join_rules(wish: Wish) -> Json:
    if wish.private:
        return {"join_rule": "invite"}
    if wish.space:
        return {"join_rule": "knock_restricted", "allow": [{"type": "m.room_membership", "room_id": wish.space}]}
    return {"join_rule": "knock"}


def _state(kind: str, content: Json, key: str) -> Json:
    return {"type": kind, "state_key": key, "content": content}
