"""Rooms that go on as another one, and rooms we were put out of. What is under way stands in the records."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog
from nio import Api

from chatops import Clock, Frozen, replace
from chatops.core.message import RoomMoved, RoomRef
from chatops.errors import RateLimited, Rejected
from chatops.ports.records import Records, Write
from matrix_network.chores import Chores
from matrix_network.directs import Directs
from matrix_network.event import Event
from matrix_network.homeserver import NO_TOKEN, Homeserver
from matrix_network.memberships import company, join, joined, memberships, predecessor

MOST = 100_000
"""Moves and lost rooms that are read at start."""

log = structlog.get_logger("matrix_network")


class Move(Frozen, frozen=True, kw_only=True):
    """A room's move that is not finished."""

    room: str
    to: str
    event: str
    """Id of the tombstone: the key under which the move is handed over."""
    at: datetime
    by: str
    joined: bool = False
    told: bool = False


class Following:
    """Follows rooms that are upgraded, with their members, and remembers where we may be let in again."""

    def __init__(
        self,
        *,
        homeserver: Homeserver,
        records: Records,
        directs: Directs,
        chores: Chores,
        clock: Clock,
        network: str,
        me: str,
        moved: Callable[[str, RoomMoved], Awaitable[None]],
    ) -> None:
        self._homeserver = homeserver
        self._records = records
        self._directs = directs
        self._chores = chores
        self._clock = clock
        self._network = network
        self._me = me
        self._moved = moved
        self._moves: dict[str, Move] = {}
        self._lost: set[str] = set()

    async def resume(self) -> None:
        """Take up what was under way when the server stopped."""
        self._lost = {record.id for record in await self._records.find("lost", limit=MOST)}
        for record in await self._records.find("move", limit=MOST):
            body = {**record.body, "at": datetime.fromisoformat(record.body["at"])}
            self._moves[record.id] = Move(room=record.id, **body)
            self._begin(record.id)

    def knows(self, room: str) -> bool:
        """Whether we belong in a room, whoever invites us: we were in it, or in the one it takes the place of."""
        return room in self._lost or any(move.to == room for move in self._moves.values())

    async def put_out(self, room: str) -> None:
        """We were removed from a room; who lets us in again is welcome to."""
        if room not in self._lost:
            await self._records.write(Write(kind="lost", id=room, body={}))
            self._lost.add(room)

    def was_put_out(self, room: str) -> bool:
        """Whether we were removed from a room, and nobody has said since that we are back."""
        return room in self._lost

    async def is_back(self, room: str) -> None:
        """That we are in a room again has been told. Harmless when we always were."""
        if room in self._lost:
            await self._records.delete("lost", room)
            self._lost.discard(room)

    async def came_in(self, room: str) -> None:
        """We are in a room: perhaps one that another goes on as."""
        for move in self._moves.values():
            if move.to == room and not move.joined:
                self._begin(move.room)

    async def closed(self, room: str, to: str, tombstone: Event) -> None:
        """A room goes on as `to`: follow, beside everything else. Repeating is harmless."""
        if room in self._moves or to == room:
            return
        await self._keep(Move(room=room, to=to, event=tombstone.id, at=tombstone.at, by=tombstone.sender))
        self._begin(room)

    def _begin(self, room: str) -> None:
        self._chores.start(f"move of {room}", lambda: self._follow(room))

    async def _follow(self, room: str) -> None:
        move = self._moves.get(room)
        if move is None:
            return
        if not move.joined:
            if not await self._enter(move):
                return
            await self._move_direct(move)
            move = await self._keep(replace(move, joined=True))
        await self._invite_again(move)
        await self._tell(move.room)
        await self._forget(move)
        log.info("a room has moved", room=room, to=move.to)

    async def _move_direct(self, move: Move) -> None:
        """Let a direct chat go on in the new room, unless others are there: who upgrades a room chooses who comes along."""
        user = await self._directs.user(move.room)
        if user is None:
            return
        if await company(self._homeserver, move.to) <= {user, self._me}:
            await self._directs.remember(user, move.to)
        await self._directs.forget(move.room)

    async def _enter(self, move: Move) -> bool:
        """Come into the room that another goes on as, if it does.

        Whoever has power in any room can close it in favour of a room of others, where we are and they are not. Only a
        room that was made to take the place of the other does: else we would invite strangers into it.
        """
        try:
            before = await joined(self._homeserver, move.to)
            await join(self._homeserver, move.to, via=move.by.partition(":")[2])
        except Rejected as error:
            # By invitation only, mostly: an upgrade invites nobody. When we are let in, it goes on.
            log.warning("a room has moved, and lets us in by invitation only", room=move.room, code=error.code)
            return False
        if await predecessor(self._homeserver, move.to) == move.room:
            return True
        log.warning("a room claims to go on as one that is not its successor", room=move.room, to=move.to, by=move.by)
        if not before:
            await self._homeserver.call(Api.room_leave(NO_TOKEN, move.to))
        await self._forget(move)
        return False

    async def _forget(self, move: Move) -> None:
        await self._records.delete("move", move.room)
        del self._moves[move.room]

    async def _invite_again(self, move: Move) -> None:
        """Invite whoever is in the old room and has never been in the new one."""
        try:
            old, new = await memberships(self._homeserver, move.room), await memberships(self._homeserver, move.to)
        except Rejected as error:
            log.warning("the members of a room that moved cannot be read", room=move.room, code=error.code)
            return
        refused = 0
        for user, membership in old.items():
            if membership != "join" or user in new or user == self._me:
                continue
            try:
                await self._invite(user, move)
            except Rejected:
                refused += 1
        if refused:
            log.warning("some members could not be invited again", room=move.to, members=refused)

    async def _invite(self, user: str, move: Move) -> None:
        while True:
            try:
                await self._homeserver.call(Api.room_invite(NO_TOKEN, move.to, user))
                return
            except RateLimited as limited:
                # The rest may take minutes; what belongs to the room should not wait for that.
                await self._tell(move.room)
                await self._clock.sleep(limited.retry_after)

    async def _tell(self, room: str) -> None:
        move = self._moves[room]
        if move.told:
            return
        old, new = RoomRef(network=self._network, id=move.room), RoomRef(network=self._network, id=move.to)
        await self._moved(move.event, RoomMoved(room=old, to=new, at=move.at))
        await self._keep(replace(move, told=True))

    async def _keep(self, move: Move) -> Move:
        body = {
            "to": move.to,
            "event": move.event,
            "at": move.at.isoformat(),
            "by": move.by,
            "joined": move.joined,
            "told": move.told,
        }
        await self._records.write(Write(kind="move", id=move.room, body=body))
        self._moves[move.room] = move
        return move
