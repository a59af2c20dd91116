"""Posts that are too long for one event: a beginning that fits, cut where it hurts least."""

from __future__ import annotations

import json
from collections.abc import Callable

from chatops import replace
from chatops.ports.chat import Line, Lines, Outgoing
from matrix_network.homeserver import Json
from matrix_network.html import in_words

BUDGETS = (40_000, 20_000, 8_000)
"""Bytes of a content as JSON. An event may have 65,536 with signatures and all (client-server API v1.16, "Size limits");
the smaller ones are for a homeserver that takes less."""

CUT = " …"
_FEW = 200
"""Characters of which nothing is cut."""


def size(content: Json) -> int:
    """Return the bytes a content takes in an event, as canonical JSON counts them."""
    return len(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())


def fitted(
    outgoing: Outgoing,
    most: int,
    content: Callable[[Outgoing], Json],
    announced: Callable[[Outgoing], Outgoing] = lambda outgoing: outgoing,
) -> tuple[Json, bool]:
    """Return the content of as much of a post as takes at most `most` bytes, and whether that is all of it.

    `announced` lets a shortened post say so.
    """
    made, whole = content(outgoing), True
    while size(made) > most:
        shorter = _shorter(outgoing)
        if shorter is None:
            break
        outgoing, whole = shorter, False
        made = content(announced(outgoing))
    return made, whole


def _shorter(outgoing: Outgoing) -> Outgoing | None:
    """Return a post that says less, or None when nothing can be left out any more."""
    return next((less for cut in _CUTS if (less := cut(outgoing)) != outgoing), None)


def _fewer_rows(outgoing: Outgoing) -> Outgoing:
    return replace(outgoing, table=outgoing.table[: (len(outgoing.table) + 1) // 2])


def _shorter_text(outgoing: Outgoing) -> Outgoing:
    return replace(outgoing, text=_half(outgoing.text))


def _shorter_facts(outgoing: Outgoing) -> Outgoing:
    facts = outgoing.facts[: (len(outgoing.facts) + 1) // 2]
    if len(facts) == len(outgoing.facts):
        facts = tuple(replace(fact, label=fact.label[:_FEW], value=_half(fact.value)) for fact in facts)
    return replace(outgoing, facts=facts)


def _bare(outgoing: Outgoing) -> Outgoing:
    """Leave the end of what does not get shorter otherwise: buttons go last."""
    short = Line(text=in_words(outgoing.footer)[:_FEW])
    return replace(
        outgoing,
        title=outgoing.title[:_FEW],
        table=(),
        facts=(),
        footer=(short,) if short.text else (),
    )


def _no_buttons(outgoing: Outgoing) -> Outgoing:
    return replace(outgoing, buttons=outgoing.buttons[: len(outgoing.buttons) // 2])


_CUTS = (_fewer_rows, _shorter_text, _shorter_facts, _bare, _no_buttons)


def _half(lines: Lines) -> Lines:
    """Return the first half of the words, marked as cut. What is short already stays."""
    left = sum(len(line.text) for line in lines)
    if left <= _FEW and len(lines) <= _FEW:
        return lines
    left //= 2
    kept: list[Line] = []
    for line in lines[: (len(lines) + 1) // 2 if left <= _FEW else None]:
        kept.append(replace(line, text=line.text[:left]))
        left -= len(line.text)
        if left <= 0:
            break
    return (*kept, Line(text=CUT))
