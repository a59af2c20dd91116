"""Texts with gaps: what a gap may hold, and what is put into it. Pure.

`Dear {customer}, your refund comes on {until}.` A gap named in a template’s `fields` is of that type; `customer`, `case`,
`subject` and `agent` are filled from the case when there is one; all others are text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal

import babel
from babel.dates import format_date

from chatops.core.frozen import Frozen
from chatops.core.text import Code, _, listed, said
from chatops.errors import BadArgument

Kind = Literal["text", "number", "date", "url"]

OWN = ("customer", "case", "subject", "agent")
"""Filled from the case, unless they are given."""

GAP = re.compile(r"\{([a-z][a-z0-9_]{0,31})\}")
_NUMBER = re.compile(r"[+-]?\d{1,15}([.,]\d{1,6})?")
_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")


class Template(Frozen, frozen=True, kw_only=True):
    """A text to begin with."""

    name: str
    title: str = ""
    """What it is for, in the house’s own words."""
    reply: bool = False
    """Whether it may go to customers."""
    tags: tuple[str, ...] = ()
    """Words of a case’s tags or subject for which it is suggested."""
    fields: Mapping[str, Kind] = {}
    text: Mapping[str, str]
    """By language; `en` is used where there is none."""


def gaps(text: str) -> tuple[str, ...]:
    """Return the names of the gaps, each once, in order."""
    return tuple(dict.fromkeys(GAP.findall(text)))


def wording(template: Template, locale: str) -> str:
    """Return the text in a language, else in English, else in any."""
    language = locale.partition("-")[0].partition("_")[0]
    return template.text.get(language) or template.text.get("en") or next(iter(template.text.values()), "")


def filled(template: Template, locale: str, *, own: Mapping[str, str], given: Mapping[str, str], again: str) -> str:
    """Return the text without gaps. Raise BadArgument naming what is missing, unknown or of the wrong kind.

    What is put in is never read for gaps again. `again`: the command to be completed in hints.
    """
    text = wording(template, locale)
    names = gaps(text)
    known = {*names, *template.fields}
    for name in given:
        if name not in known:
            raise BadArgument(
                _("{template} has no gap {name}.", template=said(template.name), name=Code(code=name)),
                hint=_("It has: {names}.", names=listed(*(Code(code=one) for one in names))) if names else None,
            )
    values = {**own, **{name: value for name, value in given.items() if value.strip()}}
    missing = [name for name in names if not values.get(name, "").strip()]
    if missing:
        raise BadArgument(
            _("Something is missing: {names}.", names=listed(*(Code(code=f"{name}=…") for name in missing))),
            commands=(" ".join([again, *(f"{name}={sample(template.fields.get(name, 'text'))}" for name in missing)]),),
        )
    for name in names:
        kind = template.fields.get(name, "text")
        if not is_a(kind, values[name]):
            raise BadArgument(
                _(
                    "{name} must be a {kind}, not {value}.",
                    name=Code(code=name),
                    kind=_KINDS[kind],
                    value=said(values[name]),
                ),
                commands=(f"{again} {name}={sample(kind)}",),
            )
    shown = {name: _shown(template.fields.get(name, "text"), values[name], locale) for name in names}
    return GAP.sub(lambda match: shown[match[1]], text)


def is_a(kind: Kind, value: str) -> bool:
    """Whether a value is of a kind."""
    match kind:
        case "number":
            return _NUMBER.fullmatch(value.strip()) is not None
        case "date":
            return _is_date(value.strip())
        case "url":
            return re.fullmatch(r"https?://[^\s/]+\S*", value.strip()) is not None
        case "text":
            return True


def sample(kind: Kind) -> str:
    """Return a value of a kind."""
    return {"text": '"…"', "number": "3", "date": "2026-12-24", "url": "https://example.com/"}[kind]


def suggested(templates: Sequence[Template], *, tags: Sequence[str], subject: str, limit: int = 3) -> list[Template]:
    """Return replies whose words a case has, those with the most first."""
    words = {word.casefold() for word in (*tags, *re.findall(r"\w+", subject))}
    scored = [
        (sum(tag.casefold() in words for tag in one.tags), -place, one)
        for place, one in enumerate(templates)
        if one.reply
    ]
    return [one for score, _place, one in sorted(scored, key=lambda item: item[:2], reverse=True) if score][:limit]


def _shown(kind: Kind, value: str, locale: str) -> str:
    """Return a value as it reads in a letter: days in words, in its language."""
    if kind != "date":
        return value
    try:
        language = babel.Locale.parse(locale, sep="-" if "-" in locale else "_")
    except (babel.UnknownLocaleError, ValueError):
        language = babel.Locale.parse("en")
    # British order: the day first, as in all our English.
    pattern = "d MMMM yyyy" if language.language == "en" else "long"
    return format_date(_day(value.strip()), pattern, locale=language)


def _is_date(value: str) -> bool:
    try:
        _day(value)
    except ValueError:
        return False
    return True


def _day(value: str) -> date:
    local = _DAY.fullmatch(value)
    if local is not None:
        return date(int(local[3]), int(local[2]), int(local[1]))
    return date.fromisoformat(value)


_KINDS = {"text": _("text"), "number": _("number"), "date": _("date"), "url": _("web address")}
