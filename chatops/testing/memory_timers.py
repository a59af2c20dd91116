"""Firing timers in memory: due occurrences become events, the timer moves on or goes."""

from __future__ import annotations

from datetime import datetime

from chatops.core.codec import Codec
from chatops.core.commit import InboxRow, TimerRow
from chatops.core.events import TimerFired
from chatops.core.frozen import replace
from chatops.core.recurrence import firings
from chatops.testing.memory_queues import MemoryInbox


def fire(timers: dict[str, TimerRow], inbox: MemoryInbox, codec: Codec, *, now: datetime, limit: int) -> int:
    """Fire at most `limit` occurrences, the earliest first; return how many."""
    fired = 0
    for timer in sorted(timers.values(), key=lambda timer: timer.due):
        if timer.due > now or fired >= limit:
            break
        fired += _fire(timer, timers, inbox, codec, now=now, limit=limit - fired)
    return fired


def _fire(
    timer: TimerRow, timers: dict[str, TimerRow], inbox: MemoryInbox, codec: Codec, *, now: datetime, limit: int
) -> int:
    fired, following = firings(
        due=timer.due, zone=timer.zone, rule=timer.rule, missed=timer.missed, now=now, limit=limit
    )
    for firing in fired:
        body = TimerFired(
            series=timer.series,
            due=firing.due,
            fired_at=now,
            body_kind=timer.kind,
            body=timer.body,
            missed=firing.missed,
        )
        row = InboxRow(
            key=_occurrence(inbox, timer.series, firing.due),
            lane=timer.lane,
            kind=TimerFired.kind,
            body=codec.encode(body),
            cause=timer.cause,
        )
        inbox.add(row, now)
    if following is None:
        del timers[timer.series]
    else:
        timers[timer.series] = replace(timer, due=following)
    return len(fired)


def _occurrence(inbox: MemoryInbox, series: str, due: datetime) -> str:
    first = f"timer:{series}:{due.isoformat()}"
    key, again = first, 1
    while inbox.taken(key):
        again += 1
        key = f"{first}:{again}"
    return key
