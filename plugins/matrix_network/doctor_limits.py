"""Tries out what the homeserver lets us send, and what time it thinks it is, in a room in which we are alone.

The room is made once and found again by its alias. What is sent there is of a type no client shows.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from nio import Api

from chatops import Finding
from chatops.errors import Forbidden, Missing, RateLimited
from matrix_network.account import Account
from matrix_network.homeserver import NO_TOKEN, Homeserver, id_of
from matrix_network.settings import MatrixSettings

EVENTS = 15
"""Synapse lets an ordinary account send ten at once (`rc_message.burst_count`)."""

SPACED = 1.0
"""Messages per second in the settings up to which we keep to a homeserver's limit, and need not try it."""

LATE, TOO_LATE = 5.0, 60.0
"""Seconds between the clocks that are told, and that are a failure."""

TYPE = "io.chatops.doctor"
DEFAULTS = (
    "10 messages at once and then one in 5 s, 10 new rooms and then one a minute, 10 invitations to a room and then "
    "one in 3 s"
)
"""What Synapse allows by default (`config/ratelimiting.py`: rc_message, rc_room_creation, rc_invites)."""


class Probe:
    """Sends a few events to nobody."""

    def __init__(self, homeserver: Homeserver, settings: MatrixSettings, now: Callable[[], datetime]) -> None:
        self._homeserver = homeserver
        self._settings = settings
        self._now = now
        self.room = ""
        """The room, once it has been found."""

    async def look(self, account: Account) -> Sequence[Finding]:
        """Return what was found about limits and clocks. Raise PortError when it cannot be tried."""
        findings: list[Finding] = []
        try:
            self.room = await self._found(account)
            before = self._now()
            first = await self._sent()
            after = self._now()
            at = await self._time_of(first)
            if at is not None:
                findings.append(skew(before, after, at))
            if not self._spaced:
                for _event in range(EVENTS - 1):
                    await self._sent()
                findings.append(Finding(name="limits", state="ok", detail=f"{EVENTS} events at once were taken"))
        except RateLimited as error:
            if not self._spaced:
                findings.append(limited(account, error.retry_after))
        if self._spaced:
            detail = f"not tried: the settings keep to {self._settings.per_second:g} messages per second"
            findings.append(Finding(name="limits", state="ok", detail=detail))
        return findings

    @property
    def _spaced(self) -> bool:
        """Whether we keep to a limit ourselves: then trying it out would only delay what people wait for."""
        return self._settings.per_second <= SPACED

    async def _found(self, account: Account) -> str:
        alias = f"chatops-doctor-{hashlib.sha256(account.user.encode()).hexdigest()[:16]}"
        try:
            answer = await self._homeserver.call(Api.room_resolve_alias(f"#{alias}:{account.server}"))
            return id_of(answer, "room_id")
        except Missing:
            request = Api.room_create(NO_TOKEN, alias=alias, name="chatops doctor", federate=False)
            return id_of(await self._homeserver.call(request), "room_id")

    async def _sent(self) -> str:
        request = Api.room_send(NO_TOKEN, self.room, TYPE, {}, secrets.token_hex(16))
        try:
            return id_of(await self._homeserver.call(request), "event_id")
        except Forbidden as error:
            message = (
                f"we are not in our own room for this any more ({self.room}); let its admin remove the room's alias"
            )
            raise Missing(message, code=error.code) from error

    async def _time_of(self, event: str) -> datetime | None:
        answer = await self._homeserver.call(Api.room_get_event(NO_TOKEN, self.room, event))
        at = answer.get("origin_server_ts")
        return datetime.fromtimestamp(at / 1000, UTC) if isinstance(at, int) else None


def skew(before: datetime, after: datetime, there: datetime) -> Finding:
    """Return how far apart two clocks are, given what ours said before and after the other's moment."""
    apart = max((before - there).total_seconds(), (there - after).total_seconds(), 0.0)
    if apart <= LATE:
        return Finding(name="clock", state="ok", detail="that of the homeserver, within 5 s")
    way = "ahead of" if before > there else "behind"
    detail = f"ours is {apart:.0f} s {way} the homeserver's; which commands came too late is judged by both"
    fix = "Set both machines' clocks by NTP."
    return Finding(name="clock", state="failure" if apart > TOO_LATE else "warning", detail=detail, fix=fix)


def limited(account: Account, wait: float) -> Finding:
    """Return that the account has no exemption, and what its homeserver's admin does."""
    detail = (
        f"the homeserver limits this account; it asks to wait {wait:.1f} s. Synapse's defaults are {DEFAULTS}: in an "
        "outage that is silence"
    )
    fix = (
        "The homeserver's admin, with an access token of their own: curl --request POST --header \"Authorization: Bearer "
        '$ADMIN_TOKEN" --data \'{"messages_per_second": 0, "burst_count": 0}\' '
        f"{account.homeserver}/_synapse/admin/v1/users/{account.user}/override_ratelimit "
        "If that cannot be had: the settings per_second and room_per_second."
    )
    return Finding(name="limits", state="warning", detail=detail, fix=fix)
