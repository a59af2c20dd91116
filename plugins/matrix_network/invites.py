"""Invitations: accepted by policy, declined otherwise. None is lost: what is still to be done stands in the records.

A homeserver tells of an invitation once (and again in a first sync), so it is written down before the sync is accepted.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog
from nio import Api

from chatops import Frozen
from chatops.core.message import Identity
from chatops.errors import Rejected
from chatops.ports.records import Records, Write
from chatops.ports.roster import Directory
from matrix_network.answer import Invitation
from matrix_network.chores import Chores
from matrix_network.directs import Directs
from matrix_network.homeserver import NO_TOKEN, Homeserver
from matrix_network.memberships import company, join
from matrix_network.settings import MatrixSettings

MOST = 10_000
"""Invitations under way that are read at start."""

log = structlog.get_logger("matrix_network")


class Pending(Frozen, frozen=True, kw_only=True):
    """An invitation under way."""

    by: str
    direct: bool
    accepted: bool


class Invites:
    """What becomes of invitations."""

    def __init__(
        self,
        *,
        homeserver: Homeserver,
        records: Records,
        directs: Directs,
        people: Directory,
        settings: MatrixSettings,
        chores: Chores,
        me: str,
        known: Callable[[str], bool],
    ) -> None:
        self._homeserver = homeserver
        self._records = records
        self._directs = directs
        self._people = people
        self._settings = settings
        self._chores = chores
        self._me = me
        self._known = known
        self._pending: dict[str, Pending] = {}

    async def resume(self) -> None:
        """Take up what was under way when the server stopped."""
        for record in await self._records.find("invitation", limit=MOST):
            told = record.body
            self._pending[record.id] = Pending(
                by=str(told["by"]), direct=bool(told["direct"]), accepted=bool(told["accepted"])
            )
            self._begin(record.id)

    async def received(self, invitation: Invitation) -> None:
        """Decide, write it down, and see to it beside everything else. Repeating is harmless."""
        pending = Pending(by=invitation.by, direct=invitation.direct, accepted=self.welcome(invitation))
        if self._pending.get(invitation.room) != pending:
            body = {"by": pending.by, "direct": pending.direct, "accepted": pending.accepted}
            await self._records.write(Write(kind="invitation", id=invitation.room, body=body))
            self._pending[invitation.room] = pending
            log.info("an invitation", room=invitation.room, by=invitation.by, accepted=pending.accepted)
        self._begin(invitation.room)

    def welcome(self, invitation: Invitation) -> bool:
        """Whether the policy lets us accept."""
        policy, by = self._settings.invitations, invitation.by
        if invitation.room in policy.rooms or self._known(invitation.room):
            return True
        if by in policy.people or by.partition(":")[2] in policy.servers:
            return True
        who = Identity(network=self._settings.network, id=by)
        return policy.directory and self._people.by_identity(who) is not None

    async def came_in(self, room: str) -> None:
        """We are in a room now: if it was meant as a direct chat and nobody else is there, it is one."""
        pending = self._pending.get(room)
        if pending is None:
            return
        if pending.direct and pending.accepted and await self._alone_with(pending.by, room):
            await self._directs.remember(pending.by, room)
        await self.gone(room)

    async def gone(self, room: str) -> None:
        """An invitation is no more: withdrawn, declined, or done. Harmless when there was none."""
        if room in self._pending:
            await self._records.delete("invitation", room)
            del self._pending[room]

    def _begin(self, room: str) -> None:
        self._chores.start(f"invitation {room}", lambda: self._answer(room))

    async def _answer(self, room: str) -> None:
        """Join or decline. That we have come in, the next sync says."""
        pending = self._pending.get(room)
        if pending is None:
            return
        try:
            if pending.accepted:
                await join(self._homeserver, room, via=pending.by.partition(":")[2])
            else:
                await self._homeserver.call(Api.room_leave(NO_TOKEN, room))
        except Rejected as error:
            log.warning("an invitation is gone", room=room, code=error.code)
            await self.gone(room)

    async def _alone_with(self, user: str, room: str) -> bool:
        try:
            return await company(self._homeserver, room) == {self._me, user}
        except Rejected:
            return False
