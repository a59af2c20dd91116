"""Turning due timers into inbox events, each occurrence once in the cluster: whoever locks the row first fires it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chatops.core.codec import Codec
from chatops.core.commit import InboxRow
from chatops.core.events import TimerFired
from chatops.core.recurrence import Firing, firings
from chatops.storage.postgres_locks import Locks
from chatops.storage.postgres_pool import Connection
from chatops.storage.postgres_rows import News

_LANES = """
WITH clocks AS (SELECT CASE WHEN $2 THEN $1::timestamptz ELSE LEAST($1, clock_timestamp()) END AS at)
SELECT lane, at FROM timer, clocks WHERE due <= at ORDER BY due, series LIMIT $3
"""
"""A replica whose clock is ahead fires nothing before the database's clock says so, and misses nothing for it."""

_DUE = """
SELECT series, lane, kind, body, due, zone, rule, missed, cause FROM timer
WHERE due <= $1 AND lane = ANY($2::text[]) ORDER BY due, series LIMIT $3
FOR UPDATE SKIP LOCKED
"""
"""Read once the lanes are locked: units, too, lock lanes before timers."""

_ADVANCE = """
UPDATE timer SET due = given.due FROM unnest($1::text[], $2::timestamptz[]) AS given (series, due)
WHERE timer.series = given.series
"""


async def fire(connection: Connection, codec: Codec, *, now: datetime, limit: int, own_time: bool) -> tuple[News, int]:
    """Fire at most `limit` occurrences; return the events' news, and how many were fired."""
    news = News()
    found = await connection.fetch(_LANES, now, own_time, limit)
    if not found:
        return news, 0
    now, lanes = found[0]["at"], sorted({row["lane"] for row in found})
    await Locks().lanes(lanes).take(connection)
    due = await connection.fetch(_DUE, now, lanes, limit)
    fired: list[_Fired] = []
    over: list[str] = []
    advanced: dict[str, datetime] = {}
    for timer in due:
        if len(fired) >= limit:
            break
        occurrences, following = firings(
            due=timer["due"],
            zone=timer["zone"],
            rule=timer["rule"],
            missed=timer["missed"],
            now=now,
            limit=limit - len(fired),
        )
        fired += [_Fired(timer, _body(timer, firing, now)) for firing in occurrences]
        if following is None:
            over.append(timer["series"])
        else:
            advanced[timer["series"]] = following
    await _accept(connection, news, codec, fired, at=now)
    await connection.execute("DELETE FROM timer WHERE series = ANY($1::text[])", over)
    await connection.execute(_ADVANCE, list(advanced), list(advanced.values()))
    return news, len(fired)


@dataclass(frozen=True, slots=True)
class _Fired:
    timer: dict[str, str]
    body: TimerFired


def _body(timer: dict[str, str], firing: Firing, now: datetime) -> TimerFired:
    return TimerFired(
        series=timer["series"],
        due=firing.due,
        fired_at=now,
        body_kind=timer["kind"],
        body=timer["body"],
        missed=firing.missed,
    )


async def _accept(connection: Connection, news: News, codec: Codec, fired: list[_Fired], *, at: datetime) -> None:
    """Accept the occurrences. A series armed again for an instant at which it has fired before fires again."""
    again = 1
    while fired:
        rows = [
            InboxRow(
                key=f"timer:{one.body.series}:{one.body.due.isoformat()}" + (f":{again}" if again > 1 else ""),
                lane=one.timer["lane"],
                kind=TimerFired.kind,
                body=codec.encode(one.body),
                cause=one.timer["cause"],
            )
            for one in fired
        ]
        accepted = await news.accept(connection, rows, at)
        fired = [one for one, fresh in zip(fired, accepted, strict=True) if not fresh]
        again += 1
