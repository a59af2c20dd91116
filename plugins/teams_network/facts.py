"""Facts in a card: label and value side by side, the values below one another.

A `FactSet` where clients show one alike. Its values are markdown and know no monospace, so facts with code, or with what
would have to be escaped, are columns, the first as wide as the longest label.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chatops.ports.chat import Line, RenderedFact
from teams_network.formatting import Marks, blocks, is_inert, mark_of, storable, words_of

_PIXELS = 8
"""A bold letter's width, roughly."""
_NARROWEST, _WIDEST = 48, 120


def facts(given: Sequence[RenderedFact], marks: Marks) -> list[dict[str, Any]]:
    """Return the elements that show facts."""
    if not given:
        return []
    if all(_is_simple(fact, marks) for fact in given):
        told = [{"title": fact.label.strip(), "value": _simple(fact, marks)} for fact in given]
        return [{"type": "FactSet", "facts": told, "spacing": "small"}]
    width = min(_WIDEST, max(_NARROWEST, _PIXELS * max(len(fact.label) for fact in given)))
    rows = [_row(fact, marks, width) for fact in given]
    rows[0]["spacing"] = "small"
    return rows


def _is_simple(fact: RenderedFact, marks: Marks) -> bool:
    return is_inert(fact.label) and all(
        line.style not in {"code", "command"} and (mark_of(line, marks) is not None or is_inert(line.text))
        for line in (*fact.value, Line(text=words_of(fact.value)))
    )


def _simple(fact: RenderedFact, marks: Marks) -> str:
    return "".join(mark_of(line, marks) or line.text for line in fact.value).strip()


def _row(fact: RenderedFact, marks: Marks, width: int) -> dict[str, Any]:
    label = {"type": "TextRun", "text": storable(fact.label), "weight": "bolder"}
    return {
        "type": "ColumnSet",
        "spacing": "none",
        "columns": [
            {
                "type": "Column",
                "width": f"{width}px",
                "items": [{"type": "RichTextBlock", "inlines": [label]}] if fact.label.strip() else [],
            },
            {"type": "Column", "width": "stretch", "spacing": "small", "items": blocks(fact.value, marks)},
        ],
    }
