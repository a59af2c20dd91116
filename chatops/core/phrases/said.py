"""What a phrase says, before anybody asks when that is."""

from __future__ import annotations

from typing import Literal

from chatops.core.frozen import Frozen
from chatops.core.phrases.zones import Zone


class Clock(Frozen, frozen=True, kw_only=True):
    """An hour of the day."""

    hour: int
    minute: int = 0
    half: Literal["", "am", "pm"] = ""
    vague: bool = False
    """True when the hour, from 1 to 12, could be before or after noon."""
    spoken: bool = False
    """True for `halb drei` and the like, which exist on a dial of twelve hours only."""
    part: str = ""
    """`morning`, `afternoon`, `evening`, `night`, or nothing."""
    zone: Zone | None = None


class Day(Frozen, frozen=True, kw_only=True):
    """A day: `offset` from today, a weekday (0 is Monday), or a date."""

    offset: int | None = None
    weekday: int | None = None
    which: Literal["", "this", "coming", "next", "nextweek"] = ""
    year: int | None = None
    month: int | None = None
    number: int | None = None


class Amount(Frozen, frozen=True, kw_only=True):
    """A length of time: days by the calendar, the rest in seconds."""

    seconds: int = 0
    days: int = 0


class Phrase(Frozen, frozen=True, kw_only=True):
    """A clock, a day, both, or lengths of time from now (one of zero length: now)."""

    clock: Clock | None = None
    day: Day | None = None
    part: str = ""
    """Of a day without a clock: the part of it that was named."""
    amounts: tuple[Amount, ...] = ()


class NotUnderstoodError(ValueError):
    """The words are no phrase of the language."""
