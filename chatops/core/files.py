"""What strangers call their files, made safe to show, to store and to hand on."""

from __future__ import annotations

import re
import unicodedata

LONGEST_NAME = 120
"""Characters of a file's name."""

LONGEST_ENDING = 16
"""Characters of what is kept of a long name behind its last dot."""

OCTETS = "application/octet-stream"
"""The media type of what nobody has said anything about."""

NAMELESS = "file"

_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,62}/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}")
_FORBIDDEN = re.compile(r'[<>:"|?*\ufffd]')
_SPACE = re.compile(r"\s+")
_MEASURED = 4096
"""Characters of a name that are looked at."""


def file_name(told: str) -> str:
    """Return a name without paths, control characters and what no file system takes; never empty, never long."""
    last = re.split(r"[/\\]", told[-_MEASURED:])[-1]
    # Invisible ones as well (category C): they turn `exe.txt` round, or hide what stands at the end.
    seen = "".join(
        " " if one.isspace() else one for one in last if one.isspace() or unicodedata.category(one)[0] != "C"
    )
    name = _SPACE.sub(" ", _FORBIDDEN.sub("_", seen)).strip(" .")
    if len(name) <= LONGEST_NAME:
        return name or NAMELESS
    head, dot, ending = name.rpartition(".")
    if not dot or len(ending) > LONGEST_ENDING:
        return name[:LONGEST_NAME].rstrip(" .")
    return f"{head[: LONGEST_NAME - len(ending) - 1].rstrip(' .')}.{ending}"


def media_type(told: str) -> str:
    """Return `image/png` for `Image/PNG; charset=x`, and `OCTETS` for what is no media type."""
    bare = told.partition(";")[0].strip().lower()
    return bare if _MEDIA_TYPE.fullmatch(bare) else OCTETS
