"""When a timer is due: wall time in an IANA zone to instants, through both days of the year that are not 24 hours long.

A wall time that does not exist (spring) means the first minute that does; one that exists twice (autumn) means the first.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chatops.core.frozen import Frozen, Instant

_EVERY = re.compile(r"every (\d+)([smhd])")
_DAILY = re.compile(r"daily (\d\d):(\d\d)")
_WEEKLY = re.compile(r"weekly ([a-z]{3}(?:,[a-z]{3})*) (\d\d):(\d\d)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

SKIP_AFTER = timedelta(seconds=60)
"""An occurrence that nobody could fire for longer than this was missed; `skip` drops it."""


class Firing(Frozen, frozen=True, kw_only=True):
    """One occurrence to fire now."""

    due: Instant
    missed: int = 0
    """Earlier occurrences merged into this one."""


def firings(
    *,
    due: datetime,
    zone: str,
    rule: str | None,
    missed: Literal["all", "latest", "skip"],
    now: datetime,
    limit: int = 100,
) -> tuple[tuple[Firing, ...], datetime | None]:
    """Return what a timer due at `due` fires at `now`, and when it is due next (None: never again).

    At most `limit` firings; when more are owed, the next due time is still in the past and the rest follows.
    """
    fired: list[Firing] = []
    merged = 0
    coming: datetime | None = due
    if rule is not None and _EVERY.fullmatch(rule) and missed != "all" and due < now:
        # Only the last one counts: years of `every 1s` are not gone through one by one.
        step = next_due(rule, zone, due) - due
        merged = (now - due) // step
        coming = due + merged * step
    while coming is not None and coming <= now and len(fired) < limit:
        following = None if rule is None else next_due(rule, zone, coming)
        last = following is None or following > now
        if missed == "all":
            fired.append(Firing(due=coming))
        elif last and (missed == "latest" or now - coming <= SKIP_AFTER):
            fired.append(Firing(due=coming, missed=merged if missed == "latest" else 0))
        merged += 1
        coming = following
    return tuple(fired), coming


def instant(local: datetime, zone: str) -> datetime:
    """Return the UTC instant at which clocks in `zone` show `local` (naive)."""
    tz = ZoneInfo(zone)
    first = local.replace(tzinfo=tz, fold=0)
    back = first.astimezone(UTC).astimezone(tz).replace(tzinfo=None)
    if back == local:
        return first.astimezone(UTC)
    # In the gap, fold=0 reads the clock as it was before the jump and so overshoots it by the jump's length.
    before = first.utcoffset() or timedelta()
    after = local.replace(tzinfo=tz, fold=1).utcoffset() or timedelta()
    overshoot = abs(after - before)
    probe = first.astimezone(UTC) - overshoot
    while probe.astimezone(tz).replace(tzinfo=None) < local:
        probe += timedelta(minutes=1)
    return probe


def first_due(due: str, zone: str) -> datetime:
    """Return the instant of an ISO time: one without an offset is wall time in `zone`."""
    at = datetime.fromisoformat(due)
    return instant(at, zone) if at.tzinfo is None else at.astimezone(UTC)


def check(due: str, zone: str, rule: str | None) -> None:
    """Raise ValueError when a timer could not be worked out later: an unknown zone, a time or rule that is none."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, OSError) as error:
        message = f"{zone!r} is no time zone"
        raise ValueError(message) from error
    first = first_due(due, zone)
    if rule is not None:
        next_due(rule, zone, first)


def next_due(rule: str, zone: str, after: datetime) -> datetime:
    """Return the first occurrence of `rule` later than `after`, in UTC.

    Rules: `every 20m` (elapsed time, counted from `after`), `daily 09:00`, `weekly mon,thu 09:00` (wall time in `zone`).
    Raise ValueError for any other.
    """
    if match := _EVERY.fullmatch(rule):
        step = int(match[1]) * _SECONDS[match[2]]
        if step == 0:
            message = f"{rule!r} never advances"
            raise ValueError(message)
        try:
            return after + timedelta(seconds=step)
        except OverflowError:
            message = f"{rule!r} ends after the calendar does"
            raise ValueError(message) from None
    if match := _DAILY.fullmatch(rule):
        days = frozenset(range(7))
        at = time(int(match[1]), int(match[2]))
    elif match := _WEEKLY.fullmatch(rule):
        days = frozenset(_DAYS.index(day) for day in match[1].split(","))
        at = time(int(match[2]), int(match[3]))
    else:
        message = f"{rule!r} is no rule; try 'every 20m', 'daily 09:00' or 'weekly mon,thu 09:00'"
        raise ValueError(message)
    day = after.astimezone(ZoneInfo(zone)).date()
    for offset in range(-1, 9):
        candidate = day + timedelta(days=offset)
        if candidate.weekday() in days:
            found = instant(datetime.combine(candidate, at), zone)
            if found > after:
                return found
    message = f"{rule!r} has no occurrence"
    raise ValueError(message)
