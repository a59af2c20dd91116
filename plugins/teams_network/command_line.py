"""A command as a line of text, put together from what somebody filled in: no text can become anything but text in it.

Whatever was filled in stands between quotes that do not occur in it; `chatops.core.lexer` tells how they are read.
"""

from __future__ import annotations

import re

_QUOTES = (('"', '"', '"“”'), ("„", "“", '“”"„'), ("«", "»", "»"))
"""Opening, closing, and all that would close."""

_ANY = re.compile('["„“”«»]')

_ID_ALONE = re.compile(r"[\W_]*[^\W\d_]{0,12}[\W_]*\d+[\W_]*")
"""What alone could be taken for the number of the thing a command is about."""

_LONGEST_ID = 60
"""Characters of such a thing."""


def quoted(text: str) -> str:
    """Return text as one argument. With every kind of quote in it, all become `'`."""
    for opening, closing, closers in _QUOTES:
        if not set(closers) & set(text):
            return f"{opening}{text}{closing}"
    return '"' + _ANY.sub("'", text) + '"'


def free_text(text: str) -> str:
    """Return text as the free text at the end of a command, even where it looks like something else."""
    if len(text) <= _LONGEST_ID and _ID_ALONE.fullmatch(text):
        text = f"‹{text}›"
    return quoted(text)


def option(key: str, text: str) -> str:
    """Return an option."""
    return f"{key}={quoted(text)}"
