"""Tables in a card.

Cards know a `Table` since version 1.5, but Teams' phones have shown nothing in its place (microsoft/AdaptiveCards#8853,
MicrosoftDocs/msteams-docs#14498), and the columns of a wide one are too narrow to read there. So a narrow table is rows
of columns; a wide one is entries below one another: what stands first in bold, the rest under it. That fits every width.
"""

from __future__ import annotations

from typing import Any

from chatops.ports.chat import Line, Lines
from teams_network.formatting import Marks, blocks, words_of

NARROW = 30
"""Letters of all columns together that a phone shows side by side."""

_DOT = Line(text=" · ")


def table(rows: tuple[tuple[Lines, ...], ...], marks: Marks) -> list[dict[str, Any]]:
    """Return the elements that show a table whose first row is its heading."""
    if not rows:
        return []
    widths = _widths(rows)
    if sum(widths) <= NARROW:
        return [_row(row, widths, marks, heading=n == 0) for n, row in enumerate(rows)]
    head, *others = rows
    shown = blocks(_dotted(head), marks, isSubtle=True, size="small") if others else blocks(_dotted(head), marks)
    for row in others:
        shown += _entry(row, marks)
    return shown


def _widths(rows: tuple[tuple[Lines, ...], ...]) -> list[int]:
    """Return the letters of the longest cell of each column."""
    count = max(len(row) for row in rows)
    return [max((len(words_of(row[n])) for row in rows if n < len(row)), default=0) for n in range(count)]


def _row(cells: tuple[Lines, ...], widths: list[int], marks: Marks, *, heading: bool) -> dict[str, Any]:
    look = {"weight": "bolder"} if heading else {}
    row: dict[str, Any] = {
        "type": "ColumnSet",
        "columns": [
            {"type": "Column", "width": max(3, width), "items": blocks(cell, marks, **look)}
            for width, cell in zip(widths, (*cells, *((),) * len(widths)), strict=False)
        ],
    }
    return row | ({} if heading else {"spacing": "small"})


def _entry(cells: tuple[Lines, ...], marks: Marks) -> list[dict[str, Any]]:
    first, rest = blocks(cells[0], marks, weight="bolder") if cells else [], blocks(_dotted(cells[1:]), marks)
    for element in rest:
        element["spacing"] = "none"
    for element in first[:1]:
        element["spacing"] = "small"
    return first + rest


def _dotted(cells: tuple[Lines, ...]) -> Lines:
    told = [cell for cell in cells if words_of(cell).strip()]
    return tuple(line for n, cell in enumerate(told) for line in ((_DOT, *cell) if n else cell))
