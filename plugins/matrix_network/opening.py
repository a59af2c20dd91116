"""Making a room once. Matrix has no transaction ids for it, so an alias nobody can guess says which room is which.

The alias is written down before the homeserver is asked. Whatever gets lost afterwards, the answer or we ourselves, the
next attempt finds the alias taken, and so its room, and does what is still missing.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from nio import Api

from chatops import Frozen, replace
from chatops.errors import Missing, RateLimited, Rejected, Unreachable
from chatops.ports.records import Records, Write
from matrix_network.account import Account
from matrix_network.homeserver import NO_TOKEN, Homeserver, id_of
from matrix_network.room_request import Wish, creation
from matrix_network.room_state import RoomState, RoomStates

HALF_MADE = timedelta(seconds=10)
"""How long a room that has an alias but no rules, or not all invitations, may still be in the making. Synapse takes the
alias first, invites last, and goes on also when nobody waits for the answer; when it is ended in between, the room stays
as it is for ever. It makes two invitations of one that is sent twice."""

log = structlog.get_logger("matrix_network")


class Opened(Frozen, frozen=True, kw_only=True):
    """A room that has been made, now or by an earlier attempt."""

    room: str
    refused: tuple[str, ...] = ()
    """Whom the homeserver would not invite."""
    earlier: bool = False
    """An earlier attempt made it; much may have happened in it since."""


class _Slip(Frozen, frozen=True, kw_only=True):
    """What is written down before a room is asked for."""

    id: str
    alias: str
    half_since: str = ""
    answered: bool = False
    """The homeserver has said no, and so is not at it any more."""
    repeated: bool = False


class Opening:
    """Makes rooms. Not twice at the same time for one slip: the caller sees to that."""

    def __init__(
        self, *, homeserver: Homeserver, states: RoomStates, records: Records, now: Callable[[], datetime]
    ) -> None:
        self._homeserver = homeserver
        self._states = states
        self._records = records
        self._now = now

    async def open(self, slip: str, wish: Wish, account: Account) -> Opened:
        """Return the room of a slip, made unless it has been. Those who cannot be invited are left out.

        Raise Unreachable while an earlier attempt may still be under way, or another PortError.
        """
        written = await self._written(slip)
        if written.repeated and (found := await self._found(written, wish, account)) is not None:
            return found
        try:
            answer = await self._homeserver.call(creation(wish, alias=written.alias, server=account.server))
        except (Rejected, RateLimited) as error:
            if not written.repeated:
                written = replace(written, answered=True)
                await self._write(written)
            if isinstance(error, RateLimited):
                raise
            found = await self._found(written, wish, account)
            return found or await self._by_and_by(written, wish, account, error)
        return Opened(room=id_of(answer, "room_id"))

    async def close(self, slip: str) -> None:
        """Forget a slip, when its room is known elsewhere. The next room with it will be another one."""
        await self._records.delete("opening", slip)

    async def invite(self, room: str, users: Iterable[str]) -> tuple[str, ...]:
        """Invite one by one; return those whom the homeserver would not invite."""
        refused: list[str] = []
        for user in users:
            try:
                await self._homeserver.call(Api.room_invite(NO_TOKEN, room, user))
            except Rejected as error:
                log.warning("somebody cannot be invited", room=room, user=user, code=error.code)
                refused.append(user)
        return tuple(refused)

    async def _by_and_by(self, slip: _Slip, wish: Wish, account: Account, error: Rejected) -> Opened:
        """Make the room first and invite then: one invitation the homeserver does not like, and there is no room."""
        if not wish.invited:
            raise error
        alone = creation(replace(wish, invited=()), alias=slip.alias, server=account.server)
        room = id_of(await self._homeserver.call(alone), "room_id")
        return Opened(room=room, refused=await self.invite(room, wish.invited))

    async def _found(self, slip: _Slip, wish: Wish, account: Account) -> Opened | None:
        """Return the room an earlier attempt made, with the invitations that were missing, or None."""
        try:
            answer = await self._homeserver.call(Api.room_resolve_alias(f"#{slip.alias}:{account.server}"))
        except Missing:
            return None
        room = id_of(answer, "room_id")
        state = await self._state(room)
        missing = [user for user in wish.invited if state.membership(user) is None]
        finished = _finished(state, account)
        if not finished or (missing and slip.repeated and not slip.answered):
            await self._awaited(slip, room)
        if not finished:
            return await self._anew(slip, wish, account, room)
        return Opened(room=room, refused=await self.invite(room, missing), earlier=slip.repeated)

    async def _awaited(self, slip: _Slip, room: str) -> None:
        """Give the homeserver time to finish a room. Raise Unreachable while that lasts."""
        now = self._now()
        if not slip.half_since:
            await self._write(replace(slip, half_since=now.isoformat()))
        if not slip.half_since or now - datetime.fromisoformat(slip.half_since) < HALF_MADE:
            message = f"the room {room} is still being made"
            raise Unreachable(message)

    async def _anew(self, slip: _Slip, wish: Wish, account: Account, room: str) -> Opened:
        log.warning("a room was never finished; another is made", room=room)
        with suppress(Rejected):
            await self._homeserver.call(Api.room_leave(NO_TOKEN, room))
        await self._write(_Slip(id=slip.id, alias=_alias()))
        return await self.open(slip.id, wish, account)

    async def _state(self, room: str) -> RoomState:
        try:
            return await self._states.read(room)
        except Missing:
            return RoomState(room=room)

    async def _written(self, slip: str) -> _Slip:
        found = await self._records.get("opening", slip)
        if found is not None:
            body = found.body
            return _Slip(
                id=slip,
                alias=str(body["alias"]),
                half_since=str(body.get("half_since", "")),
                answered=bool(body.get("answered", False)),
                repeated=True,
            )
        fresh = _Slip(id=slip, alias=_alias())
        await self._write(fresh)
        return fresh

    async def _write(self, slip: _Slip) -> None:
        body = {"alias": slip.alias, "half_since": slip.half_since, "answered": slip.answered}
        await self._records.write(Write(kind="opening", id=slip.id, body=body))


def reachable(users: Iterable[str], account: Account, *, federate: bool) -> tuple[str, ...]:
    """Return those whom our homeserver could invite, each once and without ourselves.

    Anybody else in the request, and Synapse gives up in the middle of it, with the room half filled.
    """
    found: dict[str, None] = {}
    for user in users:
        name, _colon, server = user.partition(":")
        if not (name.startswith("@") and server) or not (federate or server == account.server):
            log.warning("somebody is out of reach", user=user)
        elif user != account.user:
            found[user] = None
    return tuple(found)


def _finished(state: RoomState, account: Account) -> bool:
    """Synapse stores a new room's rules, name and topic together, after its first event and our joining."""
    return state.creator == account.user and state.membership(account.user) == "join" and bool(state.join_rule)


def _alias() -> str:
    return f"chatops-{secrets.token_hex(16)}"
