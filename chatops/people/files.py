"""People and pods as they are written in TOML, checked so that a mistake is named with its line and its mending."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from rapidfuzz import process

from chatops.core.access import ROLES
from chatops.core.message import Identity, Person
from chatops.errors import SettingsError
from chatops.people.directory import Member, Pod, skill_name
from chatops.people.names import plain
from chatops.ports.roster import Location, Profile

MAX_LEVEL = 5
"""Skills go from 1 to this."""

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_CLOCK_TIME = r"([01]\d|2[0-3]):[0-5]\d"
_QUIET = re.compile(rf"{_CLOCK_TIME}-{_CLOCK_TIME}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_LOCALE = re.compile(r"[a-z]{2,3}([-_][A-Za-z]{2,4})?")


class Account(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """An identity on a network with several tenants: `{ tenant = "…", id = "…" }`."""

    id: str
    tenant: str = ""


class PersonRow(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One `[[people]]` table."""

    id: str
    name: str
    handle: str = ""
    email: str = ""
    roles: tuple[str, ...] = ()
    locale: str = "en"
    zone: str = "UTC"
    department: str = ""
    pods: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    quiet: str = ""
    """`HH:MM-HH:MM` in their own zone, also over midnight."""
    max_load: int = 3
    skills: dict[str, int] = {}
    interests: tuple[str, ...] = ()
    """Skills they would like to learn."""
    countries: tuple[str, ...] = ()
    """Two letters each: `DE`."""
    identities: dict[str, str | Account] = {}
    """Chat network or ticket system → their id there."""


class PodRow(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One `[[pods]]` table."""

    id: str
    name: str = ""
    lead: str | None = None
    members: tuple[str, ...] = ()
    zone: str = "UTC"
    location: Location = ""
    room: str = ""
    """Home room."""
    calendar: str = ""
    external: bool = False
    """Whether it belongs to a partner; its members are guests or staff as people.toml says."""
    skills: tuple[str, ...] = ()
    """What it is there for."""


RowT = TypeVar("RowT", PersonRow, PodRow)


def read_members(file: Path) -> Sequence[Member]:
    """Read people. Blocking. Raise SettingsError with every finding."""
    sheet = _Sheet(file, "people", PersonRow)
    sheet.check(_person_findings)
    sheet.unique("id", lambda row: [row.id])
    sheet.unique("handle or e-mail", lambda row: sorted({plain(row.handle), plain(row.email)} - {""}))
    sheet.unique("identity", lambda row: [str(identity) for identity in _identities(row)])
    sheet.finish()
    return [_member(row) for row in sheet.rows]


def read_pods(file: Path, members: Sequence[Member]) -> Sequence[Pod]:
    """Read pods; every person they name, and every pod a person names, must be there. Blocking. Raise SettingsError."""
    sheet = _Sheet(file, "pods", PodRow)
    ids = [member.person.id for member in members]

    def findings(row: PodRow) -> Iterator[str]:
        yield from _id_findings(row.id)
        yield from _zone_findings(row.zone)
        yield from (_unknown("a person", who, ids) for who in (*row.members, row.lead) if who and who not in ids)

    sheet.check(findings)
    sheet.unique("id", lambda row: [row.id])
    pods = [row.id for row in sheet.rows]
    for member in members:
        for pod in member.profile.pods:
            if pod not in pods:
                sheet.say(f"pods of {member.person.id}: {_unknown('a pod', pod, pods)}")
    sheet.finish()
    return [
        Pod(
            id=row.id,
            name=row.name or row.id,
            lead=row.lead,
            members=row.members,
            zone=row.zone,
            location=row.location,
            room=row.room,
            calendar=row.calendar,
            external=row.external,
            skills=tuple(skill_name(skill) for skill in row.skills),
        )
        for row in sheet.rows
    ]


def read_synonyms(file: Path) -> Mapping[str, str]:
    """Read the table `[synonyms]` of the people file: `billing = ["invoicing", "Abrechnung"]`. Blocking.

    Return other word → skill, both folded. Raise SettingsError when a word stands for two skills.
    """
    source = _parsed(file)[1].get("synonyms", {})
    findings: list[str] = []
    found: dict[str, str] = {}
    fits = isinstance(source, dict) and all(
        isinstance(words, list) and all(isinstance(word, str) for word in words) for words in source.values()
    )
    if not fits:
        message = f'{file}: synonyms: write one line a skill, like billing = ["invoicing", "Abrechnung"].'
        raise SettingsError(message)
    skills = {skill_name(skill) for skill in source}
    for skill, words in source.items():
        for word in (skill_name(word) for word in words):
            other = found.get(word, skill_name(skill))
            if word in skills or other != skill_name(skill):
                findings.append(f"{file}: synonyms.{skill}: {word!r} is {other!r} already; a word means one skill.")
            found[word] = skill_name(skill)
    if findings:
        raise SettingsError("\n".join(findings))
    return found


class _Sheet(Generic[RowT]):
    """The tables of one name in a file, with where each stands, and what is wrong with them."""

    def __init__(self, file: Path, name: str, row_type: type[RowT]) -> None:
        self._file = file
        self._findings: list[str] = []
        self.rows: list[RowT] = []
        self._places: list[str] = []
        source, tables = _tables(file, name)
        places = [n for n, line in enumerate(source.splitlines(), 1) if line.split("#")[0].strip() == f"[[{name}]]"]
        for number, table in enumerate(tables):
            place = f"line {places[number]}" if len(places) == len(tables) else f"{name} {number + 1}"
            label = table.get("id", table.get("name", ""))
            where = f"{place} ({label})" if isinstance(label, str) and label else place
            try:
                row = msgspec.convert(table, row_type)
            except msgspec.ValidationError as error:
                self.say(f"{where}: {_plainly(str(error), row_type)}")
            else:
                self.rows.append(row)
                self._places.append(where)

    def check(self, findings: Callable[[RowT], Iterator[str]]) -> None:
        for row, where in zip(self.rows, self._places, strict=True):
            for finding in findings(row):
                self.say(f"{where}: {finding}")

    def unique(self, what: str, values: Callable[[RowT], Sequence[str]]) -> None:
        first: dict[str, str] = {}
        for row, where in zip(self.rows, self._places, strict=True):
            for value in values(row):
                if value in first:
                    self.say(f"{where}: {what} {value!r} is also that of {first[value]}; each may be given once.")
                first.setdefault(value, where)

    def say(self, finding: str) -> None:
        self._findings.append(f"{self._file}: {finding}")

    def finish(self) -> None:
        if self._findings:
            raise SettingsError("\n".join(self._findings))


def _parsed(file: Path) -> tuple[str, dict[str, Any]]:
    try:
        source = file.read_text(encoding="utf-8")
        return source, tomllib.loads(source)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        message = f"{file} cannot be read: {error}"
        raise SettingsError(message) from error


def _tables(file: Path, name: str) -> tuple[str, list[dict[str, Any]]]:
    source, told = _parsed(file)
    if name == "people":
        told.pop("synonyms", None)
    tables = told.pop(name, [])
    if told or not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        wrong = f"{next(iter(told))} has no meaning here" if told else f"{name} is no list of tables"
        message = f"{file}: {wrong}; write one [[{name}]] table each."
        raise SettingsError(message)
    return source, tables


def _plainly(complaint: str, row_type: type[PersonRow | PodRow]) -> str:
    """Turn msgspec's words into what to change."""
    unknown = re.search(r"unknown field `(.*?)`(?: - at `\$\.?(.*?)`)?$", complaint)
    if unknown:
        return _unknown("a key", unknown.group(1), row_type.__struct_fields__)
    missing = re.search(r"missing required field `(.*?)`", complaint)
    if missing:
        return f"{missing.group(1)} is missing."
    match = re.fullmatch(r"(.*) - at `(key in )?\$\.?(.*)`", complaint)
    if match:
        return f"{match.group(3)}: {match.group(1)[0].lower()}{match.group(1)[1:]}."
    return complaint


def _person_findings(row: PersonRow) -> Iterator[str]:
    yield from _id_findings(row.id)
    yield from _zone_findings(row.zone)
    if not row.name.strip():
        yield "name is empty."
    yield from (f"roles: {_unknown('a role', role, tuple(ROLES))}" for role in row.roles if role not in ROLES)
    if "guest" in row.roles and len(row.roles) > 1:
        yield "roles: a guest has no other role."
    yield from (
        f"{word!r} is no language such as en or de."
        for word in (row.locale, *row.languages)
        if not _fits(_LOCALE, word)
    )
    for skill, level in row.skills.items():
        if not 1 <= level <= MAX_LEVEL:
            yield f"skills.{skill}: {level} is no level; give 1 (learning) to {MAX_LEVEL} (teaches it)."
    yield from (f"countries: {one!r} is no country such as DE." for one in row.countries if not _fits(_COUNTRY, one))
    if row.quiet and not _fits(_QUIET, row.quiet):
        yield f'quiet: {row.quiet!r} is no span of time; write it like quiet = "22:00-07:00".'
    if row.max_load < 0:
        yield "max_load: give 0 or more swarms at a time."
    if row.email and not re.fullmatch(r"[^@\s]+@[^@\s]+", row.email):
        yield f"email: {row.email!r} is no address."


def _id_findings(id_: str) -> Iterator[str]:
    if not _fits(_ID, id_):
        yield f"id: {id_!r} must be lower-case letters, digits, dots, dashes; at most 64."


def _zone_findings(zone: str) -> Iterator[str]:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        yield f"zone: {zone!r} is no IANA time zone such as Europe/Berlin."


def _unknown(what: str, given: str, known: Sequence[str]) -> str:
    like = process.extractOne(given, known, score_cutoff=60)
    return f"{given!r} is not {what}" + (
        f"; {like[0]!r} is." if like else f"; known are: {', '.join(known) or 'none'}."
    )


def _fits(pattern: re.Pattern[str], text: str) -> bool:
    return pattern.fullmatch(text) is not None


def _identities(row: PersonRow) -> tuple[Identity, ...]:
    accounts = {
        network: Account(id=given) if isinstance(given, str) else given for network, given in row.identities.items()
    }
    return tuple(Identity(network=network, id=one.id, tenant=one.tenant) for network, one in accounts.items())


def _member(row: PersonRow) -> Member:
    quiet_from, _dash, quiet_to = row.quiet.partition("-")
    return Member(
        person=Person(
            id=row.id,
            name=row.name.strip(),
            roles=frozenset(row.roles),
            locale=row.locale,
            zone=row.zone,
            identities=_identities(row),
        ),
        profile=Profile(
            skills={skill_name(skill): level for skill, level in row.skills.items()},
            interests=tuple(skill_name(skill) for skill in row.interests),
            countries=row.countries,
            department=row.department,
            pods=row.pods,
            languages=row.languages or (row.locale.split("-")[0].split("_")[0],),
            quiet_from=quiet_from or None,
            quiet_to=quiet_to or None,
            max_load=row.max_load,
            handle=row.handle,
            email=row.email or None,
        ),
    )
