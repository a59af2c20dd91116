"""Which wording somebody meant: the one with the fewest slips of the finger."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from chatops.core.frozen import Frozen
from chatops.core.small_talk import is_small_talk

SHORTLIST = 24
"""Wordings considered for each number of words typed."""

CLOSELY = 10
"""Wordings compared slip by slip, at most."""

TOO_FAR = 0.34
"""Slips for each letter; what is further away is not what anybody meant …"""

TOO_FAR_BEHIND_THE_NOUN = 0.6
"""… unless the noun was said: then some verb of it was meant."""

FORGOTTEN = 0.3
"""How far a wording is whose noun was left out: `open` for `swarm open`."""

_EASIEST = 0.7
"""What a slip counts at least."""

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_PLACES = {
    letter: (row, column + row * 0.4) for row, letters in enumerate(_ROWS) for column, letter in enumerate(letters)
}
_SWAPPED, _NEIGHBOUR, _DOUBLED = _EASIEST, 0.8, 0.8
_MIXED = 0.25


class Wording(Frozen, frozen=True, kw_only=True):
    """One way of saying a command."""

    text: str
    """As it is written."""
    key: str
    """As it is compared."""
    language: str
    command: str
    """The command's own words."""
    mixed: bool = False
    """True for one made up of the parts of two languages: accepted, but not what anybody would be told to say."""


def closest(words: Sequence[str], wordings: Sequence[Wording], *, locale: str, limit: int) -> list[Wording]:
    """Return the wordings close to the first of `words`, best first, each of another command; none for small talk.

    A wording that is there letter for letter, with words behind it, is not among them: it was read, and not meant.
    """
    if is_small_talk(words):
        return []
    choices = [wording.key for wording in wordings]
    rough: dict[tuple[str, int], float] = {}
    for count in range(1, len(words) + 1):
        typed = " ".join(words[:count])[:80]
        cutoff = max(2, int(len(typed) * 1.5 * TOO_FAR_BEHIND_THE_NOUN))
        near = process.extract(typed, choices, scorer=OSA.distance, limit=SHORTLIST, score_cutoff=cutoff)
        for key, distance, index in near:
            if distance or count == len(words):
                rough[typed, index] = distance / max(len(typed), len(key))
    scores: dict[int, float] = {}
    for rank, (typed, index) in enumerate(sorted(rough, key=lambda pair: rough[pair])):
        key, score = choices[index], rough[typed, index]
        if rank < limit or (rank < CLOSELY and score * _EASIEST <= sorted(scores.values())[:limit][-1]):
            score = slips(typed, key) / max(len(typed), len(key))
        score += _MIXED if wordings[index].mixed else 0
        scores[index] = min(score, scores.get(index, score))
    for index, key in enumerate(choices):
        if key.partition(" ")[2] == words[0]:
            scores[index] = min(FORGOTTEN, scores.get(index, FORGOTTEN))
    ranked = sorted(
        (index for index, score in scores.items() if score <= _too_far(words[0], choices[index])),
        key=lambda index: (scores[index], wordings[index].language != locale, len(choices[index]), choices[index]),
    )
    best: dict[str, Wording] = {}
    for index in ranked:
        best.setdefault(wordings[index].command, wordings[index])
    return list(best.values())[:limit]


def _too_far(first: str, key: str) -> float:
    """Return how far a wording may be from what was typed, beginning with the word `first`."""
    noun, _space, verb = key.partition(" ")
    named = (
        verb
        and len(noun) > 1
        and (first.startswith(noun) or OSA.distance(first, noun, score_cutoff=1) <= 1 < len(noun) - 2)
    )
    return TOO_FAR_BEHIND_THE_NOUN if named else TOO_FAR


def is_one_slip(typed: str, meant: str) -> bool:
    """Whether a word of three letters or more is another with one slip in it."""
    return min(len(typed), len(meant)) > 2 and OSA.distance(typed, meant, score_cutoff=1) == 1  # noqa: PLR2004


def slips(typed: str, meant: str) -> float:
    """Return how many slips lie between two words; those that fingers make easily count less."""
    typed, meant = _differing(typed, meant)
    before: list[float] = []
    above: list[float] = []
    row = [float(column) for column in range(len(meant) + 1)]
    for i, char in enumerate(typed, 1):
        before, above, row = above, row, [float(i)]
        for j, wanted in enumerate(meant, 1):
            doubled = _DOUBLED if i > 1 and typed[i - 2] == char else 1.0
            halved = _DOUBLED if j > 1 and meant[j - 2] == wanted else 1.0
            cost = min(above[j] + doubled, row[j - 1] + halved, above[j - 1] + _substitution(char, wanted))
            if i > 1 and j > 1 and char == meant[j - 2] and typed[i - 2] == wanted and char != wanted:
                cost = min(cost, before[j - 2] + _SWAPPED)
            row.append(cost)
    return row[-1]


def _differing(typed: str, meant: str) -> tuple[str, str]:
    """Return two words without what they begin and end with alike, but for one letter that may have been doubled."""
    shorter = min(len(typed), len(meant))
    start = next((at for at in range(shorter) if typed[at] != meant[at]), shorter)
    end = next((at for at in range(shorter - start) if typed[-1 - at] != meant[-1 - at]), shorter - start)
    start = max(start - 1, 0)
    return typed[start : len(typed) - end], meant[start : len(meant) - end]


@cache
def _substitution(char: str, wanted: str) -> float:
    if char == wanted:
        return 0.0
    here, there = _PLACES.get(char), _PLACES.get(wanted)
    if here is None or there is None:
        return 1.0
    near = abs(here[0] - there[0]) <= 1 and abs(here[1] - there[1]) < 1.5  # noqa: PLR2004 - one key away
    return _NEIGHBOUR if near else 1.0
