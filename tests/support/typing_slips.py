"""Slips of the finger: a word with one letter too many, too few, another, or two the wrong way round."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from string import ascii_lowercase

ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_KEYS = {key: (row, column + row * 0.4) for row, keys in enumerate(ROWS) for column, key in enumerate(keys)}


def beside(key: str) -> list[str]:
    """Return the keys around a key; none for letters that have no place on every keyboard."""
    if key not in _KEYS:
        return []
    row, column = _KEYS[key]
    return [other for other, (r, c) in _KEYS.items() if other != key and abs(r - row) <= 1 and abs(c - column) < 1.5]


def slipped(word: str, random: Random) -> Iterator[str]:
    """Yield every omission, doubling, neighbouring key and swap, and at every place a random letter put in or instead."""
    for at, letter in enumerate(word):
        head, tail = word[:at], word[at + 1 :]
        yield head + tail
        yield head + letter + letter + tail
        yield head + random.choice(ascii_lowercase) + letter + tail
        yield from (head + key + tail for key in beside(letter))
        yield head + random.choice(ascii_lowercase) + tail
        if tail:
            yield head + tail[0] + letter + tail[1:]
    yield word + random.choice(ascii_lowercase)


def slipped_wordings(wording: str, random: Random) -> Iterator[str]:
    """Yield a wording of several words with one slip in one of them."""
    words = wording.split()
    for at, word in enumerate(words):
        for slip in slipped(word, random):
            if slip and slip != word:
                yield " ".join([*words[:at], slip, *words[at + 1 :]])
