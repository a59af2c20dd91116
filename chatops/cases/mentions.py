"""What in a message may name a case."""

from __future__ import annotations

import re
from collections.abc import Sequence

LOOKED_AT = 10
"""Names and addresses in one message that are looked at."""

_ADDRESS = re.compile(r"https?://[^\s<>\"']+")
_QUOTED = re.compile(r"^[ \t]*>.*$", re.MULTILINE)


def mentioned(text: str, systems: Sequence[str]) -> tuple[str, ...]:
    """Return what in a text may name a case, each once, in order: `demo:1001`, and addresses. Quoted lines name nothing."""
    text = _QUOTED.sub("", text)
    names = "|".join(re.escape(name) for name in systems)
    found = [(match.start(), match[0].rstrip(".,;:!?)]}")) for match in _ADDRESS.finditer(text)]
    spans = [match.span() for match in _ADDRESS.finditer(text)]
    if names:
        pattern = re.compile(rf"(?<![\w:/.-])(?:{names}):#?[A-Za-z0-9][A-Za-z0-9-]{{0,39}}", re.IGNORECASE)
        found += [
            (match.start(), match[0])
            for match in pattern.finditer(text)
            if not any(begin <= match.start() < end for begin, end in spans)
        ]
    return tuple(dict.fromkeys(words for _at, words in sorted(found)))[:LOOKED_AT]
