"""Ten thousand timers, or fewer, and when each of them is to ring: worked out here without the program's own rules."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from chatops.core.commit import TimerRow

BERLIN = ZoneInfo("Europe/Berlin")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Missed = Literal["all", "latest", "skip"]


@dataclass(frozen=True)
class Planned:
    """A timer as a test knows it."""

    series: str
    first: datetime
    missed: Missed = "latest"
    every: int = 0
    """Seconds between its occurrences."""
    days: int = 0
    """1: daily, 7: weekly, at `wall` in Berlin."""
    wall: datetime | None = None
    """The second occurrence, the first one at its wall time."""

    @property
    def rule(self) -> str | None:
        """The rule, as the program reads it."""
        if self.every:
            return f"every {self.every}s"
        if self.wall is None:
            return None
        local = self.wall.astimezone(BERLIN)
        return f"{local:daily %H:%M}" if self.days == 1 else f"weekly {DAYS[local.weekday()]} {local:%H:%M}"

    def occurrences(self) -> Iterator[datetime]:
        """Every instant at which it is to ring; no end, if it recurs."""
        yield self.first
        if self.wall is not None:
            local = self.wall.astimezone(BERLIN)
            while True:
                yield local
                local += timedelta(days=self.days)  # of wall time
        at = self.first
        while self.every:
            at += timedelta(seconds=self.every)
            yield at

    def row(self, number: int, lanes: int) -> TimerRow:
        """The row that arms it."""
        return TimerRow(
            series=self.series,
            lane=f"lane {number % lanes}",
            kind="wake",
            body="{}",
            due=self.first,
            zone=BERLIN.key,
            rule=self.rule,
            missed=self.missed,
            cause="arm",
        )


def plan(start: datetime, count: int, seconds: float, *, absences: bool) -> list[Planned]:
    """Timers that ring from `start` on, for so long: mostly once, some at an interval, some by the wall clock.

    A few ring only later. `absences`: there are times with nobody there, when `skip` would rightly drop some.
    """
    chance = random.Random(count)
    kinds: tuple[Missed, ...] = ("all", "latest") if absences else ("all", "latest", "skip")
    minute = start.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return [
        _one(n, start + timedelta(seconds=chance.uniform(0, seconds)), minute, seconds, kinds) for n in range(count)
    ]


def _one(n: int, at: datetime, minute: datetime, seconds: float, kinds: tuple[Missed, ...]) -> Planned:
    if n % 20 == 0:
        wall = minute if minute > at else minute + timedelta(minutes=1)
        return Planned(f"wall {n}", at, days=1 if n % 40 else 7, wall=wall)
    if n % 10 == 1:
        # Few that want every occurrence: an hour that goes by in no time owes each of them hundreds.
        missed: Missed = "all" if n % 500 == 1 else "latest"
        return Planned(f"every {n}", at, missed, every=max(1, int(seconds / 8)) + n % 5)
    if n % 50 == 2:
        return Planned(f"later {n}", at + timedelta(seconds=seconds + 600 + n % 2400))
    return Planned(f"once {n}", at, kinds[n % len(kinds)])
