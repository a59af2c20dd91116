"""Who may be disturbed now. Pure."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from chatops.core.frozen import Frozen
from chatops.ports.roster import Profile


class Availability(Frozen, frozen=True, kw_only=True):
    """What the clock says where somebody is."""

    local_time: str
    """`14:02`."""
    quiet: bool
    """Whether it is in their quiet hours."""
    away: bool = False
    """Whether they have said that they are away."""

    @property
    def free(self) -> bool:
        """Whether they may be disturbed."""
        return not (self.quiet or self.away)


def availability(profile: Profile, zone: str, now: datetime) -> Availability:
    """Return the local time in `zone` (IANA), whether the profile asks for quiet, and whether they are away.

    Quiet hours may run over midnight.
    """
    local = now.astimezone(ZoneInfo(zone))
    away = profile.away_until is not None and profile.away_until > now
    return Availability(local_time=f"{local:%H:%M}", quiet=_quiet(profile, local.time()), away=away)


def _quiet(profile: Profile, at: time) -> bool:
    if profile.quiet_from is None or profile.quiet_to is None:
        return False
    start, end = time.fromisoformat(profile.quiet_from), time.fromisoformat(profile.quiet_to)
    if start <= end:
        return start <= at < end
    return at >= start or at < end
