"""Names as people type them: without regard to case, accents or a leading `@`."""

from __future__ import annotations

import unicodedata

MAX_NAME = 200
"""Characters looked at; nobody's name is longer."""

_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})
_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})


def plain(text: str) -> str:
    """Return `text` folded for comparing: `  @Jörg  MÜLLER ` becomes `jorg muller`. Folding again changes nothing."""
    return _bare(_addressee(text).translate(_PLAIN))


def spellings(text: str) -> frozenset[str]:
    """Return every folded way `text` may be typed: `Jörg` as `jorg` and as `joerg`."""
    return frozenset({plain(text), _bare(_addressee(text).translate(_SPELLED).translate(_PLAIN))})


def _addressee(text: str) -> str:
    return unicodedata.normalize("NFC", text[:MAX_NAME].strip().lstrip("@")).casefold()


def _bare(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    letters = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    # Decomposing may bring up capitals, spaces and @ of its own.
    return " ".join(letters.casefold().translate(_PLAIN).lstrip("@ ").split())
