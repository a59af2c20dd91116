"""Turning due timers into inbox events, each occurrence once, in one transaction with the timer's next due time."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from chatops.core.codec import Codec
from chatops.core.commit import InboxRow
from chatops.core.events import TimerFired
from chatops.core.recurrence import firings
from chatops.storage.sqlite_rows import News, read, written

_DUE = """
SELECT series, lane, kind, body, due, zone, rule, missed, cause FROM timer WHERE due <= ? ORDER BY due, series LIMIT ?
"""


def fire(connection: sqlite3.Connection, codec: Codec, *, now: datetime, limit: int) -> tuple[News, int]:
    """Fire at most `limit` occurrences; return the events' news, and how many were fired."""
    news, fired = News(), 0
    for series, lane, kind, body, due, zone, rule, missed, cause in connection.execute(
        _DUE, (written(now), limit)
    ).fetchall():
        if fired >= limit:
            break
        occurrences, following = firings(
            due=read(due), zone=zone, rule=rule, missed=missed, now=now, limit=limit - fired
        )
        for firing in occurrences:
            event = TimerFired(
                series=series, due=firing.due, fired_at=now, body_kind=kind, body=body, missed=firing.missed
            )
            _accept(connection, news, codec, event, lane=lane, cause=cause, at=now)
        fired += len(occurrences)
        if following is None:
            connection.execute("DELETE FROM timer WHERE series = ?", (series,))
        else:
            connection.execute("UPDATE timer SET due = ? WHERE series = ?", (written(following), series))
    return news, fired


def _accept(
    connection: sqlite3.Connection,
    news: News,
    codec: Codec,
    event: TimerFired,
    *,
    lane: str,
    cause: str,
    at: datetime,
) -> None:
    """Accept the occurrence. A series armed again for an instant at which it has fired before fires again."""
    occurrence = f"timer:{event.series}:{event.due.isoformat()}"
    key, again = occurrence, 1
    while not news.accept(
        connection,
        InboxRow(key=key, lane=lane, kind=TimerFired.kind, body=codec.encode(event), cause=cause),
        at,
    ):
        again += 1
        key = f"{occurrence}:{again}"
