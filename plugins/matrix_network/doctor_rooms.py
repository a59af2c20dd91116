"""What `chatops doctor` says of the rooms we are in: where we lack power, and where we cannot read."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from nio import Api

from chatops import Finding
from chatops.errors import Missing, PortError
from matrix_network.account import Account
from matrix_network.homeserver import NO_TOKEN, Homeserver
from matrix_network.room_state import RoomState, RoomStates

MOST = 500
"""Rooms looked at."""

CHILD = "m.space.child"
AT_ONCE = 8
SHOWN = 10
"""Rooms named."""


async def rooms_of(
    account: Account, homeserver: Homeserver, states: RoomStates, *, without: str
) -> Sequence[RoomState]:
    """Return the rooms we are in, as they are now, without one. Raise PortError when nothing can be read."""
    answer = await homeserver.call(Api.joined_rooms(NO_TOKEN))
    listed = answer.get("joined_rooms")
    names = [room for room in listed if isinstance(room, str) and room != without] if isinstance(listed, list) else []
    slots = asyncio.Semaphore(AT_ONCE)

    async def read(room: str) -> RoomState | None:
        async with slots:
            try:
                return await states.read(room)
            except PortError:
                return None  # we were put out of it meanwhile

    found = await asyncio.gather(*(read(room) for room in sorted(names)[:MOST]))
    return [state for state in found if state is not None and state.membership(account.user) == "join"]


def powerless(rooms: Sequence[RoomState], us: str) -> str:
    """Return where we may not do what a room for several people needs, and what; nothing when all is well."""
    missing = []
    for state in rooms:
        if len(state.others(us)) < 2 or state.successor is not None:  # noqa: PLR2004 - a direct chat needs no power
            continue
        lacks = [
            what
            for what, may in (
                ("invite", state.power.may_invite(us)),
                ("pin", state.power.may_send(us, "m.room.pinned_events", state=True)),
                ("redact", state.power.may_redact(us)),
            )
            if not may
        ]
        if lacks:
            missing.append(f"{_shown(state)} ({', '.join(lacks)})")
    return _listed(missing)


def encrypted(rooms: Sequence[RoomState]) -> str:
    """Return where people write encrypted; nothing when nowhere."""
    return _listed([_shown(state) for state in rooms if state.encrypted])


async def space_of(space: str, us: str, states: RoomStates) -> Finding:
    """Return whether the space in the settings is one, and takes our rooms. Raise PortError when it cannot be read."""
    try:
        state = await states.inside(space, us)
    except Missing:
        detail = f"{space} is not there for us: rooms are opened beside it"
        fix = f"Invite {us} into the space, with the power level to add rooms; or correct the setting space."
        return Finding(name="space", state="warning", detail=detail, fix=fix)
    if state.successor is not None:
        detail = f"{_shown(state)} has been replaced by {state.successor}"
        return Finding(name="space", state="warning", detail=detail, fix=f'The setting space = "{state.successor}"')
    if not state.is_space:
        fix = "The setting space names a space: in a client, its settings show its id."
        return Finding(name="space", state="warning", detail=f"{_shown(state)} is a room, no space", fix=fix)
    if not state.power.may_send(us, CHILD, state=True):
        detail = f"we may not add rooms to {_shown(state)}: its members may enter them, and do not see them"
        fix = f"Give {us} power level {state.power.needed(CHILD, state=True)} in the space."
        return Finding(name="space", state="warning", detail=detail, fix=fix)
    return Finding(name="space", state="ok", detail=_shown(state))


def _shown(state: RoomState) -> str:
    name = " ".join(state.name.split())
    return f"{name!r} {state.room}" if name else state.room


def _listed(rooms: Sequence[str]) -> str:
    more = len(rooms) - SHOWN
    return ", ".join(rooms[:SHOWN]) + (f" and {more} more" if more > 0 else "")
