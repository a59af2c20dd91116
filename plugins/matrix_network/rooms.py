"""Rooms: made, filled, emptied and closed, each once per key."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from weakref import WeakValueDictionary

import structlog
from nio import Api

from chatops.core.message import Identity, RoomRef
from chatops.errors import Forbidden, Invalid, Missing, Rejected
from chatops.ports.chat import RoomSpec
from chatops.ports.records import Records
from matrix_network.closing import closed_join_rules, closed_levels, may_close
from matrix_network.direct_rooms import DirectRooms
from matrix_network.directs import Directs
from matrix_network.homeserver import NO_TOKEN, Homeserver, Json
from matrix_network.memberships import standing
from matrix_network.once import Once, transaction
from matrix_network.opening import Opening, reachable
from matrix_network.room_request import Wish
from matrix_network.room_state import PRESENT, RoomStates
from matrix_network.session import Session
from matrix_network.settings import MatrixSettings
from matrix_network.successors import Successors

log = structlog.get_logger("matrix_network")


class Rooms:
    """The part of `chatops.ports.chat.ChatNetwork` about rooms; its promises and errors are those of the port."""

    def __init__(
        self,
        *,
        homeserver: Homeserver,
        session: Session,
        states: RoomStates,
        directs: Directs,
        once: Once,
        records: Records,
        settings: MatrixSettings,
        now: Callable[[], datetime],
    ) -> None:
        self._homeserver = homeserver
        self._session = session
        self._states = states
        self._directs = directs
        self._once = once
        self._settings = settings
        self._successors = Successors(homeserver, states, now)
        self._opening = Opening(homeserver=homeserver, states=states, records=records, now=now)
        self._direct_rooms = DirectRooms(
            homeserver=homeserver,
            session=session,
            states=states,
            directs=directs,
            opening=self._opening,
            federate=settings.federate,
        )
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def open_room(self, spec: RoomSpec, *, key: str) -> RoomRef:
        """Create a room in one request, its members invited. Who cannot be invited is left out, and logged."""
        slip = transaction(key)
        async with self._alone(slip):
            done = await self._once.result(key)
            if done is not None:
                return self._ref(done)
            account = await self._session.account()
            here = [member.id for member in spec.members if member.network == self._settings.network]
            wish = Wish(
                name=spec.title,
                topic=spec.topic,
                invited=reachable(here, account, federate=self._settings.federate),
                private=spec.private,
                space="" if spec.private else self._settings.space,
                federated=self._settings.federate,
            )
            opened = await self._opening.open(slip, wish, account)
            if wish.space:
                await self._child(wish.space, opened.room, {"via": [account.server], "suggested": True})
            await self._once.done(key, opened.room)
            await self._opening.close(slip)
            return self._ref(opened.room)

    async def invite(self, room: RoomRef, identity: Identity, *, key: str) -> None:
        """Invite somebody, or let in who knocks. Raise Forbidden for those who are banned.

        A homeserver makes a second invitation of one that is repeated. So who has been invited already, or was by an
        attempt that was cut off and has come since, or come and gone, is left alone.
        """
        place, user = self._place(room), self._user(identity)
        if await self._once.result(key) is not None:
            return
        now = await standing(self._homeserver, place, user)
        answered = now.event != await self._once.began(key, now.event) and now.membership in {"join", "leave"}
        if now.membership != "invite" and not answered:
            await self._invite(place, user)
        await self._once.done(key)

    async def _invite(self, place: str, user: str) -> None:
        try:
            await self._homeserver.call(Api.room_invite(NO_TOKEN, place, user))
        except Rejected as error:
            membership = (await self._states.inside(place, await self._us())).membership(user)
            if membership == "ban":
                message = f"{user} is banned from the room {place}"
                raise Forbidden(message, code=error.code) from error
            if membership not in PRESENT:
                raise

    async def remove(self, room: RoomRef, identity: Identity, *, key: str) -> None:
        """Put somebody out, or take an invitation back."""
        place, user = self._place(room), self._user(identity)
        if await self._once.result(key) is not None:
            return
        us = await self._us()
        if user == us:
            message = "that would be ourselves"
            raise Invalid(message)
        try:
            await self._homeserver.call(Api.room_kick(NO_TOKEN, place, user))
        except Rejected:
            if (await self._states.inside(place, us)).membership(user) in PRESENT:
                raise
        await self._once.done(key)

    async def archive_room(self, room: RoomRef, *, key: str) -> None:
        """Leave the power to write and invite to nobody but us, and take the room out of its space."""
        place = self._place(room)
        if await self._once.result(key) is not None:
            return
        us = await self._us()
        state = await self._states.inside(place, us)
        if not may_close(state, us):
            message = f"we have not enough power to close the room {place}"
            raise Forbidden(message)
        await self._put(place, "m.room.power_levels", closed_levels(state.power, us))
        join_rules = closed_join_rules(state)
        if join_rules is not None:
            await self._put(place, "m.room.join_rules", join_rules)
        for space in state.spaces:
            await self._child(space, place, {})
        await self._once.done(key)

    async def direct_room(self, identity: Identity, *, key: str) -> RoomRef:
        """Return the chat with somebody; who has left it is invited again. Raise Forbidden when they cannot be."""
        user = self._user(identity)
        async with self._alone(f"direct:{user}"):
            return self._ref(await self._direct_rooms.room(user))

    async def members(self, room: RoomRef) -> Sequence[Identity]:
        """Return who is in a room or invited to it, as the homeserver says now."""
        us = await self._us()
        state = await self._states.inside(self._place(room), us)
        return [Identity(network=self._settings.network, id=user) for user in state.others(us)]

    async def prune(self) -> None:
        """Forget what was done so long ago that nobody repeats it. Raise StoreUnavailable."""
        await self._once.prune()

    async def successor(self, room: RoomRef) -> RoomRef | None:
        """Return where a room goes on that has been closed in favour of another, or None.

        What is private is not said in a room that nobody has found to be as private.
        """
        found = await self._successors.of(self._place(room))
        if found is None:
            return None
        user = await self._directs.user(room.id)
        if await self._directs.was(room.id) and (user is None or user != await self._directs.user(found)):
            return None
        return self._ref(found)

    async def _child(self, space: str, room: str, content: Json) -> None:
        """Add a room to a space, or take it out. A space that does not let us costs nobody the room."""
        try:
            await self._put(space, "m.space.child", content, room)
        except Rejected as error:
            log.warning("a space cannot be changed", space=space, room=room, code=error.code)

    async def _put(self, room: str, kind: str, content: Json, key: str = "") -> None:
        await self._homeserver.call(Api.room_put_state(NO_TOKEN, room, kind, content, key))

    async def _us(self) -> str:
        return (await self._session.account()).user

    def _alone(self, name: str) -> asyncio.Lock:
        return self._locks.setdefault(name, asyncio.Lock())

    def _ref(self, room: str) -> RoomRef:
        return RoomRef(network=self._settings.network, id=room)

    def _place(self, room: RoomRef) -> str:
        if room.network != self._settings.network:
            message = f"{room} is not on {self._settings.network}"
            raise Missing(message)
        return room.id

    def _user(self, identity: Identity) -> str:
        if identity.network != self._settings.network:
            message = f"{identity} is not on {self._settings.network}"
            raise Missing(message)
        return identity.id
