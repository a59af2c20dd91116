"""One word, or what stood between quotes, becomes one value. What is not fully understood is refused, with what would do.

Every reader here raises only `BadArgument` or `Ambiguous`; their `commands` are words to put in place of what was typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, Literal

from chatops.core.command import Parameter, ReadContext
from chatops.core.lexer import fold
from chatops.core.message import Person
from chatops.core.params import Duration, IdOf, Selector, TicketName, Until, When
from chatops.core.phrases import read_until, read_when
from chatops.core.text import Code, Text, _, listed, said
from chatops.errors import Ambiguous, BadArgument

MAX_SECONDS = 3660 * 86400
"""The longest duration that can be asked for: about ten years."""

YES = ("yes", "y", "true", "on", "1", "ja", "j", "wahr", "an", "waar", "aan")
NO = ("no", "n", "false", "off", "0", "nein", "nee", "falsch", "aus", "onwaar", "uit")

SelectorKind = Literal["skill", "pod", "role", "dept", "oncall", "guest"]
_KINDS: dict[str, SelectorKind] = {
    "skill": "skill",
    "pod": "pod",
    "role": "role",
    "dept": "dept",
    "oncall": "oncall",
    "guest": "guest",
}

_UNITS = {
    1: ("s", "sec", "secs", "second", "seconds", "sek", "sekunde", "sekunden", "seconde", "seconden"),
    60: ("m", "min", "mins", "minute", "minutes", "minuten", "minuut"),
    3600: ("h", "hr", "hrs", "hour", "hours", "std", "stunde", "stunden", "u", "uur", "uren"),
    86400: ("d", "day", "days", "tag", "tage", "tagen", "dag", "dagen"),
    604800: ("w", "week", "weeks", "woche", "wochen", "weken"),
}
_SECONDS = {unit: seconds for seconds, units in _UNITS.items() for unit in units}
_SPAN = re.compile(r"(?:[0-9]{1,9} ?[a-z]+ ?){1,6}")
_AMOUNT = re.compile(r"([0-9]+) ?([a-z]+)")
_BUSINESS = re.compile(r"([0-9]{1,6}) ?bh")

_TICKET = re.compile(r"([^\W\d][\w.-]*):([^\s:/][^\s:]*)")
_DIGITS = re.compile(r"[0-9]{1,20}")
_NUMBER = re.compile(r"#?([0-9]{1,20})")
_URL = re.compile(r"https?://[^\s/]+\S*")
_INTEGER = re.compile(r"[+-]?[0-9]{1,15}")
_SELECTOR = re.compile(r"([^\W\d]+):(.*)", re.DOTALL)
_EMAIL = re.compile(r"[^\s@:,]+@[^\s@:,]+\.[^\s@:,]+")
_LEVEL = re.compile(r"(.+?)(?:(?:>=|≥)([0-9]{1,2})|\[(?:>=|≥)([0-9]{1,2})\])", re.DOTALL)
_TRAILING = ".,;:!?"


def value(parameter: Parameter, typed: str, context: ReadContext) -> object:
    """Return `typed` as the parameter's type wants it. For one that takes many: one of them."""
    if parameter.id_of is not None:
        return identifier(parameter.id_of, typed)
    read = _readers(context).get(parameter.type)
    return choice(parameter.type, typed) if read is None else read(typed)


def _readers(context: ReadContext) -> Mapping[Any, Callable[[str], object]]:
    return {
        str: str,
        bool: yes_or_no,
        int: integer,
        Duration: duration,
        When: lambda typed: read_when(typed, now=context.now, zone=context.zone, locale=context.locale),
        Until: lambda typed: read_until(typed, now=context.now, zone=context.zone, locale=context.locale),
        TicketName: lambda typed: ticket(typed, context.systems),
        Person: person,
        Selector: selector,
    }


def sample(parameter: Parameter, context: ReadContext) -> str:
    """Return a word that the parameter accepts, for hints."""
    if parameter.id_of is not None:
        known = context.id if context.noun == parameter.id_of.kind and context.id else "12"
        return id_text(parameter.id_of, known)
    kind = parameter.type
    if isinstance(kind, type) and issubclass(kind, Enum):
        return str(next(iter(kind)).value)
    samples = {
        bool: "yes",
        int: "3",
        Duration: "30m",
        When: "14:00",
        Until: "14:00",
        TicketName: f"{context.systems[0] if context.systems else 'demo'}:1001",
        Person: "anna",
        Selector: "skill:billing",
    }
    return samples.get(kind) or ("reason" if parameter.name == "because" else parameter.name.replace("_", " "))


def unmistakable(parameter: Parameter, typed: str) -> bool:
    """Whether `typed` can be nothing but a value of the parameter: `skill:billing`, `@anna`, an e-mail address, `SW-12`."""
    if parameter.id_of is not None:
        return prefixed(parameter.id_of, typed) is not None
    if parameter.type is Selector or parameter.type is Person:
        match = _SELECTOR.fullmatch(typed)
        kind = match is not None and fold(match[1]) in _KINDS
        return kind or (typed.startswith("@") and len(typed) > 1) or _EMAIL.fullmatch(typed) is not None
    return parameter.type is TicketName and (_URL.fullmatch(typed) or _TICKET.fullmatch(typed)) is not None


def names_ticket(typed: str, systems: tuple[str, ...]) -> bool:
    """Whether `typed` is an address, or names a ticket of a connected system: `demo:1001`."""
    match = _TICKET.fullmatch(typed.rstrip(_TRAILING))
    return _URL.fullmatch(typed) is not None or (
        match is not None and fold(match[1]) in {fold(system) for system in systems}
    )


def number(typed: str) -> str | None:
    """Return the digits of a bare number (`12`, `#12`), or None."""
    match = _NUMBER.fullmatch(typed.rstrip(_TRAILING))
    return match[1] if match else None


def prefixed(mark: IdOf, typed: str) -> str | None:
    """Return the id in `SW-12`, or None when `typed` is no such thing."""
    word, prefix = fold(typed.rstrip(_TRAILING)), fold(mark.prefix).rstrip("-")
    if not prefix or not word.startswith(prefix):
        return None
    digits = word.removeprefix(prefix).removeprefix("-")
    return digits if _DIGITS.fullmatch(digits) else None


def id_text(mark: IdOf, id_: str) -> str:
    """Return what people call the thing with this id: `SW-12`."""
    return f"{mark.prefix.removesuffix('-')}-{id_}"


def identifier(mark: IdOf, typed: str) -> str:
    """Read `SW-12`, `sw12` or a bare number as an id."""
    found = prefixed(mark, typed) or number(typed)
    if found is None:
        raise BadArgument(
            _("{typed} is not a number like {example}.", typed=said(typed), example=Code(code=id_text(mark, "12"))),
            commands=(id_text(mark, "12"),),
        )
    return found.lstrip("0") or "0"


def ticket(typed: str, systems: tuple[str, ...]) -> TicketName:
    """Read `demo:1001`, a URL, or, with one system connected, a bare number."""
    if _URL.fullmatch(typed):
        return TicketName(typed=typed)
    bare = typed.rstrip(_TRAILING)
    if match := _TICKET.fullmatch(bare):
        names = {fold(name): name for name in systems}
        system = names.get(fold(match[1]))
        if system is None and systems:
            raise BadArgument(
                _(
                    "No ticket system is called {name}. Connected: {systems}.",
                    name=said(match[1]),
                    systems=listed(*(Code(code=name) for name in systems)),
                ),
                commands=tuple(f"{name}:{match[2]}" for name in systems[:3]),
            )
        return TicketName(typed=bare, system=system or match[1], id=match[2])
    digits = number(bare)
    if digits is None:
        raise BadArgument(
            _("{typed} is not a ticket.", typed=said(typed)), commands=(f"{systems[0] if systems else 'demo'}:1001",)
        )
    if len(systems) > 1:
        raise Ambiguous(
            _("Several ticket systems are connected. Which {number} is meant?", number=digits),
            commands=tuple(f"{name}:{digits}" for name in systems),
        )
    return TicketName(typed=bare, system=systems[0] if systems else None, id=digits)


def selector(typed: str) -> Selector:
    """Read a person (`anna`, `@anna`, an e-mail address) or a selector (`skill:billing>=3`)."""
    match = None if typed.startswith("@") else _SELECTOR.fullmatch(typed)
    if match is None:
        return person(typed)
    kind = _KINDS.get(fold(match[1]))
    name, least = match[2].strip(), 0
    if kind == "skill" and (level := _LEVEL.fullmatch(name)):
        name, least = level[1].strip(), int(level[2] or level[3])
    if kind is None or not name or "[" in name or (kind == "skill" and (">" in name or "≥" in name)):
        raise BadArgument(
            _(
                "{typed} names nobody. People are chosen by name or by {kinds}.",
                typed=said(typed),
                kinds=listed(*(Code(code=f"{name}:…") for name in _KINDS)),
            ),
            commands=("skill:billing", "anna"),
        )
    return Selector(kind=kind, value=name, minimum=least)


def person(typed: str) -> Selector:
    """Read a person's name, handle or e-mail address."""
    name = typed.removeprefix("@").strip().rstrip(",;:!?")
    if not name:
        raise BadArgument(_("A name is missing."), commands=("anna",))
    return Selector(kind="person", value=name)


def duration(typed: str) -> Duration:
    """Read `20m`, `2h`, `1h30m`, `3d`, `20 minutes`, or business hours: `4bh`."""
    words = fold(typed)
    if match := _BUSINESS.fullmatch(words):
        found = Duration(seconds=int(match[1]) * 3600, business=True)
    else:
        amounts = _AMOUNT.findall(words) if _SPAN.fullmatch(words) else []
        if not amounts or any(unit not in _SECONDS for _count, unit in amounts):
            raise BadArgument(
                _(
                    "{typed} is not a length of time. Write {examples}, or {business} for business hours.",
                    typed=said(typed),
                    examples=listed(Code(code="20m"), Code(code="2h"), Code(code="3d")),
                    business=Code(code="4bh"),
                ),
                commands=("30m",),
            )
        found = Duration(seconds=sum(int(count) * _SECONDS[unit] for count, unit in amounts))
    if found.seconds > MAX_SECONDS:
        raise BadArgument(_("{typed} is too long: ten years at most.", typed=said(typed)), commands=("30m",))
    return found


def integer(typed: str) -> int:
    """Read a whole number of at most 15 digits."""
    if not _INTEGER.fullmatch(typed):
        raise BadArgument(_("{typed} is not a whole number.", typed=said(typed)), commands=("3",))
    return int(typed)


def yes_or_no(typed: str) -> bool:
    """Read yes or no in any of the languages."""
    word = fold(typed)
    if word not in YES and word not in NO:
        raise BadArgument(
            _("{typed} is neither {yes} nor {no}.", typed=said(typed), yes=Code(code="yes"), no=Code(code="no")),
            commands=("yes", "no"),
        )
    return word in YES


def choice(kind: Any, typed: str) -> Enum:
    """Read one of an Enum's values, names, or aliases (an optional classmethod `aliases() -> Mapping[str, str]`)."""
    members: list[Enum] = list(kind)
    words = {fold(name): member for member in members for name in (member.name.replace("_", "-"), member.name)}
    aliases: Mapping[str, str] = kind.aliases() if hasattr(kind, "aliases") else {}
    by_value = {fold(str(member.value)): member for member in members}
    words |= {fold(alias): by_value[fold(str(target))] for alias, target in aliases.items()}
    words |= by_value
    found = words.get(fold(typed))
    if found is None:
        raise BadArgument(
            _(
                "{typed} is not among the choices: {choices}.",
                typed=said(typed),
                choices=listed(*(Code(code=str(member.value)) for member in members)),
            ),
            commands=tuple(str(member.value) for member in members[:3]),
        )
    return found


def label(parameter: Parameter) -> Text:
    """Return what people read for the parameter: its label, or its name as a code word."""
    if parameter.label is not None:
        return parameter.label
    if parameter.id_of is not None:
        return _("a number like {example}", example=Code(code=id_text(parameter.id_of, "12")))
    return Text(msgid="{name}", args={"name": Code(code=parameter.name.replace("_", "-"))}, verbatim=True)
