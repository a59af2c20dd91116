"""Turning due timers into inbox events, each occurrence once in the cluster: whoever locks the row first fires it."""

from __future__ import annotations

from datetime import datetime

from chatops.core.codec import Codec
from chatops.core.commit import InboxRow
from chatops.core.events import TimerFired
from chatops.core.recurrence import Firing, firings
from chatops.storage.postgres_locks import Locks
from chatops.storage.postgres_pool import Connection
from chatops.storage.postgres_rows import News

_DUE = """
WITH clocks AS (SELECT CASE WHEN $2 THEN $1::timestamptz ELSE LEAST($1, clock_timestamp()) END AS at)
SELECT series, lane, kind, body, due, zone, rule, missed, cause, at FROM timer, clocks
WHERE due <= at ORDER BY due, series LIMIT $3
FOR UPDATE OF timer SKIP LOCKED
"""
"""A replica whose clock is ahead fires nothing before the database's clock says so, and misses nothing for it."""


async def fire(connection: Connection, codec: Codec, *, now: datetime, limit: int, own_time: bool) -> tuple[News, int]:
    """Fire at most `limit` occurrences; return the events' news, and how many were fired."""
    news, fired = News(), 0
    due = await connection.fetch(_DUE, now, own_time, limit)
    now = due[0]["at"] if due else now
    await Locks().lanes([timer["lane"] for timer in due]).take(connection)
    for timer in due:
        if fired >= limit:
            break
        occurrences, following = firings(
            due=timer["due"],
            zone=timer["zone"],
            rule=timer["rule"],
            missed=timer["missed"],
            now=now,
            limit=limit - fired,
        )
        bodies = [_body(timer, firing, now) for firing in occurrences]
        await _accept(connection, news, codec, bodies, lane=timer["lane"], cause=timer["cause"], at=now)
        fired += len(occurrences)
        if following is None:
            await connection.execute("DELETE FROM timer WHERE series = $1", timer["series"])
        else:
            await connection.execute("UPDATE timer SET due = $2 WHERE series = $1", timer["series"], following)
    return news, fired


def _body(timer: dict[str, str], firing: Firing, now: datetime) -> TimerFired:
    return TimerFired(
        series=timer["series"],
        due=firing.due,
        fired_at=now,
        body_kind=timer["kind"],
        body=timer["body"],
        missed=firing.missed,
    )


async def _accept(
    connection: Connection,
    news: News,
    codec: Codec,
    bodies: list[TimerFired],
    *,
    lane: str,
    cause: str,
    at: datetime,
) -> None:
    """Accept the occurrences. A series armed again for an instant at which it has fired before fires again."""
    again = 1
    while bodies:
        rows = [
            InboxRow(
                key=f"timer:{body.series}:{body.due.isoformat()}" + (f":{again}" if again > 1 else ""),
                lane=lane,
                kind=TimerFired.kind,
                body=codec.encode(body),
                cause=cause,
            )
            for body in bodies
        ]
        accepted = await news.accept(connection, rows, at)
        bodies = [body for body, fresh in zip(bodies, accepted, strict=True) if not fresh]
        again += 1
