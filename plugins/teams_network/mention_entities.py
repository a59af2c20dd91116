"""Mentions: `<at>…</at>` in a text, and the entity that says who is meant.

Source: Microsoft Learn, "Add mentions to your messages" and "Mention support within Adaptive Cards". The text of an entity
must occur in the message exactly, else Teams answers 400; a name with `&` cannot be made to match
(microsoft/botbuilder-js#2111), and so such characters are left out of what is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from chatops.core.message import Identity
from chatops.ports.chat import Line, Outgoing
from teams_network.formatting import Marks, mark_of

Accounts = Mapping[Identity, tuple[str, str]]
"""(account id, name) of those who can be mentioned where something is posted."""

_ODD = re.compile(r"[^\w .,'’()\-]|_")
_SPACES = re.compile(r"\s+")
_LONGEST = 100


def marks_for(outgoing: Outgoing, accounts: Accounts) -> dict[Identity, str]:
    """Return what stands for each of those a post may mention. No two look alike, so nobody is told in another's place."""
    marks: dict[Identity, str] = {}
    for identity in dict.fromkeys(outgoing.notify):
        if identity in accounts:
            marks[identity] = _unlike(_shown(accounts[identity][1]), set(marks.values()))
    return marks


def _shown(name: str) -> str:
    return _SPACES.sub(" ", _ODD.sub(" ", name)).strip()[:_LONGEST].strip() or "?"


def _unlike(name: str, taken: set[str]) -> str:
    mark, count = f"<at>{name}</at>", 1
    while mark in taken:
        count += 1
        mark = f"<at>{name} ({count})</at>"
    return mark


def entities(lines: Iterable[Line], marks: Marks, accounts: Accounts) -> tuple[dict[str, Any], ...]:
    """Return the entities for those whom lines mention, once each."""
    found = {
        line.identity: mark
        for line in lines
        if line.identity is not None and (mark := mark_of(line, marks)) is not None
    }
    return tuple(
        {
            "type": "mention",
            "text": mark,
            "mentioned": {"id": accounts[identity][0], "name": mark.removeprefix("<at>").removesuffix("</at>")},
        }
        for identity, mark in found.items()
    )


def told(outgoing: Outgoing, accounts: Accounts) -> Iterable[Line]:
    """Return mentions of those who must be told and whom the post itself does not mention."""
    named = {line.identity for line in lines_in(outgoing) if line.style == "mention"}
    for identity in dict.fromkeys(outgoing.notify):
        if identity in accounts and identity not in named:
            yield Line(text=accounts[identity][1], style="mention", identity=identity)


def lines_in(outgoing: Outgoing) -> Iterable[Line]:
    """Return all lines of a post."""
    yield from outgoing.text
    for fact in outgoing.facts:
        yield from fact.value
    for row in outgoing.table:
        for cell in row:
            yield from cell
    yield from outgoing.footer
