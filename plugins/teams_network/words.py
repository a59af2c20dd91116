"""Words of our own that people read in Teams."""

from __future__ import annotations

from collections.abc import Callable

from chatops.core.text import Text, _

Words = Callable[[Text], str]
"""Turns a sentence of ours into the reader's language."""


def send() -> Text:
    """Return what stands on the button that sends a form."""
    return _("Send")


def fill_in(label: str) -> Text:
    """Return what is said under an input that must not stay empty."""
    return _("Please fill in: {label}", label=label)


def continued(title: str, part: int, parts: int) -> Text:
    """Return the title of a further part of a long post. It has none when the post has none."""
    return _("{title} ({part} of {parts})", title=title, part=part, parts=parts)
