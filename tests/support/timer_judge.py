"""What was fired, as it stands in the database, against what was to be fired."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from typing import Protocol

from chatops.core.codec import Codec
from chatops.core.events import TimerFired
from postgres_server import Postgres
from timer_plan import Planned

CODEC = Codec([TimerFired])

AWAKE = timedelta(seconds=1)
"""Whoever is killed sooner after a timer was due had no time to fire it."""


@dataclass(frozen=True)
class Rung:
    """One event, and the instant at which it was written."""

    fired: TimerFired
    at: datetime


class Rows(Protocol):
    """The tables, read from outside the program."""

    def rung(self) -> Sequence[Rung]:
        """Every occurrence, in order."""
        ...

    def armed(self) -> Mapping[str, datetime]:
        """When each timer that is still armed is due."""
        ...

    def owed(self, reached: datetime) -> bool:
        """Whether anything due by then is not fired yet."""
        ...


class SqliteRows:
    """A file. Its only clock is the server's."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def rung(self) -> Sequence[Rung]:
        fired = [
            CODEC.decode_as(TimerFired, body)
            for (body,) in self._asked("SELECT body FROM inbox WHERE kind = 'timer' ORDER BY seq")
        ]
        return [Rung(one, one.fired_at) for one in fired]

    def armed(self) -> Mapping[str, datetime]:
        return {series: datetime.fromisoformat(due) for series, due in self._asked("SELECT series, due FROM timer")}

    def owed(self, reached: datetime) -> bool:
        ((due,),) = self._asked("SELECT min(due) FROM timer")
        return datetime.fromisoformat(due) <= reached

    def _asked(self, query: str) -> list[tuple[str, ...]]:
        with closing(sqlite3.connect(f"{self._path.as_uri()}?mode=ro", uri=True)) as connection:
            return connection.execute(query).fetchall()


class PostgresRows:
    """A database, which writes down itself when a row came."""

    def __init__(self, server: Postgres, url: str) -> None:
        """Add the column in which it does; the program need not know."""
        self._server = server
        self._url = url
        self._server.psql("ALTER TABLE inbox ADD COLUMN stood_at TIMESTAMPTZ DEFAULT clock_timestamp()", url)

    def rung(self) -> Sequence[Rung]:
        rows = self._asked("SELECT body, stood_at FROM inbox WHERE kind = 'timer' ORDER BY seq")
        return [Rung(CODEC.decode_as(TimerFired, body), datetime.fromisoformat(at)) for body, at in rows]

    def armed(self) -> Mapping[str, datetime]:
        return {series: datetime.fromisoformat(due) for series, due in self._asked("SELECT series, due FROM timer")}

    def owed(self, reached: datetime) -> bool:
        ((due,),) = self._asked("SELECT min(due) FROM timer")
        return datetime.fromisoformat(due) <= reached

    def _asked(self, query: str) -> list[list[str]]:
        told = self._server.psql(f"SET timezone = 'UTC'; {query}", self._url)
        return [line.rsplit("|", 1) for line in told.splitlines()]


@dataclass(frozen=True)
class Verdict:
    """What was wrong, and how late what was right came."""

    occurrences: int
    lost: list[str]
    twice: list[str]
    early: list[str]
    late: list[float]
    """Seconds, of those that came due while somebody was there to fire them."""

    def __str__(self) -> str:
        late = quantiles(self.late, n=100) if len(self.late) > 1 else [0.0] * 99
        return (
            f"{self.occurrences} occurrences; of the {len(self.late)} due while up, late by"
            f" {late[49]:.2f} s (median), {late[98]:.2f} s (99 of 100), {max(self.late, default=0):.2f} s (worst)"
        )


def judge(planned: Sequence[Planned], rows: Rows, *, reached: datetime, up: Sequence[Sequence[datetime]]) -> Verdict:
    """Compare. All that is due by `reached` has to be there; `up`: from when to when somebody was there, clock right."""
    rung, armed = rows.rung(), rows.armed()
    verdict = Verdict(occurrences=0, lost=[], twice=[], early=[], late=[])
    by_series: dict[str, list[TimerFired]] = defaultdict(list)
    for one in rung:
        by_series[one.fired.series].append(one.fired)
        due = one.fired.due
        if one.at < due or one.fired.fired_at < due:
            verdict.early.append(f"{one.fired.series} due {due}, fired {one.fired.fired_at}, there {one.at}")
        if not one.fired.missed and any(begin <= due < end - AWAKE for begin, end in up):
            verdict.late.append((one.at - due).total_seconds())
    fired = 0
    for timer in planned:
        fired += _series(timer, by_series.pop(timer.series, []), armed.get(timer.series), reached, verdict)
    assert not by_series, "timers nobody armed"
    return Verdict(fired, verdict.lost, verdict.twice, verdict.early, verdict.late)


def _series(
    planned: Planned, fired: list[TimerFired], armed: datetime | None, reached: datetime, verdict: Verdict
) -> int:
    """Go through a timer's occurrences; return how many were fired, merged ones included."""
    seen: set[datetime] = set()
    for one in fired:
        if one.due in seen:
            verdict.twice.append(f"{planned.series} due {one.due}")
        seen.add(one.due)
    occurrences = planned.occurrences()
    count = 0
    for one in fired:
        following = [next(occurrences, None) for _merged in range(one.missed + 1)]
        count += len(following)
        if following[-1] != one.due:
            verdict.lost.append(f"{planned.series} ({planned.rule}): {following[-1]} came as {one.due}")
            return count
    following_due = next(occurrences, None)
    if following_due != armed:
        verdict.lost.append(f"{planned.series} ({planned.rule}): after {count} armed for {armed}, not {following_due}")
    elif armed is not None and armed.astimezone(UTC) <= reached:
        verdict.lost.append(f"{planned.series} ({planned.rule}): due {armed} and not fired")
    return count
