"""What happens to our rooms without our doing: put out of one, let in again, a room that goes on as another."""

from __future__ import annotations

from typing import Literal

from chatops.core.frozen import replace
from chatops.core.message import MemberChange, RoomMoved, RoomRef
from chatops.core.rooms import Room, RoomFound, RoomLost, RoomRebound
from chatops.core.unit import Unit
from chatops.engine.roombook import RoomBook
from chatops.hookspecs import Listener


class RoomChanges:
    """Keeps logical rooms true to the networks, and tells the domains. A change told twice changes nothing twice."""

    def __init__(self, rooms: RoomBook) -> None:
        self._rooms = rooms

    def listeners(self) -> tuple[Listener, ...]:
        """Return the engine's own listeners."""
        return (
            Listener(name="engine.room-members", of=MemberChange, handle=self.member),
            Listener(name="engine.room-moved", of=RoomMoved, handle=self.moved),
        )

    async def member(self, unit: Unit, change: MemberChange) -> None:
        """Note that the server itself has been put out of a room of ours, or is in it again."""
        room = await self._of(unit, change.room)
        # Leaving the old room after it was renewed means nothing.
        if not change.ourselves or room is None or room.ref != change.room:
            return
        if change.change == "joined":
            if room.state == "lost":
                unit.put(replace(room, state="open"))
                unit.emit(RoomFound(room=room.id, subject=room.subject, by=change.by))
        elif (out := _out(change)) is not None and room.state == "open":
            unit.put(replace(room, state="lost"))
            unit.emit(RoomLost(room=room.id, subject=room.subject, change=out, by=change.by))

    async def moved(self, unit: Unit, move: RoomMoved) -> None:
        """Let the logical room stand for the new remote one. Its lane stays, and the old one still leads to it."""
        room = await self._of(unit, move.room)
        if room is None or room.ref != move.room:
            return
        lost = room.state == "lost"
        former = (*room.former, move.room.id)
        unit.put(replace(room, remote=move.to.id, former=former, state="open" if lost else room.state))
        if lost:
            unit.emit(RoomFound(room=room.id, subject=room.subject))
        unit.emit(RoomRebound(room=room.id, subject=room.subject, before=move.room, to=move.to))

    async def _of(self, unit: Unit, ref: RoomRef) -> Room | None:
        known = self._rooms.by_remote(ref)
        return None if known is None else await unit.get(Room, known.id)


def _out(change: MemberChange) -> Literal["left", "removed", "banned"] | None:
    """Return how somebody came out of a room, or None when they did not."""
    match change.change:
        case "left" | "removed" | "banned" as out:
            return out
        case _:
            return None
