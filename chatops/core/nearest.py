"""Which wording somebody meant: the one with the fewest slips of the finger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

from chatops.core.frozen import Frozen

SHORTLIST = 24
"""Wordings considered for each number of words typed."""

CLOSELY = 10
"""Wordings compared slip by slip."""

TOO_FAR = 0.6
"""Slips for each letter; what is further away is not what anybody meant."""

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_PLACES = {
    letter: (row, column + row * 0.4) for row, letters in enumerate(_ROWS) for column, letter in enumerate(letters)
}
_SWAPPED, _NEIGHBOUR, _DOUBLED = 0.7, 0.8, 0.8
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


def closest(words: Sequence[str], wordings: Iterable[Wording], *, locale: str, limit: int) -> list[Wording]:
    """Return the wordings close to the first of `words`, best first, each of another command; none for small talk."""
    candidates = list(wordings)
    choices = [wording.key for wording in candidates]
    rough: dict[tuple[str, int], float] = {}
    for count in range(1, len(words) + 1):
        typed = " ".join(words[:count])[:80]
        for key, distance, index in process.extract(typed, choices, scorer=OSA.distance, limit=SHORTLIST):
            rough[typed, index] = distance / max(len(typed), len(key))
    scores: dict[int, float] = {}
    for rank, (typed, index) in enumerate(sorted(rough, key=lambda pair: rough[pair])):
        key = choices[index]
        score = slips(typed, key) / max(len(typed), len(key)) if rank < CLOSELY else rough[typed, index]
        score += _MIXED if candidates[index].mixed else 0
        scores[index] = min(score, scores.get(index, score))
    ranked = sorted(
        (index for index, score in scores.items() if score <= TOO_FAR),
        key=lambda index: (scores[index], candidates[index].language != locale, len(choices[index]), choices[index]),
    )
    best: dict[str, Wording] = {}
    for index in ranked:
        best.setdefault(candidates[index].command, candidates[index])
    return list(best.values())[:limit]


def slips(typed: str, meant: str) -> float:
    """Return how many slips lie between two words; those that fingers make easily count less."""
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


def _substitution(char: str, wanted: str) -> float:
    if char == wanted:
        return 0.0
    here, there = _PLACES.get(char), _PLACES.get(wanted)
    if here is None or there is None:
        return 1.0
    near = abs(here[0] - there[0]) <= 1 and abs(here[1] - there[1]) < 1.5  # noqa: PLR2004 - one key away
    return _NEIGHBOUR if near else 1.0
