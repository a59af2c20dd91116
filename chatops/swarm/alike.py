"""What two texts have in common, in words that people can be shown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chatops.core.lexer import fold_bare

SHORTEST = 3
MOST_SHOWN = 3
"""Words shown of one thing."""
MOST_ASKED = 4
"""Words a foreign system is asked about, the longest first: they tell most."""

_WORD = re.compile(r"[^\W_]+")

_ENGLISH = """
the and for not with that this are was has have had from but can cannot does did you your our they them what when who why
how its into out over than then there here been after again all any some more very just get got will would
"""
_GERMAN = """
der die das und ist nicht mit ein eine einen dem den des auf aus bei von wie wer wir ihr sie sich auch noch aber oder wenn
dann wird werden hat haben kann nach beim zum zur
"""
_DUTCH = "het een van niet met dat dit zijn heeft hebben voor naar maar ook nog als dan wordt worden kan bij uit over"
EVERYDAY = frozenset(f"{_ENGLISH} {_GERMAN} {_DUTCH}".split())
"""Words that say nothing of what something is about, in all our languages."""


def telling(text: str) -> tuple[str, ...]:
    """Return the words of a text that say what it is about, folded, each once, in their order."""
    words = (fold_bare(word) for word in _WORD.findall(text[:20_000]))
    return tuple(dict.fromkeys(word for word in words if len(word) >= SHORTEST and word not in EVERYDAY))


def common(wanted: Sequence[str], text: str) -> tuple[str, ...]:
    """Return which of the words `wanted` a text has, in the order of `wanted`."""
    there = set(telling(text))
    return tuple(word for word in wanted if word in there)


def longest(words: Sequence[str]) -> tuple[str, ...]:
    """Return the few words that tell most."""
    return tuple(sorted(words, key=lambda word: -len(word))[:MOST_ASKED])
