"""What people say for a point in time, in English, German and Dutch: understood in full, or refused with examples.

* A clock alone (`14:00`, `2pm`, `um 14 Uhr 30`) means its next occurrence; `halb drei`, said of a dial with twelve hours,
  whichever of 02:30 and 14:30 comes first. `at 9` is asked about in English, and so is every clock on twelve hours when a
  day is named with it.
* `next friday` is refused while it could be this week's or next week's; `coming` and `next week` decide.
* A date without its year means the next such date. Only `today`, `yesterday` and dates with a year can lie in the past.
* A day without a clock is refused, except for the end of something: that is over when the day is. A time that the clocks
  skip, and one that they show twice are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

from chatops.core.lexer import fold
from chatops.core.params import Until, When
from chatops.core.phrases.dutch import DUTCH
from chatops.core.phrases.english import ENGLISH
from chatops.core.phrases.german import GERMAN
from chatops.core.phrases.grammar import parse
from chatops.core.phrases.instants import YEARS, end_of_day, when
from chatops.core.phrases.said import NotUnderstoodError
from chatops.core.text import Code, _, listed, said
from chatops.errors import BadArgument

MAX_LENGTH = 80
"""Characters of the longest phrase that is read."""

EXAMPLES = {
    "en": ("14:00", "tomorrow 9am", "in 20 minutes"),
    "de": ("14:00", "morgen um 9", "in 20 Minuten"),
    "nl": ("14:00", "morgen om 9", "over 20 minuten"),
}

_LANGUAGES = (ENGLISH, GERMAN, DUTCH)
_ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ t][0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:z|[+-][0-9]{2}:[0-9]{2})", re.IGNORECASE
)


def read_when(text: str, *, now: datetime, zone: str, locale: str) -> When:
    """Read a time said in `zone` (IANA) at `now` (aware). All languages are tried, the speaker's first.

    Raise BadArgument for whatever is not fully understood; its `commands` are phrases that would be.
    """
    return _read(text, when, now=now, zone=zone, locale=locale)


def read_until(text: str, *, now: datetime, zone: str, locale: str) -> Until:
    """Read the end of something: as `read_when`, but a day alone means the midnight with which it ends in `zone`."""
    found = _read(text, end_of_day, now=now, zone=zone, locale=locale)
    return Until(at=found.at, zone=found.zone)


def _read(text: str, meaning: Callable[..., When], *, now: datetime, zone: str, locale: str) -> When:
    typed = " ".join(text.split())
    own = locale.replace("_", "-").split("-")[0].lower()
    examples = EXAMPLES.get(own, EXAMPLES["en"])
    if len(typed) <= MAX_LENGTH:
        if _ISO.fullmatch(typed) and (instant := _iso(typed)) is not None:
            return When(at=instant, zone="UTC" if typed[-1] in "zZ" else zone)
        words = fold(typed).replace("’", "'").rstrip(" ,;!?")
        for language in sorted(_LANGUAGES, key=lambda language: language.code != own):
            try:
                phrase = parse(words, language)
            except NotUnderstoodError:
                continue
            return meaning(phrase, typed, now=now, zone=zone)
    raise BadArgument(
        _(
            "{typed} is not a time I understand. Try {examples}.",
            typed=said(typed[:MAX_LENGTH]),
            examples=listed(*(Code(code=example) for example in examples)),
        ),
        commands=examples,
    )


def _iso(typed: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(typed.upper())
    except ValueError:
        return None
    return found.astimezone(UTC) if found.year in YEARS else None
