"""Buttons of a card.

A press carries the button's reference and nothing else: who presses, and what the reference stands for, is known here.
Sources: Microsoft Learn, "Universal Actions for Adaptive Cards" (Execute with a fallback to Submit), "Overflow menu on
Adaptive Cards" (`mode`). Teams shows six actions in a row and drops the rest, and on a phone it shows the beginnings of
labels that do not fit (MicrosoftDocs/msteams-docs#12081); so buttons stand in rows that do.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from chatops.ports.chat import RenderedButton
from teams_network.formatting import storable
from teams_network.forms import inputs
from teams_network.words import Words, send

VERB = "press"

AT_ONCE = 4
"""Buttons that are seen; the others are behind "…"."""

_STYLES = {"plain": {}, "primary": {"style": "positive"}, "danger": {"style": "destructive"}}

_ROW = 40
"""Letters that fit side by side on a phone 320 points wide."""
_EDGES, _ARROW, _MORE = 5, 2, 6
"""Letters that a button's edges, the arrow of one with a form, and "…" take the room of."""

_KEYCAP = "\u20e3"


def actions(buttons: Sequence[RenderedButton], words: Words) -> dict[str, list[dict[str, Any]]]:
    """Return what a card gets for its buttons: `actions`, when one row holds them, or else rows for its `body`."""
    if not buttons:
        return {}
    taken: set[str] = set()
    made = iter([_action(button, words, taken) for button in buttons])
    rows = [list(itertools.islice(made, count)) for count in _rows(buttons)]
    rows[-1] += [action | {"mode": "secondary"} for action in made]
    if len(rows) == 1:
        return {"actions": rows[0]}
    return {"body": [{"type": "ActionSet", "actions": row, "spacing": "small"} for row in rows]}


def label_of(button: RenderedButton) -> str:
    """Return what stands on a button: its emoji and its words.

    Numbers tell reactions apart, not buttons: they would only be read aloud.
    """
    icon = "" if button.icon.endswith(_KEYCAP) else button.icon
    return " ".join(storable(f"{icon} {button.label}").split())


def _rows(buttons: Sequence[RenderedButton]) -> list[int]:
    """Return how many buttons stand in each row, those behind "…" left out."""
    # One alone behind "…" saves nothing.
    seen = buttons if len(buttons) <= AT_ONCE + 1 else buttons[:AT_ONCE]
    rows: list[int] = []
    left = 0
    for n, button in enumerate(seen):
        width = len(label_of(button)) + _EDGES + (_ARROW if button.form else 0)
        more = _MORE if n == len(seen) - 1 and len(seen) < len(buttons) else 0
        if not rows or width + more > left:
            rows.append(0)
            left = _ROW
        rows[-1] += 1
        left -= width
    return rows


def _action(button: RenderedButton, words: Words, taken: set[str]) -> dict[str, Any]:
    return _form(button, words, taken) if button.form else _press(button, label_of(button))


def _press(button: RenderedButton, label: str) -> dict[str, Any]:
    look = {"title": label, **_STYLES[button.style], "data": {"ref": button.ref}}
    return {
        "type": "Action.Execute",
        "verb": VERB,
        **look,
        "fallback": {"type": "Action.Submit", **look},
    }


def _form(button: RenderedButton, words: Words, taken: set[str]) -> dict[str, Any]:
    submit = _press(button, words(send())) | {"associatedInputs": "auto"}
    return {
        "type": "Action.ShowCard",
        "title": label_of(button),
        **_STYLES[button.style],
        "card": {
            "type": "AdaptiveCard",
            "version": "1.5",
            "body": inputs(button.form, words=words, taken=taken),
            "actions": [submit],
        },
    }
