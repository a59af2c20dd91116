"""The words of a language, each with the part it plays in the grammar, and the tokens a phrase becomes.

=================== ============================================= ===========================================
part                example                                       number, name
=================== ============================================= ===========================================
AT ON IN            `at 14:00`, `on monday`, `in 2 hours`
OVER                Dutch `over`, both `in` and `past`
DAY                 `tomorrow`                                    days from today
DAYPART             `tonight`                                     days from today, part of the day
PART                `in the evening`                              name of the part
WEEKDAY MONTH       `monday`, `december`                          0 is Monday; 1 is January
NEXT COMING THIS    `next monday`
NEXTWEEK            `next week`
AMPM                `pm`                                          name
UHR                 `Uhr`, `uur`, `o'clock`
REL                 `half past`, `halb`, `kwart voor`             minutes added to the hour that follows
PAST                `past`, `vor`                                 +1 or -1
NOON MIDNIGHT       `noon`; `midnight`, which is said of no day
INT FRACTION        `twelve`, `anderthalb`                        the number
UNIT                `minutes`                                     seconds
PLUSHALF            `and a half`
HALFHOUR            `half an hour`, `Viertelstunde`               minutes
AND FROMNOW NOW     `and`, `from now`, `now`
ZONETIME            `time`, behind a place
=================== ============================================= ===========================================
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lark import Token

from chatops.core.frozen import Frozen
from chatops.core.lexer import fold
from chatops.core.phrases.said import NotUnderstoodError
from chatops.core.phrases.zones import zones

MAX_WORDS = 5
"""Words of the longest entry."""


class Entry(Frozen, frozen=True, kw_only=True):
    """The part a word plays, and what it is worth there."""

    part: str
    number: float = 0
    name: str = ""


class Language(Frozen, frozen=True, kw_only=True):
    """A language's vocabulary, folded: lower case, umlauts written out."""

    code: str
    words: Mapping[str, Entry]
    skipped: frozenset[str] = frozenset()
    """Words that may stand anywhere and mean nothing."""
    compounds: Mapping[str, str] = {}
    """Words of two parts, as two words: `montagabend`."""
    dial: bool = False
    """True where a bare hour from 1 to 12 could be before or after noon."""


def same(part: str, *words: str, number: float = 0, name: str = "") -> dict[str, Entry]:
    """Return entries for words that mean the same."""
    return {fold(word): Entry(part=part, number=number, name=name) for word in words}


def joined(days: str, **parts: str) -> dict[str, str]:
    """Return the compounds of days with parts of them, each with the words it is made of."""
    return {fold(day + part): fold(f"{day} {word}") for day in days.split() for part, word in parts.items()}


def counted(part: str, *groups: str, first: int = 0) -> dict[str, Entry]:
    """Return entries for words with consecutive numbers; each group holds one number's synonyms."""
    return {fold(word): Entry(part=part, number=n) for n, group in enumerate(groups, first) for word in group.split()}


_HOURS = "hours?|hrs?|h|stunden?|std|uur|uren"

_NUMBERS = (
    ("FRACTION", re.compile(rf"[0-9]{{1,3}}[.,]5(?= ?(?:{_HOURS})(?![a-z]))")),
    ("DATE", re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?![0-9-])")),
    ("DOTDATE", re.compile(r"([0-9]{1,2})\. ?([0-9]{1,2})\.(?: ?([0-9]{4})(?![0-9:]))?(?![0-9])")),
    ("TIME", re.compile(r"([0-9]{1,2}):([0-9]{2})(?![0-9:])")),
    ("DOTTIME", re.compile(r"([0-9]{1,2})\.([0-9]{2})(?![0-9.])")),
    ("COMPACT", re.compile(r"(?:[0-9]{1,4}(?:min|h|m|d|w))+(?![0-9a-z])")),
    ("YEAR", re.compile(r"([0-9]{4})(?![0-9])")),
    ("INT", re.compile(r"([0-9]{1,3})(?:\.(?![0-9])|(?:st|nd|rd|th|e)(?![a-z]))?(?![0-9])")),
)
_WORD = re.compile(r"[a-z'][a-z0-9'/_.-]*")


def scan(text: str, language: Language) -> list[Token]:
    """Return the tokens of a folded phrase, dates put together as `year-month-day` with what was not said left empty.

    Raise NotUnderstoodError for a word that is in no list.
    """
    text = " ".join(language.compounds.get(word, word) for word in text.split(" "))
    position = 0
    found: list[Token] = []
    while position < len(text):
        if text[position] in " ,":
            position += 1
            continue
        match = None
        for part, pattern in _NUMBERS:
            if match := pattern.match(text, position):
                found.append(_number(part, match))
                position = match.end()
                break
        if match is None:
            token, position = _word(text, position, language)
            found += [] if token is None else [token]
    return list(_dates(found, language))


def _number(part: str, match: re.Match[str]) -> Token:
    if part == "DATE":
        return Token("DATE", match.group())
    if part == "DOTDATE":
        return Token("DATE", f"{match[3] or ''}-{match[2]}-{match[1]}")
    return Token(part, match[1] if part == "INT" else match.group())


def _word(text: str, start: int, language: Language) -> tuple[Token | None, int]:
    """Return the longest entry that begins here, and where it ends."""
    ends: list[int] = []
    position = start
    while len(ends) < MAX_WORDS and (match := _WORD.match(text, position)):
        ends.append(match.end())
        position = match.end() + 1
        if text[match.end() : position] != " ":
            break
    for end in reversed(ends):
        for phrase in (text[start:end], text[start:end].rstrip(".")):
            if phrase in language.words:
                return Token(language.words[phrase].part, phrase), end
            if phrase in zones():
                return Token("ZONE", phrase), end
    if ends and text[start : ends[0]] in language.skipped:
        return None, ends[0]
    raise NotUnderstoodError(text)


def _dates(found: list[Token], language: Language) -> Iterator[Token]:
    position = 0
    while position < len(found):
        types = [token.type for token in found[position : position + 3]]
        if types[:2] in (["INT", "MONTH"], ["MONTH", "INT"]):
            day, month = sorted(found[position : position + 2], key=lambda token: token.type)
            year = found[position + 2] if types[2:] == ["YEAR"] else ""
            number = language.words[day].number if day in language.words else int(day)
            yield Token("DATE", f"{year}-{language.words[month].number:.0f}-{number:.0f}")
            position += 3 if year else 2
        else:
            yield found[position]
            position += 1
