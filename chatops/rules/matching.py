"""Patterns that people write: words with `*` and `?`. Never regular expressions: the time it takes is bounded."""

from __future__ import annotations

import re
from collections.abc import Sequence

MOST_TEXT = 20_000
"""Letters of a case's text that are looked at."""

_WORDS = re.compile(r"\w+")
_PATTERN_WORDS = re.compile(r"[\w*?]+")


def fits(pattern: str, text: str) -> bool:
    """Whether `text` as a whole is what `pattern` says, without regard to case. At most len(pattern) × len(text) steps."""
    return _glob(pattern.strip().casefold(), text.strip().casefold())


def fits_any(patterns: Sequence[str], texts: Sequence[str]) -> bool:
    """Whether any of `texts` fits any of `patterns`."""
    return any(fits(pattern, text) for pattern in patterns for text in texts)


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text, as phrases are looked for in them."""
    return tuple(_WORDS.findall(text[:MOST_TEXT].casefold()))


def phrase(pattern: str) -> tuple[str, ...]:
    """Return the words of a pattern; none when it has no letter."""
    return tuple(_PATTERN_WORDS.findall(pattern.casefold()))


def contains(text: Sequence[str], pattern: Sequence[str]) -> bool:
    """Whether the words of `pattern` stand in `text` one after the other."""
    return bool(pattern) and any(
        all(_glob(one, text[start + n]) for n, one in enumerate(pattern))
        for start in range(len(text) - len(pattern) + 1)
    )


def _glob(pattern: str, text: str) -> bool:
    """Compare with one step back to the latest star: a star before it never has to give anything more."""
    at, star, mark, place = 0, -1, 0, 0
    while place < len(text):
        if at < len(pattern) and pattern[at] == "*":
            star, mark, at = at, place, at + 1
        elif at < len(pattern) and pattern[at] in ("?", text[place]):
            at, place = at + 1, place + 1
        elif star >= 0:
            mark += 1
            at, place = star + 1, mark
        else:
            return False
    return all(char == "*" for char in pattern[at:])
