"""Who is in a room, or invited to it, as the homeserver has it now."""

from __future__ import annotations

from urllib.parse import quote

from nio import Api

from chatops import Frozen
from chatops.errors import Rejected
from matrix_network.event import id_in, object_in, text_in
from matrix_network.homeserver import NO_TOKEN, Homeserver

PRESENT = frozenset({"join", "invite"})


class Standing(Frozen, frozen=True, kw_only=True):
    """How somebody stands to a room."""

    membership: str = ""
    """Empty for those who never had one."""
    event: str = ""
    """Empty as well where the homeserver does not tell."""


async def memberships(homeserver: Homeserver, room: str) -> dict[str, str]:
    """Return everybody's membership by user id: `join`, `invite`, `leave`, `ban`, `knock`. Raise a PortError."""
    answer = await homeserver.call(("GET", f"/_matrix/client/v3/rooms/{quote(room, safe='')}/members"))
    chunk = answer.get("chunk")
    found: dict[str, str] = {}
    for raw in chunk if isinstance(chunk, list) else ():
        if isinstance(raw, dict):
            user, membership = text_in(raw, "state_key"), text_in(object_in(raw, "content"), "membership")
            if user is not None and membership is not None:
                found[user] = membership
    return found


async def standing(homeserver: Homeserver, room: str, user: str) -> Standing:
    """Return somebody's membership, and the event that made it so; nothing when we may not know. Raise a PortError.

    The whole event is told since version 1.16 of the specification (`format`), by Synapse long before.
    """
    where = f"/_matrix/client/v3/rooms/{quote(room, safe='')}/state/m.room.member/{quote(user, safe='')}?format=event"
    try:
        answer = await homeserver.call(("GET", where))
    except Rejected:
        return Standing()
    event = object_in(answer, "content") or answer
    return Standing(membership=text_in(event, "membership") or "", event=text_in(answer, "event_id") or "")


async def company(homeserver: Homeserver, room: str) -> set[str]:
    """Return who is in a room or may come in: from what is written now on, they can read it. Raise a PortError."""
    return {user for user, membership in (await memberships(homeserver, room)).items() if membership in PRESENT}


async def join(homeserver: Homeserver, room: str, *, via: str) -> None:
    """Come into a room. Harmless when we are in it. Raise a PortError.

    `via`: a homeserver that knows the room; an id alone does not say where it is (room version 12). Servers before
    version 1.12 of the specification call it `server_name`.
    """
    where = quote(via, safe="")
    path = f"/_matrix/client/v3/join/{quote(room, safe='')}?via={where}&server_name={where}"
    await homeserver.call(("POST", path, "{}"))


async def joined(homeserver: Homeserver, room: str) -> bool:
    """Whether we are in a room. Raise a PortError."""
    rooms = (await homeserver.call(Api.joined_rooms(NO_TOKEN))).get("joined_rooms")
    return isinstance(rooms, list) and room in rooms


async def predecessor(homeserver: Homeserver, room: str) -> str | None:
    """Return the room that a room says it takes the place of: its creator said so, nobody can later. Raise a PortError."""
    created = await homeserver.call(Api.room_get_state_event(NO_TOKEN, room, "m.room.create"))
    return id_in(object_in(created, "predecessor"), "room_id")
