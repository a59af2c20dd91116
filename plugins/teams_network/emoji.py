"""The names Teams gives to reactions, as emoji.

The six first ones have plain names. All others begin with their code points in hexadecimal, as in `1f440_eyes` and
`1f44b_wavinghand-tone3`, or have a name of Skype's (`launch`). Sources: teams.py
`api/models/message/message_reaction_type.py`; Microsoft Graph, "chatMessageReaction", where it may be the character itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

LONGEST = 100
"""Characters of a reaction."""

_NAMED: Mapping[str, str] = {
    "like": "👍",
    "heart": "❤️",
    "laugh": "😆",
    "surprised": "😮",
    "sad": "🙁",
    "angry": "😠",
    "launch": "🚀",
    "yes": "👍",
    "no": "👎",
    "praying": "🙏",
    "fire": "🔥",
    "clap": "👏",
}

_POINTS = re.compile(r"([0-9a-f]{2,6}(?:-[0-9a-f]{2,6}){0,7})_[\w-]*", re.ASCII)
_TONE = re.compile(r"-tone[1-5]$")


def emoji_of(name: str) -> str | None:
    """Return the emoji of a reaction; the name itself where we do not know it; None for what cannot be one."""
    told = name.strip()[:LONGEST]
    if not told or not told.isprintable():
        return None
    known = _NAMED.get(_TONE.sub("", told.lower()))
    if known is not None:
        return known
    points = _POINTS.fullmatch(told.lower())
    return _characters(points[1]) or told if points else told


def _characters(points: str) -> str | None:
    numbers = [int(point, 16) for point in points.split("-")]
    if any(number > 0x10FFFF or 0xD800 <= number <= 0xDFFF or number < 0x20 for number in numbers):  # noqa: PLR2004
        return None
    text = "".join(map(chr, numbers))
    return text if text.isprintable() or "\u200d" in text or "\ufe0f" in text else None
