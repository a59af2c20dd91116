"""What a room may be called on Teams.

Sources: Microsoft Teams PowerShell, New-TeamChannel (`DisplayName`); Microsoft Learn, "Limits and specifications for
Microsoft Teams" (names of channels); Microsoft Graph, "Update chat" (`topic`).
"""

from __future__ import annotations

import re

CHANNEL_NAME, CHAT_TOPIC, DESCRIPTION = 50, 250, 1024
"""Characters."""

_NOT_IN_CHANNELS = re.compile(r"[~#%&*{}+/\\:<>?|'\",\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NOT_IN_TOPICS = re.compile(r"[:\x00-\x1f\x7f-\x9f\u2028\u2029]")
_RESERVED = re.compile(
    r"forms|general|con|prn|aux|nul|com\d|lpt\d|con\..*|desktop\.ini|_vti_|\.lock|\.deleted", re.IGNORECASE
)


def channel_name(title: str, mark: str = "") -> str:
    """Return a title as a channel may be called, with `mark` at its end where the name is taken."""
    cleaned = re.sub(r"\.{2,}", ".", _NOT_IN_CHANNELS.sub(" ", title))
    cleaned = " ".join(cleaned.split()).lstrip("_. ").rstrip(". ")
    tail = f" {mark}" if mark else ""
    cleaned = _cut(cleaned, CHANNEL_NAME - len(tail)).rstrip(". ") or "room"
    return f"{cleaned} room" if not tail and _RESERVED.fullmatch(cleaned) else f"{cleaned}{tail}"


def chat_topic(title: str, ending: str = "") -> str:
    """Return a title as a group chat may be called. `ending` stays when it is cut."""
    cleaned = " ".join(_NOT_IN_TOPICS.sub(" ", title).split())
    return f"{_cut(cleaned, CHAT_TOPIC - len(ending))}{ending}".strip()


def description(topic: str, mark: str) -> str:
    """Return a channel's description: what it is about, and the mark it is found by."""
    tail = f"\n{mark}"
    return f"{_cut(' '.join(topic.split()), DESCRIPTION - len(tail))}{tail}".strip()


def _cut(text: str, length: int) -> str:
    """Return a text of at most that many UTF-16 units, which is what Teams counts; no character is cut in two."""
    while len(text.encode("utf-16-le")) // 2 > length:
        text = text[: length if len(text) > length else -1]
    return text
