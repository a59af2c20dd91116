"""Where text may be cut: never inside what people see as one character, and between words where there are any."""

from __future__ import annotations

import itertools
import unicodedata

CUT = " …"

_JOINER = "\u200d"
_FLAGS = ("\U0001f1e6", "\U0001f1ff")
_TONES = ("\U0001f3fb", "\U0001f3ff")
_BACK = 64
"""How far back a space is looked for, and the longest character worth keeping whole."""


def halves(text: str, at: int) -> tuple[str, str]:
    """Return the first `at` letters of a text, or a few less, and the rest. Neither is empty unless the text is.

    Both together are the text: the space they part at stays with the first.
    """
    at = max(1, at)
    if at >= len(text):
        return text, ""
    space = next((n for n in range(at, max(at - _BACK, at // 2, 0), -1) if text[n - 1].isspace()), None)
    cut = next((n for n in range(space or at, max(at - _BACK, 0), -1) if _may_part(text, n)), None)
    # The first character is a long one: it is kept whole as well.
    cut = cut or next((n for n in range(at, min(at + _BACK, len(text))) if _may_part(text, n)), at)
    return text[:cut], text[cut:]


def shortened(text: str, most: int) -> str:
    """Return a text of at most `most` letters, marked when it was cut."""
    text = text.strip()
    return text if len(text) <= most else halves(text, most - len(CUT))[0].rstrip() + CUT


def _may_part(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    if _JOINER in {before, after} or unicodedata.category(after)[0] == "M" or _TONES[0] <= after <= _TONES[1]:
        return False
    if "\U000e0020" <= after <= "\U000e007f" or (before, after) == ("\r", "\n"):
        return False
    if _is_flag(before) and _is_flag(after):
        run = len(list(itertools.takewhile(_is_flag, reversed(text[max(0, at - _BACK) : at]))))
        return run % 2 == 0
    return True


def _is_flag(char: str) -> bool:
    return _FLAGS[0] <= char <= _FLAGS[1]
