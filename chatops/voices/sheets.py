"""Tables for other programs: CSV in which nothing a person wrote is ever a formula. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What makes spreadsheets calculate, also in full width."""

_INSIDE = re.compile(r"([;\t\r\n])(?=[\" \u00a0\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20])")
"""Where a spreadsheet that takes another sign than the comma between cells, as German and Dutch ones do, begins a cell."""


def sheet(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return CSV with a line per row. A cell that could be a formula begins with an apostrophe instead."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return out.getvalue()


def harmless(cell: str) -> str:
    """Return a cell as text, whatever it begins with, blanks left aside, and wherever else it might be cut into cells."""
    cell = _INSIDE.sub(r"\1'", cell)
    bare = cell.lstrip(" \u00a0\u200b\ufeff")
    return f"'{cell}" if bare.startswith(_FORMULA) else cell
