"""What each rule of the grammar says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal, TypeVar

from lark import Token, Transformer

from chatops.core.frozen import replace
from chatops.core.phrases.said import Amount, Clock, Day, NotUnderstoodError, Phrase
from chatops.core.phrases.vocabulary import Entry, Language
from chatops.core.phrases.zones import Zone, zones

DIAL = range(1, 13)
"""The hours on a dial."""

DAY_SECONDS = 86400

_DIGITS = re.compile(r"[0-9]+")
_COMPACT = re.compile(r"([0-9]+)(min|h|m|d|w)")
_COMPACT_UNITS = {"min": 60, "m": 60, "h": 3600, "d": DAY_SECONDS, "w": 7 * DAY_SECONDS}
_WHICH: dict[str, Literal["this", "coming", "next", "nextweek"]] = {
    "THIS": "this",
    "COMING": "coming",
    "NEXT": "next",
    "NEXTWEEK": "nextweek",
}

Part = TypeVar("Part")
Parts = Sequence[Any]


class Meaning(Transformer[Token, Any]):
    """Turns a parse tree into a Phrase. Raises NotUnderstoodError for words that contradict each other."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self._language = language

    # whole phrases

    def clock_only(self, parts: Parts) -> Phrase:
        return Phrase(clock=_one(parts, Clock))

    def clock_day(self, parts: Parts) -> Phrase:
        return Phrase(clock=_one(parts, Clock), day=_one(parts, Day))

    def daypart_clock(self, parts: Parts) -> Phrase:
        entry, clock = self._entry(_tokens(parts, "DAYPART")[0]), _one(parts, Clock)
        _agree(clock.part in {"", entry.name})
        return Phrase(clock=replace(clock, part=entry.name), day=Day(offset=int(entry.number)))

    def day_only(self, parts: Parts) -> Phrase:
        day = parts[0]
        if isinstance(day, Day):
            return Phrase(day=day)
        entry = self._entry(day)
        return Phrase(day=Day(offset=int(entry.number)), part=entry.name)

    def relative(self, parts: Parts) -> Phrase:
        amounts: list[Amount] = []
        for part in parts:
            if isinstance(part, Token):
                amounts += _compact(part) if part.type == "COMPACT" else []
            else:
                amounts += part
        return Phrase(amounts=tuple(amounts))

    def now(self, _parts: Parts) -> Phrase:
        return Phrase(amounts=(Amount(),))

    # clocks

    def time(self, parts: Parts) -> Clock:
        names = [self._entry(token).name for token in _tokens(parts, "PART")]
        zone = next((part for part in parts if isinstance(part, Zone)), None)
        return replace(_one(parts, Clock), part="".join(names), zone=zone)

    def bare(self, parts: Parts) -> Clock:
        hour = self._integer(parts[0])
        return Clock(hour=hour, vague=self._language.dial and hour in DIAL)

    def written(self, parts: Parts) -> Clock:
        hour, minute = (int(digits) for digits in _DIGITS.findall(parts[0]))
        return Clock(hour=hour, minute=minute, half=self._half(parts))

    def halves(self, parts: Parts) -> Clock:
        return Clock(hour=self._integer(parts[0]), half=self._half(parts))

    def hours(self, parts: Parts) -> Clock:
        hour, *minutes = (self._integer(token) for token in _tokens(parts, "INT"))
        return Clock(hour=hour, minute=sum(minutes), vague=self._language.dial and hour in DIAL)

    def spoken(self, parts: Parts) -> Clock:
        *minutes, hour = (self._integer(token) for token in _tokens(parts, "INT"))
        sign = sum(int(self._entry(token).number) for token in _tokens(parts, "PAST")) or 1
        about = sum(int(self._entry(token).number) for token in _tokens(parts, "REL"))
        units = [self._entry(token).number for token in _tokens(parts, "UNIT")]
        _agree(hour in DIAL and all(0 < minute < 60 for minute in minutes) and units in ([], [60]))  # noqa: PLR2004
        total = (hour * 60 + about + sign * sum(minutes)) % (12 * 60)
        half = self._half(parts)
        return Clock(hour=total // 60 or 12, minute=total % 60, half=half, vague=not half, spoken=True)

    def noon(self, _parts: Parts) -> Clock:
        return Clock(hour=12)

    def midnight(self, _parts: Parts) -> Phrase:
        return Phrase(clock=Clock(hour=0))

    def zone(self, parts: Parts) -> Zone:
        return zones()[_tokens(parts, "ZONE")[0]]

    # days

    def weekday(self, parts: Parts) -> Day:
        which = [_WHICH[part.type] for part in parts if part.type in _WHICH]
        return Day(weekday=self._weekday(parts), which=which[0] if which else "")

    def offset(self, parts: Parts) -> Day:
        return Day(offset=int(self._entry(parts[0]).number))

    def date(self, parts: Parts) -> Day:
        year, month, number = _tokens(parts, "DATE")[0].split("-")
        weekday = self._weekday(parts) if _tokens(parts, "WEEKDAY") else None
        return Day(year=int(year) if year else None, month=int(month), number=int(number), weekday=weekday)

    # lengths of time

    def amounts(self, parts: Parts) -> list[Amount]:
        return [amount for part in parts if isinstance(part, list) for amount in part]

    def amount(self, parts: Parts) -> list[Amount]:
        first: Token = parts[0]
        if halves := _tokens(parts, "HALFHOUR"):
            count = 1 if first is halves[0] else self._integer(first)
            return [_amount(count * self._entry(halves[0]).number, 60)]
        number = self._fraction(first) if first.type == "FRACTION" else self._integer(first)
        half = 0.5 if _tokens(parts, "PLUSHALF") else 0
        units = _tokens(parts, "UNIT")
        return [_amount(number + half, self._entry(units[0]).number if units else 3600)]

    # words

    def _entry(self, token: Token) -> Entry:
        return self._language.words[token]

    def _integer(self, token: Token) -> int:
        return int(self._entry(token).number) if token in self._language.words else int(token)

    def _fraction(self, token: Token) -> float:
        return self._entry(token).number if token in self._language.words else float(token.replace(",", "."))

    def _weekday(self, parts: Parts) -> int:
        return int(self._entry(_tokens(parts, "WEEKDAY")[0]).number)

    def _half(self, parts: Parts) -> Literal["", "am", "pm"]:
        found = [self._entry(token).name for token in _tokens(parts, "AMPM")]
        return "" if not found else "pm" if found[0] == "pm" else "am"


def _tokens(parts: Parts, kind: str) -> list[Token]:
    return [part for part in parts if isinstance(part, Token) and part.type == kind]


def _one(parts: Parts, kind: type[Part]) -> Part:
    return next(part for part in parts if isinstance(part, kind))


def _compact(token: Token) -> list[Amount]:
    return [_amount(int(count), _COMPACT_UNITS[unit]) for count, unit in _COMPACT.findall(token)]


def _amount(count: float, unit: float) -> Amount:
    """Return days and weeks as days by the calendar: `in 2 days` is at the same time of day, `in 48 hours` need not be."""
    seconds = count * unit
    if unit >= DAY_SECONDS and seconds % DAY_SECONDS == 0:
        return Amount(days=int(seconds // DAY_SECONDS))
    return Amount(seconds=int(seconds))


def _agree(holds: bool) -> None:  # noqa: FBT001 - the condition is the whole point
    if not holds:
        message = "the words contradict each other"
        raise NotUnderstoodError(message)
