"""The chat with one person: found, mended, or made."""

from __future__ import annotations

import structlog
from nio import Api

from chatops.errors import Forbidden, Rejected
from matrix_network.directs import Directs
from matrix_network.homeserver import NO_TOKEN, Homeserver
from matrix_network.opening import Opening, reachable
from matrix_network.room_request import Wish
from matrix_network.room_state import PRESENT, RoomStates
from matrix_network.session import Session

log = structlog.get_logger("matrix_network")


class DirectRooms:
    """Gives everybody one chat with us. Not twice at the same time for one person: the caller sees to that."""

    def __init__(
        self,
        *,
        homeserver: Homeserver,
        session: Session,
        states: RoomStates,
        directs: Directs,
        opening: Opening,
        federate: bool,
    ) -> None:
        self._homeserver = homeserver
        self._session = session
        self._states = states
        self._directs = directs
        self._opening = opening
        self._federate = federate

    async def room(self, user: str) -> str:
        """Return the chat with `user`, who is in it or has been invited. Raise Forbidden when they cannot be."""
        room = await self._directs.room(user)
        if room is not None:
            if await self._usable(room, user):
                return room
            await self._directs.forget(room)
        return await self._made(user)

    async def _usable(self, room: str, user: str) -> bool:
        """Whether a room still is the chat with `user` alone. Who has left it is invited again."""
        us = (await self._session.account()).user
        try:
            state = await self._states.inside(room, us)
            if state.successor is not None or set(state.others(us)) - {user}:
                return False
            if state.membership(user) not in PRESENT:
                await self._homeserver.call(Api.room_invite(NO_TOKEN, room, user))
        except Rejected as error:
            log.info("a direct chat cannot be used any more", room=room, code=error.code)
            return False
        return True

    async def _made(self, user: str) -> str:
        account = await self._session.account()
        if not reachable([user], account, federate=self._federate):
            message = f"{user} is on another homeserver than ours, or on none"
            raise Forbidden(message)
        slip = f"direct:{user}"
        wish = Wish(invited=(user,), direct=True, federated=self._federate)
        opened = await self._opening.open(slip, wish, account)
        if opened.earlier and not await self._usable(opened.room, user):
            # It has been their chat, and is none any more; all that was cut off was forgetting the slip.
            await self._opening.close(slip)
            opened = await self._opening.open(slip, wish, account)
        if opened.refused:
            message = f"the homeserver does not let us invite {user}"
            raise Forbidden(message)
        await self._directs.remember(user, opened.room)
        await self._opening.close(slip)
        return opened.room
