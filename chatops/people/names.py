"""Names as people type them: without regard to case, accents or a leading `@`."""

from __future__ import annotations

import unicodedata

MAX_NAME = 200
"""Characters looked at; nobody's name is longer."""

_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})
_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})


def plain(text: str) -> str:
    """Return `text` folded for comparing: `  @Jörg  MÜLLER ` becomes `jorg muller`."""
    folded = _tidy(text).translate(_PLAIN)
    return "".join(letter for letter in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(letter))


def spellings(text: str) -> frozenset[str]:
    """Return every folded way `text` may be typed: `Jörg` as `jorg` and as `joerg`."""
    return frozenset({plain(text), plain(_tidy(text).translate(_SPELLED))})


def _tidy(text: str) -> str:
    words = unicodedata.normalize("NFC", text[:MAX_NAME]).casefold().split()
    return " ".join(words).removeprefix("@").strip()
