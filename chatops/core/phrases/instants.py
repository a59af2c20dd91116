"""From what was said to when that is: days by the calendar of a zone, clocks by its wall, never a guess."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from chatops.core.params import When
from chatops.core.phrases.said import Amount, Clock, Day, Phrase
from chatops.core.phrases.zones import Zone
from chatops.core.text import Code, Text, _, listed, said
from chatops.errors import BadArgument

YEARS = range(1970, 2200)
"""Years that can be named."""

MAX_DAYS = 3660
"""Days from now that can be named as a length of time."""

_EXAMPLES = {"": ("09:00", "14:00"), "morning": ("09:00",), "afternoon": ("14:00",), "evening": ("20:00",)}
_MORNING, _AFTERNOON, _EVENING = range(1, 12), range(1, 7), range(5, 12)


def when(phrase: Phrase, typed: str, *, now: datetime, zone: str) -> When:
    """Return the instant of a phrase. Raise BadArgument when there is none, or more than one."""
    meant = phrase.clock.zone if phrase.clock is not None else None
    name = meant.name if meant is not None else zone
    tz = ZoneInfo(name)
    now = now.astimezone(UTC)
    if phrase.amounts:
        return When(at=_later(phrase.amounts, typed, now, tz), zone=zone)
    today = now.astimezone(tz).date()
    if phrase.clock is None:
        raise _refused(
            _("{typed} names a day. The time of day is missing.", typed=said(typed)),
            *(f"{typed} {example}" for example in _EXAMPLES[phrase.part]),
        )
    clocks = list(_times(phrase.clock, typed))
    if phrase.day is None:
        return When(at=_next(clocks, phrase.clock, typed, now, tz, meant), zone=name)
    days = list(_days(phrase.day, clocks, typed, now, tz, today))
    if len(days) * len(clocks) > 1:
        raise _choice(typed, [datetime.combine(day, clock) for day in days for clock in clocks])
    return When(at=_instant(datetime.combine(days[0], clocks[0]), typed, tz, meant), zone=name)


def end_of_day(phrase: Phrase, typed: str, *, now: datetime, zone: str) -> When:
    """Return the instant of a phrase; of a day without a clock, the midnight with which it ends. Raises as `when`."""
    if phrase.day is None or phrase.clock is not None or phrase.part:
        return when(phrase, typed, now=now, zone=zone)
    tz = ZoneInfo(zone)
    today = now.astimezone(tz).date()
    days = list(_days(phrase.day, [time(23, 59)], typed, now.astimezone(UTC), tz, today))
    if len(days) > 1:
        raise _refused(
            _(
                "{typed} could be {choices}.",
                typed=said(typed),
                choices=listed(*(Code(code=day.isoformat()) for day in days)),
            ),
            *(day.isoformat() for day in days),
        )
    midnight = datetime.combine(days[0] + timedelta(days=1), time(), tzinfo=tz)
    return When(at=midnight.astimezone(UTC), zone=zone)


def _times(clock: Clock, typed: str) -> Iterator[time]:
    """Yield the times of day a clock may mean: one, or two when it is vague."""
    hour = clock.hour
    if clock.half:
        if hour not in range(1, 13):
            raise _not_understood(typed)
        hour = hour % 12 + (12 if clock.half == "pm" else 0)
        if clock.part and _in_part(hour, clock.part, typed) != hour:
            raise _not_understood(typed)
    elif clock.part:
        hour = _in_part(hour, clock.part, typed)
    if hour > 23 or clock.minute > 59:  # noqa: PLR2004 - a day's last minute
        raise _refused(_("{typed}: there is no such time of day.", typed=said(typed)), "14:00")
    yield time(hour % 12 if clock.vague and not clock.part else hour, clock.minute)
    if clock.vague and not clock.part:
        yield time(hour % 12 + 12, clock.minute)


def _in_part(hour: int, part: str, typed: str) -> int:
    if part == "morning" and hour in _MORNING:
        return hour
    if part == "afternoon" and (hour in _AFTERNOON or hour == 12):  # noqa: PLR2004 - noon
        return hour % 12 + 12
    if part == "evening" and hour in _EVENING:
        return hour + 12
    if (part, hour) in {("afternoon", late) for late in range(13, 19)} | {("evening", late) for late in range(17, 24)}:
        return hour
    raise _not_understood(typed)


def _next(clocks: Sequence[time], clock: Clock, typed: str, now: datetime, tz: ZoneInfo, zone: Zone | None) -> datetime:
    """Return the next occurrence of a clock. A vague one, if it was written, is asked about."""
    today = now.astimezone(tz).date()
    found = []
    for at in clocks:
        for offset in range(3):
            local = datetime.combine(today + timedelta(days=offset), at)
            instant = next(iter(_instants(local, tz)), None)
            if instant is None or instant > now:
                found.append(local)
                break
    if len(clocks) > 1 and not clock.spoken:
        raise _choice(typed, found)
    return _instant(min(found), typed, tz, zone)


def _days(day: Day, clocks: Sequence[time], typed: str, now: datetime, tz: ZoneInfo, today: date) -> Iterator[date]:
    """Yield the days that may be meant; two for `next friday` said early in the week."""
    if day.offset is not None:
        yield today + timedelta(days=day.offset)
    elif day.month is not None:
        found = _date(day, typed, today)
        yield found
        if day.year is None and found == today and _over(clocks, now, tz, today):
            yield _date(day, typed, today + timedelta(days=1))
    elif day.weekday is not None:
        ahead = (day.weekday - today.weekday()) % 7
        in_next_week = today + timedelta(days=day.weekday + 7 - today.weekday())
        if day.which == "nextweek":
            yield in_next_week
            return
        over = ahead == 0 and _over(clocks, now, tz, today)
        if over and day.which == "this":
            # Said on that very day, too late: a slip, or the next one.
            yield from (today, in_next_week)
            return
        if over or (ahead == 0 and day.which in {"next", "coming"}):
            ahead = 7
        first = today + timedelta(days=ahead)
        yield first
        if day.which == "next" and in_next_week != first:
            yield in_next_week


def _over(clocks: Sequence[time], now: datetime, tz: ZoneInfo, today: date) -> bool:
    instants = [instant for at in clocks for instant in _instants(datetime.combine(today, at), tz)]
    return all(instant <= now for instant in instants)


def _date(day: Day, typed: str, today: date) -> date:
    for year in [day.year] if day.year is not None else [today.year, today.year + 1]:
        try:
            found = date(year, day.month or 0, day.number or 0)
        except ValueError:
            continue
        if year not in YEARS or (day.year is None and found < today):
            continue
        if day.weekday is not None and found.weekday() != day.weekday:
            raise _refused(
                _("{typed}: {date} is another day of the week.", typed=said(typed), date=Code(code=found.isoformat())),
                f"{found.isoformat()} 09:00",
            )
        return found
    raise _refused(_("{typed}: there is no such day.", typed=said(typed)), "2026-12-01 09:00")


def _later(amounts: Sequence[Amount], typed: str, now: datetime, tz: ZoneInfo) -> datetime:
    days = sum(amount.days for amount in amounts)
    seconds = sum(amount.seconds for amount in amounts)
    if days + seconds / 86400 > MAX_DAYS:
        raise _refused(_("{typed} is too long: ten years at most.", typed=said(typed)), "30m")
    if days:
        local = now.astimezone(tz).replace(tzinfo=None) + timedelta(days=days)
        now = _instant(local, typed, tz, None) if _instants(local, tz) else now + timedelta(days=days)
    return now + timedelta(seconds=seconds)


def _instant(local: datetime, typed: str, tz: ZoneInfo, zone: Zone | None) -> datetime:
    """Return the one instant at which the clocks of a zone show `local`."""
    found = _instants(local, tz)
    if zone is not None and zone.abbreviation:
        fitting = [instant for instant in found if instant.astimezone(tz).tzname() == zone.abbreviation]
        if found and not fitting:
            raise _refused(
                _(
                    "{zone} is not in force there then; {place} has {other}.",
                    zone=said(zone.abbreviation),
                    place=said(zone.name),
                    other=said(found[0].astimezone(tz).tzname() or ""),
                ),
                f"{local:%Y-%m-%d %H:%M} {zone.name}",
            )
        found = fitting
    if not found:
        # The clocks jump over it; at the jump's length later they show a time again.
        late = local.replace(tzinfo=tz, fold=0).astimezone(UTC).astimezone(tz)
        raise _refused(
            _("{typed}: the clocks skip that time on this day in {zone}.", typed=said(typed), zone=said(tz.key)),
            late.replace(microsecond=0).isoformat(timespec="minutes"),
        )
    if len(found) > 1:
        raise _choice(typed, [instant.astimezone(tz) for instant in found])
    return found[0]


def _instants(local: datetime, tz: ZoneInfo) -> list[datetime]:
    """Return every instant at which the clocks show `local`: one, two in autumn, none in spring."""
    found = {local.replace(tzinfo=tz, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(instant for instant in found if instant.astimezone(tz).replace(tzinfo=None) == local)


def _choice(typed: str, times: Sequence[datetime]) -> BadArgument:
    choices = [
        f"{at:%Y-%m-%d %H:%M}" if at.tzinfo is None else at.isoformat(timespec="minutes") for at in sorted(times)
    ]
    return _refused(
        _("{typed} could be {choices}.", typed=said(typed), choices=listed(*(Code(code=choice) for choice in choices))),
        *choices,
    )


def _not_understood(typed: str) -> BadArgument:
    return _refused(_("{typed} is not a time I understand.", typed=said(typed)), "14:00", "tomorrow 09:00")


def _refused(message: Text, *commands: str) -> BadArgument:
    return BadArgument(message, commands=commands)
