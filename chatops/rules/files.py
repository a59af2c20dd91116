"""Rules as they are written in TOML, checked so that a mistake is named with its line and its mending."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast, get_args
from zoneinfo import ZoneInfo

import msgspec
from rapidfuzz import process

from chatops.core.values import duration
from chatops.errors import SettingsError, UsageError
from chatops.ports.tickets import Priority, Status
from chatops.rules.deciding import DAYS
from chatops.rules.matching import fits, phrase
from chatops.rules.model import Comparison, Conditions, Limit, Policy, Rule, Step
from chatops.rules.rows import ConditionsRow, PolicyRow, RuleRow, several

MOST_RULES = 500
MOST_WORDS = 100
"""Words of one condition."""
LONGEST = 100
"""Letters of one word or pattern."""
APART = 10
"""Between the orders of rules that do not give one: there is room for others."""

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_LIMIT = re.compile(r"(<=|>=|<|>) ?(-?)(\S.*)")
_SPAN = re.compile(r"((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d)")
_ROOM = re.compile(r"[^\s:]+:\S+")
_WORKDAYS = {"weekend": ("sat", "sun"), "workdays": DAYS[:5]}
_CLOSED: Mapping[str, Sequence[str]] = {
    "priority": tuple(str(one) for one in Priority),
    "status": tuple(str(one) for one in Status),
    "owner": ("known", "unknown", "none"),
}
"""Conditions whose words are ours."""
_OPEN = ("system", "segment", "country", "topic", "queue", "origin", "entitlement")


def read_policy(file: Path, pods: Sequence[str] | None = None) -> Policy:
    """Read rules; the pods they name must be among `pods`, unless that is None. Blocking. Raise SettingsError with every
    finding."""
    try:
        source = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"{file} cannot be read: {error}"
        raise SettingsError(message) from error
    return parsed(source, file, pods)


def parsed(source: str, file: Path, pods: Sequence[str] | None = None) -> Policy:
    """Return the rules that `source`, the text of `file`, says. Raise SettingsError with every finding."""
    try:
        told = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        message = f"{file} cannot be read: {error}"
        raise SettingsError(message) from error
    reading = _Reading(file, source, pods)
    policy = reading.policy(told)
    if reading.findings:
        raise SettingsError("\n".join(reading.findings))
    return policy


class _Reading:
    """One reading of a file: what was found wrong, and where the rules stand."""

    def __init__(self, file: Path, source: str, pods: Sequence[str] | None) -> None:
        self.findings: list[str] = []
        self._file = file
        self._lines = source.splitlines()
        self._pods = pods
        self._places = [n for n, line in enumerate(self._lines, 1) if line.split("#")[0].strip() == "[[rules]]"]
        self._zone = "UTC"
        self._segments: tuple[str, ...] = ()

    def policy(self, told: dict[str, Any]) -> Policy:
        tables = told.pop("rules", [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self._say("rules: write one [[rules]] table each.")
            return Policy()
        head = self._head(told)
        if len(tables) > MOST_RULES:
            self._say(f"{len(tables)} rules; at most {MOST_RULES} are read.")
        rules = [rule for number, table in enumerate(tables) if (rule := self._rule(number, table)) is not None]
        self._twice(rules, len(tables))
        return Policy(
            rules=tuple(sorted(rules, key=lambda rule: rule.order)),
            match="all" if head.match == "all" else "first",
            pod=head.pod,
            segments=self._segments,
            gaps="allowed" if head.gaps == "allowed" else "found",
        )

    def _head(self, told: dict[str, Any]) -> PolicyRow:
        try:
            head = msgspec.convert(told, PolicyRow)
        except msgspec.ValidationError as error:
            self._say(_plainly(str(error), (*PolicyRow.__struct_fields__, "rules")))
            return PolicyRow()
        for key, known in (("match", ("first", "all")), ("gaps", ("found", "allowed"))):
            if getattr(head, key) not in known:
                self._say(f"{key}: {_unknown('a way', getattr(head, key), known)}")
        for finding in (*_zone(head.zone), *self._pod(head.pod)):
            self._say(finding)
        if not list(_zone(head.zone)):
            self._zone = head.zone
        self._segments = several(head.segments)
        return head

    def _rule(self, number: int, table: dict[str, Any]) -> Rule | None:
        try:
            row = msgspec.convert(table, RuleRow)
        except msgspec.ValidationError as error:
            inside = re.search(r"at `\$\.(when|unless)", str(error))
            known = ConditionsRow.__struct_fields__ if inside else RuleRow.__struct_fields__
            self._say(_plainly(str(error), known), number, table.get("name"))
            return None
        before = len(self.findings)
        for finding in self._rule_findings(row):
            self._say(finding, number, row.name)
        when = self._conditions(row.when, number, row.name)
        unless = None if row.unless is None else self._conditions(row.unless, number, row.name)
        if len(self.findings) > before:
            return None
        return Rule(
            name=row.name,
            order=(number + 1) * APART if row.order is None else row.order,
            when=when,
            unless=unless,
            pod=row.pod,
            room=row.room,
            swarm=cast(Step, row.swarm),
            question=row.question.strip(),
            skills=tuple(skill.strip().casefold() for skill in several(row.skills)),
            timebox=duration(row.timebox).seconds if row.timebox else None,
            invite=several(row.invite),
        )

    def _rule_findings(self, row: RuleRow) -> Iterator[str]:
        if _NAME.fullmatch(row.name) is None:
            yield f"name: {row.name!r} must be lower-case letters, digits, dots, dashes; at most 64."
        if row.swarm not in get_args(Step):
            yield f"swarm: {_unknown('a step', row.swarm, get_args(Step))}"
        yield from self._pod(row.pod)
        if row.room and _ROOM.fullmatch(row.room) is None:
            yield f'room: {row.room!r} is no room; write it like room = "NETWORK:ID".'
        if row.timebox and _seconds(row.timebox) is None:
            yield f'timebox: {row.timebox!r} is no length of time; write it like timebox = "60m".'
        if row.swarm == "none" and (row.question or row.skills or row.timebox or row.invite):
            yield 'swarm: say "offer" or "open", or take out question, skills, timebox and invite.'
        if row.swarm == "open" and not row.question.strip():
            yield "question: say what help is needed; people read it first."
        if row.swarm == "none" and not row.pod:
            yield "pod: without a pod and without a swarm the rule does nothing."
        for word in (*several(row.skills), *several(row.invite)):
            if not word.strip() or len(word) > LONGEST:
                yield f"{word!r} must be 1 to {LONGEST} letters."

    def _conditions(self, row: ConditionsRow, number: int, name: str) -> Conditions:
        for finding in (*self._word_findings(row), *_measure_findings(row)):
            self._say(finding, number, name)
        days = [day for word in several(row.weekday) for day in _WORKDAYS.get(word.casefold(), (word.casefold()[:3],))]
        span = _SPAN.fullmatch(row.time)
        return Conditions(
            **{key: tuple(word.casefold() for word in several(getattr(row, key))) for key in _CLOSED},
            **{key: several(getattr(row, key)) for key in _OPEN},
            text=several(row.text),
            age=_limit(row.age),
            sla_left=_limit(row.sla_left),
            weekday=tuple(sorted({DAYS.index(day) for day in days if day in DAYS})),
            time=(span[1], span[2]) if span else None,
            zone=row.zone or self._zone,
        )

    def _word_findings(self, row: ConditionsRow) -> Iterator[str]:
        for key in (*_CLOSED, *_OPEN, "text"):
            given = several(getattr(row, key))
            if len(given) > MOST_WORDS:
                yield f"{key}: {len(given)} words; at most {MOST_WORDS}."
            for word in given:
                if not word.strip() or len(word) > LONGEST:
                    yield f"{key}: {word[:20]!r} must be 1 to {LONGEST} letters."
                elif key in _CLOSED and word.casefold() not in _CLOSED[key]:
                    yield f"{key}: {_unknown(f'a word for {key}', word, _CLOSED[key])}"
                elif key == "text" and not phrase(word):
                    yield f"text: {word!r} has no letter."
                elif key == "segment" and self._segments and not any(fits(word, known) for known in self._segments):
                    yield f"segment: {_unknown('a segment', word, self._segments)}"

    def _pod(self, pod: str) -> Iterator[str]:
        if pod and self._pods is not None and pod not in self._pods:
            yield f"pod: {_unknown('a pod', pod, self._pods)}"

    def _twice(self, rules: Sequence[Rule], tables: int) -> None:
        for what, values in (
            ("name", [rule.name for rule in rules]),
            ("order", [str(rule.order) for rule in rules]),
        ):
            for value in dict.fromkeys(value for value in values if values.count(value) > 1):
                names = ", ".join(rule.name for rule in rules if str(getattr(rule, what)) == value)
                self._say(f"{what} {value!r} is given to several rules ({names}); each may be given once.")

    def _say(self, finding: str, number: int | None = None, name: object = None) -> None:
        if number is None:
            self.findings.append(f"{self._file}: {finding}")
            return
        label = f" ({name})" if isinstance(name, str) and name else ""
        self.findings.append(f"{self._file}: {self._place(number, finding)}{label}: {finding}")

    def _place(self, number: int, finding: str) -> str:
        """Return the line a finding is about: that of its key, else that of the table."""
        if number >= len(self._places):
            return f"rule {number + 1}"
        first = self._places[number]
        last = self._places[number + 1] if number + 1 < len(self._places) else len(self._lines) + 1
        key = re.match(r"'?([\w.]+)", finding)
        for line in range(first, last):
            written = self._lines[line - 1].split("=")[0].strip()
            if key and written.split(".")[-1] == key[1]:
                return f"line {line}"
        return f"line {first}"


def _measure_findings(row: ConditionsRow) -> Iterator[str]:
    for key in ("age", "sla_left"):
        typed = getattr(row, key)
        if typed and _limit(typed) is None:
            yield f'{key}: {typed!r} is no comparison; write it like {key} = "< 2h".'
    for word in several(row.weekday):
        if word.casefold() not in _WORKDAYS and (len(word) < len("mon") or word.casefold()[:3] not in DAYS):
            yield f"weekday: {_unknown('a day', word, (*DAYS, *_WORKDAYS))}"
    if row.time and (_SPAN.fullmatch(row.time) is None or len(set(row.time.split("-"))) == 1):
        yield f'time: {row.time!r} is no span of time; write it like time = "18:00-08:00".'
    if row.zone:
        yield from _zone(row.zone)


def _limit(typed: str) -> Limit | None:
    match = _LIMIT.fullmatch(typed.strip())
    seconds = _seconds(match[3]) if match else None
    if match is None or seconds is None:
        return None
    return Limit(sign=cast(Comparison, match[1]), seconds=-seconds if match[2] else seconds, typed=typed.strip())


def _seconds(typed: str) -> int | None:
    """Return a length of time in seconds; `0` needs no unit. None when it is none, or in business hours."""
    if typed.strip() in {"0", "0m", "0h"}:
        return 0
    try:
        read = duration(typed.strip())
    except UsageError:
        return None
    return None if read.business else read.seconds


def _zone(zone: str) -> Iterator[str]:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        yield f"zone: {zone!r} is no IANA time zone such as Europe/Berlin."


def _plainly(complaint: str, known: Sequence[str]) -> str:
    """Turn msgspec's words into what to change."""
    unknown = re.search(r"unknown field `(.*?)`", complaint)
    if unknown:
        return _unknown("a key", unknown[1], known)
    missing = re.search(r"missing required field `(.*?)`", complaint)
    if missing:
        return f"{missing[1]} is missing."
    match = re.fullmatch(r"(.*) - at `(key in )?\$\.?(.*)`", complaint)
    return f"{match[3]}: {match[1][0].lower()}{match[1][1:]}." if match else complaint


def _unknown(what: str, given: str, known: Sequence[str]) -> str:
    like = process.extractOne(given, known, score_cutoff=60)
    return f"{given!r} is not {what}" + (
        f"; {like[0]!r} is." if like else f"; known are: {', '.join(known) or 'none'}."
    )
