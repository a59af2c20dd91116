"""Buttons of a card.

A press carries the button's reference and nothing else: who presses, and what the reference stands for, is known here.
Sources: Microsoft Learn, "Universal Actions for Adaptive Cards" (Execute with a fallback to Submit), "Overflow menu on
Adaptive Cards" (`mode`); Teams on desks shows six actions of a card and drops the rest.
"""

from __future__ import annotations

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


def actions(buttons: Sequence[RenderedButton], words: Words) -> list[dict[str, Any]]:
    """Return the actions for buttons, in their order."""
    taken: set[str] = set()
    found = []
    for n, button in enumerate(buttons):
        action = _form(button, words, taken) if button.form else _press(button, label_of(button))
        # One alone behind "…" saves nothing.
        hidden = n >= AT_ONCE and len(buttons) > AT_ONCE + 1
        found.append(action | ({"mode": "secondary"} if hidden else {}))
    return found


def label_of(button: RenderedButton) -> str:
    """Return what stands on a button: its emoji, where it has one, and its words."""
    return storable(f"{button.icon} {button.label}" if button.icon else button.label).replace("\n", " ")


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
