"""The little HTML that Matrix allows, made so that text can never become any of it.

Allowed tags: client-server API v1.16, "m.room.message msgtypes"; what is used here is a part of them, never nested deeper
than three.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from urllib.parse import quote

from chatops.core.message import Identity
from chatops.ports.chat import Line, Lines

DOT = " · "
_BACKQUOTED = re.compile("`([^`]+)`")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """Return text without what JSON or a homeserver's database refuses: Synapse answers 500 to a lone surrogate."""
    return _UNSTORABLE.sub("\ufffd", text)


def escaped(text: str) -> str:
    """Return text as HTML that shows exactly it."""
    return html.escape(storable(text)).replace("\n", "<br>")


def marked_up(lines: Iterable[Line], *, network: str) -> str:
    """Return lines as HTML: commands as code, and people of `network` as the links that clients show as pills."""
    return "".join(_one(line, network) for line in lines)


def in_words(lines: Iterable[Line]) -> str:
    """Return lines as plain text; commands stand between backquotes."""
    return storable("".join(f"`{line.text}`" if line.style == "code" else line.text for line in lines))


def code(text: str) -> str:
    """Return something to type."""
    return f"<code>{escaped(text)}</code>"


def strong(text: str) -> str:
    """Return a heading that takes no more room than its line."""
    return f"<strong>{escaped(text)}</strong>"


def heading(text: str) -> str:
    """Return a title, which is plain text: what stands between backquotes in it is code."""
    return "<strong>" + _BACKQUOTED.sub(r"<code>\1</code>", escaped(text)) + "</strong>"


def table(rows: tuple[tuple[Lines, ...], ...], *, network: str) -> str:
    """Return rows under a heading. The spaces between cells are for clients that drop the tags and keep the words."""
    head, *body = rows
    shown = [_row(head, "th", network), *(_row(row, "td", network) for row in body)]
    return f"<table><thead>{shown[0]}</thead><tbody>{''.join(shown[1:])}</tbody></table>"


def rows(told: tuple[tuple[Lines, ...], ...], *, network: str) -> list[str]:
    """Return a table as lines that wrap where they must: the heading, then rows whose first cells stand out."""
    head, *body = ([marked_up(cell, network=network) for cell in row] for row in told) if told else ([],)
    found = [DOT.join((f"<strong>{first}</strong>", *others)) for first, *others in body]
    return [f"<em>{DOT.join(head)}</em>", *found] if head else found


def is_user(identity: Identity, *, network: str) -> bool:
    """Return whether somebody can be mentioned on this network."""
    return identity.network == network and identity.id.startswith("@") and ":" in identity.id


def _row(cells: Iterable[Lines], tag: str, network: str) -> str:
    return f"<tr>{' '.join(f'<{tag}>{marked_up(cell, network=network)}</{tag}>' for cell in cells)}</tr>"


def _one(line: Line, network: str) -> str:
    if line.style == "code":
        return code(line.text)
    if line.style == "mention" and line.identity is not None and is_user(line.identity, network=network):
        # Percent-encoded as matrix.to asks (appendices, "matrix.to navigation"); "@" and ":" need it in no fragment.
        return f'<a href="https://matrix.to/#/{quote(storable(line.identity.id), safe="@:")}">{escaped(line.text)}</a>'
    return escaped(line.text)
