"""The forms an invoke is answered in. Teams shows nothing else, and drops what it does not know.

Sources: Microsoft Learn, "Universal Actions for Adaptive Cards" (`statusCode`, `type`, `value`), "Use dialogs in Teams
bots" (`task`), "Respond to search command" (`composeExtension`), "Type-ahead search in Adaptive Cards".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from chatops import Frozen
from teams_network.card import CARD
from teams_network.cutting import shortened

LONGEST = 1_000
"""Letters of what is said in a bubble or a dialog."""


class Told(Frozen, frozen=True, kw_only=True):
    """The answer to an invoke, always with status 200: Teams takes any other for a broken bot."""

    body: bytes = b"{}"


def nothing() -> Told:
    """Return an answer that shows nothing; it closes a dialog."""
    return Told()


def bubble(words: str) -> Told:
    """Return words to show at the card, which stays."""
    return _json(
        {
            "statusCode": 200,
            "type": "application/vnd.microsoft.activity.message",
            "value": shortened(words, LONGEST),
        }
    )


def new_card(card: dict[str, Any]) -> Told:
    """Return the card to show in place of the one that was clicked, to whoever clicked."""
    return _json({"statusCode": 200, "type": CARD, "value": card})


def dialog(title: str, card: dict[str, Any]) -> Told:
    """Return a form to show in a dialog."""
    value = {
        "title": title,
        "height": "medium",
        "width": "medium",
        "card": {"contentType": CARD, "content": card},
    }
    return _json({"task": {"type": "continue", "value": value}})


def last_words(words: str) -> Told:
    """Return words to show in the dialog, which is over."""
    return _json({"task": {"type": "message", "value": shortened(words, LONGEST)}})


def choices(found: Sequence[tuple[str, str]]) -> Told:
    """Return (title, value) pairs to choose from while somebody types into a card."""
    results = [{"title": title, "value": value} for title, value in found]
    kind = "application/vnd.microsoft.search.searchResponse"
    return _json({"statusCode": 200, "type": kind, "value": {"results": results}})


def cards(found: Sequence[tuple[str, str, dict[str, Any]]]) -> Told:
    """Return (title, second line, card) of what was found, to be put into a message that somebody writes."""
    attachments = [
        {
            "contentType": CARD,
            "content": card,
            "preview": {
                "contentType": "application/vnd.microsoft.card.thumbnail",
                "content": {"title": title, "text": line},
            },
        }
        for title, line, card in found
    ]
    return _json({"composeExtension": {"type": "result", "attachmentLayout": "list", "attachments": attachments}})


def _json(body: dict[str, Any]) -> Told:
    return Told(body=msgspec.json.encode(body))
