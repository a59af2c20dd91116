"""`{alert.labels.name} is {status}`: values of a message put into fixed words. A value never becomes a pattern again."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

MOST_VALUE = 2_000
"""Characters of one value that are kept."""

_PLACE = re.compile(r"\{\{|\}\}|\{([A-Za-z0-9_.-]{1,200})\}")
_BRACE = re.compile(r"[{}]")


def check(template: str) -> None:
    """Raise ValueError when `template` has a brace that is no part of a place or doubled."""
    rest = _PLACE.sub("", template)
    if (found := _BRACE.search(rest)) is not None:
        message = f"has a {found.group()} too many: places are written {{name}} or {{a.b}}, a brace itself is doubled"
        raise ValueError(message)


def filled(template: str, message: object) -> str:
    """Return `template` with what stands at its places in `message`; nothing for what is not there."""
    return _PLACE.sub(lambda place: _written(place, message), template)


def _written(place: re.Match[str], message: object) -> str:
    if place.group(1) is None:
        return place.group()[0]
    value = _at(place.group(1), message)
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MOST_VALUE else text[: MOST_VALUE - 1] + "…"


def _at(path: str, value: object) -> object:
    for name in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(name)
        elif isinstance(value, list) and name.isdecimal() and name.isascii() and int(name[:6]) < len(value):
            value = value[int(name[:6])]
        else:
            return None
    return value
