"""The names Teams gives to reactions, as emoji.

The six first ones have plain names. All others begin with their code points in hexadecimal, one behind the other, as in
`1f440_eyes` and `1f9d1200d1f4bb_technologist-tone3`; a few have a name of Skype's (`launch`). Sources: Microsoft Learn,
"Teams reactions reference"; teams.py `api/models/message/message_reaction_type.py`. Graph tells the character itself.
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
    "praying": "🙏",
}

_POINT = "1f[0-9a-f]{3}|e00[0-9a-f]{2}|[0-9a-f]{4}"
_POINTS = re.compile(rf"((?:(?:{_POINT})-?){{1,10}})_[\w-]*", re.ASCII)
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
    numbers = [int(point, 16) for point in re.findall(_POINT, points)]
    text = "".join(map(chr, numbers))
    # What joins and varies emoji is not printable by itself.
    return text if all(char.isprintable() or char in "\u200d\ufe0f" for char in text) else None
