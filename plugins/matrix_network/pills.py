"""People named in a message. A client writes whatever they call themselves there; the directory knows them by a handle.

Links to people are percent-encoded user ids at matrix.to (appendices, "matrix.to navigation"); clients show them as pills.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from urllib.parse import unquote

MOST = 50
"""People in one message; the rest stays as it is written."""

Handle = Callable[[str], str | None]
"""Returns what the directory calls a user id, or None."""

_LINK = r"https://matrix\.to/#/((?:@|%40)[^\"'?<>)\s]{1,255})"
_PILL = re.compile(rf"""<a\s[^>]{{0,300}}?href=["']{_LINK}[^>]{{0,300}}>([^<]{{1,255}})</a>""", re.IGNORECASE)
_MARKDOWN = re.compile(rf"\[[^\]\n]{{1,255}}\]\(<?{_LINK}[^)\s]{{0,50}}\)")
_PLAIN = re.compile(r"@[\w.=/+-]{1,200}:[\w.-]{1,200}\b(?::\d{1,5})?", re.ASCII)


def with_handles(text: str, html: str, handle: Handle) -> str:
    """Return `text` with `@handle` for everybody known who is linked in `html`, or named by their user id."""
    text = _MARKDOWN.sub(lambda found: _told(unquote(found[1]), found[0], handle), text)
    at = 0
    for user, shown in _PILL.findall(html)[:MOST]:
        known, label = handle(unquote(user)), unescape(shown).strip()
        start = text.find(label, at) if known and label else -1
        if start >= 0:
            before = text[:start].removesuffix("@") if not label.startswith("@") else text[:start]
            at = len(before) + 1 + len(known or "")
            text = f"{before}@{known}{text[start + len(label) :]}"
    return _PLAIN.sub(lambda found: _told(found[0], found[0], handle), text)


def _told(user: str, written: str, handle: Handle) -> str:
    known = handle(user)
    return written if known is None else f"@{known}"
