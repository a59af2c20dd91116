"""Emojis that tell the buttons of one card apart where reactions stand for buttons."""

from __future__ import annotations

from collections.abc import Iterable

from chatops.core.frozen import replace
from chatops.core.message import Button

NUMBERS = tuple(f"{digit}\ufe0f\u20e3" for digit in range(1, 10))
"""Keycaps, for buttons that differ only in what they name."""


def numbered(buttons: Iterable[Button]) -> tuple[Button, ...]:
    """Return the first nine buttons with a keycap each, in their order; what follows is left as it is."""
    given = tuple(buttons)
    first = (replace(button, icon=icon) for button, icon in zip(given, NUMBERS, strict=False))
    return (*first, *given[len(NUMBERS) :])
