"""Who is spoken to: pure functions from what a person typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from chatops.core.message import Person

PREFIX = "!"
"""What pages show before a command in a room."""

_TO_SERVER = re.compile(r"\s*(?:!|@(?:bot|chatops)\b[:,]?)\s*", re.IGNORECASE)
_MENTION = re.compile(r"(?<![\w@])@([\w][\w.-]*)")
_MOST_MENTIONS = 20


def addressed(text: str, *, direct: bool) -> tuple[bool, str]:
    """Return whether `text` speaks to the server, and the text without the prefix.

    A room needs `!` or `@bot` in front; a direct chat with the server needs nothing.
    """
    prefix = _TO_SERVER.match(text)
    if prefix is not None and text[prefix.end() :].strip():
        return True, text[prefix.end() :]
    return direct, text


def mentioned(text: str, named: Callable[[str], Sequence[Person]]) -> tuple[Person, ...]:
    """Return the people `text` means with an `@`. A name that means several people, or nobody, mentions nobody."""
    found: dict[str, Person] = {}
    for match in list(_MENTION.finditer(text))[:_MOST_MENTIONS]:
        meant = named(match.group(1).rstrip(".-"))
        if len(meant) == 1:
            found.setdefault(meant[0].id, meant[0])
    return tuple(found.values())
