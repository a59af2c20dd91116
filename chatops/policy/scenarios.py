"""Scenarios as they are written: a case, a moment, and what is to become of it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec
from rapidfuzz import process

from chatops.core.frozen import Frozen, Instant
from chatops.core.phrases import read_when
from chatops.core.values import duration
from chatops.errors import SettingsError, UsageError
from chatops.ports.tickets import Priority, Status
from chatops.rules.rows import Words, several

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
"""Weekdays without a date are those of the week that begins here."""
LONGEST = 2 * 86400
"""Seconds a scenario may be watched."""


class CaseRow(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The case of a scenario."""

    system: str = "test"
    priority: Priority = Priority.NORMAL
    status: Status = Status.OPEN
    segment: str = ""
    country: str = ""
    tags: Words = ()
    queue: str = ""
    origin: str = ""
    entitlement: str = ""
    owner: str = ""
    """Id of a person; `unknown`: somebody the directory does not know; empty: nobody."""
    text: str = "A case"
    age: str = "0m"
    sla_left: str = ""


class ExpectRow(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What is to be so at a moment. What is not named is not looked at."""

    after: str = "0m"
    pod: str | None = None
    rules: Words | None = None
    """Names of those that fire."""
    swarm: Literal["none", "offered", "opened"] | None = None
    owner: str | None = None
    asks: Words | None = None
    """Ids of who is asked, in this order; others may follow."""


class ScenarioRow(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One `[[tests]]` table."""

    name: str
    at: str
    zone: str = "UTC"
    case: CaseRow = CaseRow()
    away: Words = ()
    busy: Words = ()
    expect: ExpectRow | tuple[ExpectRow, ...] = ()


class Expectation(Frozen, frozen=True, kw_only=True):
    """What is to be so `after` seconds."""

    after: int
    pod: str | None = None
    rules: tuple[str, ...] | None = None
    swarm: str | None = None
    owner: str | None = None
    asks: tuple[str, ...] | None = None


class Scenario(Frozen, frozen=True, kw_only=True):
    """A case at a moment."""

    name: str
    where: str
    """File and line."""
    at: Instant
    case: CaseRow
    age: int
    sla_left: int | None
    away: tuple[str, ...] = ()
    busy: tuple[str, ...] = ()
    expects: tuple[Expectation, ...] = ()


def read_scenarios(file: Path) -> Sequence[Scenario]:
    """Read one file. Blocking. Raise SettingsError with every finding."""
    try:
        source = file.read_text(encoding="utf-8")
        tables = tomllib.loads(source).get("tests", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        message = f"{file} cannot be read: {error}"
        raise SettingsError(message) from error
    places = [n for n, line in enumerate(source.splitlines(), 1) if line.split("#")[0].strip() == "[[tests]]"]
    found: list[Scenario] = []
    problems: list[str] = []
    for number, table in enumerate(tables):
        where = f"{file}: line {places[number]}" if number < len(places) else f"{file}: test {number + 1}"
        try:
            found.append(_scenario(msgspec.convert(table, ScenarioRow, strict=True), where))
        except msgspec.ValidationError as error:
            problems.append(f"{where}: {_plainly(str(error))}")
        except ValueError as error:
            problems.append(f"{where}: {error}")
    if problems:
        raise SettingsError("\n".join(problems))
    return found


def _scenario(row: ScenarioRow, where: str) -> Scenario:
    expected = row.expect if isinstance(row.expect, tuple) else (row.expect,)
    if not expected:
        message = 'expect: say what is to become of it, like expect = { pod = "emea-1" }.'
        raise ValueError(message)
    return Scenario(
        name=row.name,
        where=where,
        at=_moment(row.at, row.zone),
        case=row.case,
        age=_seconds("case.age", row.case.age),
        sla_left=_seconds("case.sla_left", row.case.sla_left) if row.case.sla_left else None,
        away=several(row.away),
        busy=several(row.busy),
        expects=tuple(sorted((_expectation(one) for one in expected), key=lambda one: one.after)),
    )


def _expectation(row: ExpectRow) -> Expectation:
    after = _seconds("expect.after", row.after)
    if not 0 <= after <= LONGEST:
        message = f"expect.after: {row.after!r} is longer than two days."
        raise ValueError(message)
    return Expectation(
        after=after,
        pod=row.pod,
        rules=None if row.rules is None else several(row.rules),
        swarm=row.swarm,
        owner=row.owner,
        asks=None if row.asks is None else several(row.asks),
    )


def _moment(at: str, zone: str) -> datetime:
    try:
        ZoneInfo(zone)
        return read_when(at, now=MONDAY, zone=zone, locale="en").at
    except UsageError as error:
        message = f'at: {at!r} is no moment; write it like at = "Sunday 03:00" or "2026-03-01 03:00".'
        raise ValueError(message) from error
    except (KeyError, OSError) as error:
        message = f"zone: {zone!r} is no IANA time zone such as Europe/Berlin."
        raise ValueError(message) from error


def _seconds(key: str, typed: str) -> int:
    if typed.strip() in {"0", "0m"}:
        return 0
    try:
        return -duration(typed.strip()[1:]).seconds if typed.strip().startswith("-") else duration(typed).seconds
    except UsageError as error:
        message = f'{key}: {typed!r} is no length of time; write it like "90m".'
        raise ValueError(message) from error


def _plainly(complaint: str) -> str:
    unknown = re.search(r"unknown field `(.*?)`(?: - at `\$\.?(\w*))?", complaint)
    if unknown is None:
        return complaint
    rows = {"case": CaseRow, "expect": ExpectRow}
    known = rows.get(unknown[2] or "", ScenarioRow).__struct_fields__
    like = process.extractOne(unknown[1], known, score_cutoff=60)
    return f"{unknown[1]!r} is not a key" + (f"; {like[0]!r} is." if like else f"; known are: {', '.join(known)}.")
