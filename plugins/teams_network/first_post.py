"""The first thing that stands in a room on Teams: what it is for, and the call. People's words in it are plain text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def first_post(title: str, topic: str, link: str) -> Mapping[str, Any]:
    """Return the activity that begins a thread."""
    lines = [title.strip(), topic.strip(), _call(link)]
    return {"type": "message", "textFormat": "plain", "text": "\n\n".join(line for line in lines if line) or "…"}


def call_post(link: str) -> Mapping[str, Any]:
    """Return the activity that only tells of the call."""
    return {"type": "message", "textFormat": "plain", "text": _call(link)}


def _call(link: str) -> str:
    return f"📞 {link}" if link else ""
