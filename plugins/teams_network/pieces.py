"""What a long post can be taken apart into, and put together from: lines, facts and rows of a table."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from chatops import Frozen, replace
from chatops.ports.chat import Line, Lines, Outgoing, RenderedFact
from teams_network.cutting import halves
from teams_network.formatting import rows_of, storable

LONGEST = 1_500
"""Letters of a piece; a longer line, value or cell is several."""

_REPEATED = 500
"""Letters of a table's heading that is repeated; a longer one is a row like others."""

Table = tuple[tuple[Lines, ...], ...]


class Piece(Frozen, frozen=True, kw_only=True):
    """A line of the text or the footer, a fact, or a row."""

    kind: Literal["text", "fact", "row", "footer"]
    cells: tuple[Lines, ...]
    """One, but for a row."""
    label: str = ""
    goes_on: bool = False
    """Whether it goes on where the piece before was cut."""


def pieces_of(outgoing: Outgoing) -> tuple[Table, Sequence[Piece]]:
    """Return the heading of the table that parts repeat, and what a post says besides, in its order."""
    head = outgoing.table[:1]
    if len(outgoing.table) == 1 or sum(map(_letters, itertools.chain(*head))) > _REPEATED:
        head = ()
    found: list[Piece] = []
    if outgoing.text:
        found += [Piece(kind="text", cells=(tuple(row),)) for row in rows_of(outgoing.text)]
    found += [Piece(kind="fact", label=fact.label, cells=(fact.value,)) for fact in outgoing.facts]
    found += [Piece(kind="row", cells=row) for row in outgoing.table[len(head) :]]
    if outgoing.footer:
        found += [Piece(kind="footer", cells=(tuple(row),)) for row in rows_of(outgoing.footer)]
    return head, [part for piece in found for part in _short(piece)]


def halved(piece: Piece) -> tuple[Piece, Piece] | None:
    """Return a piece in two, or None when there is nothing to cut."""
    most = max(map(_letters, piece.cells), default=0)
    return _cut(piece, max(1, most // 2)) if most > 1 else None


def put_together(outgoing: Outgoing, pieces: Sequence[Piece], head: Table) -> Outgoing:
    """Return a post that says what the pieces say, besides what it says already."""
    rows = tuple(_rows(pieces))
    return replace(
        outgoing,
        text=_lines(piece for piece in pieces if piece.kind == "text"),
        facts=tuple(_facts(pieces)),
        table=(*head, *rows) if rows else (),
        footer=_lines(piece for piece in pieces if piece.kind == "footer"),
    )


def _short(piece: Piece) -> Iterator[Piece]:
    while max(map(_letters, piece.cells), default=0) > LONGEST and (two := _cut(piece, LONGEST)) is not None:
        first, piece = two
        yield first
    yield piece


def _cut(piece: Piece, at: int) -> tuple[Piece, Piece] | None:
    two = [_parted(cell, at) for cell in piece.cells]
    if not any(rest for _first, rest in two) or not any(first for first, _rest in two):
        return None
    return (
        replace(piece, cells=tuple(first for first, _rest in two)),
        replace(piece, cells=tuple(rest for _first, rest in two), goes_on=True),
    )


def _parted(lines: Lines, at: int) -> tuple[Lines, Lines]:
    """Return the first letters of lines, and the rest. Who is mentioned is named whole."""
    first: list[Line] = []
    for n, line in enumerate(lines):
        if len(line.text) <= at:
            first.append(line)
            at -= len(line.text)
            continue
        if at <= 0 or line.style == "mention":
            kept = 0 if first else 1
            return (*first, *lines[n : n + kept]), lines[n + kept :]
        begin, end = halves(storable(line.text), at)
        rest = (replace(line, text=end), *lines[n + 1 :]) if end else lines[n + 1 :]
        return (*first, replace(line, text=begin)), rest
    return lines, ()


def _lines(pieces: Iterable[Piece]) -> Lines:
    found: list[Line] = []
    for n, piece in enumerate(pieces):
        if n and not piece.goes_on:
            found.append(Line(text="\n"))
        found += piece.cells[0]
    return tuple(found)


def _facts(pieces: Iterable[Piece]) -> Iterator[RenderedFact]:
    told: RenderedFact | None = None
    for piece in pieces:
        if piece.kind != "fact":
            continue
        if told is not None and piece.goes_on:
            told = replace(told, value=(*told.value, *piece.cells[0]))
            continue
        if told is not None:
            yield told
        told = RenderedFact(label=piece.label, value=piece.cells[0])
    if told is not None:
        yield told


def _rows(pieces: Iterable[Piece]) -> Iterator[tuple[Lines, ...]]:
    told: tuple[Lines, ...] | None = None
    for piece in pieces:
        if piece.kind != "row":
            continue
        if told is not None and piece.goes_on:
            told = tuple((*begin, *rest) for begin, rest in zip(told, piece.cells, strict=True))
            continue
        if told is not None:
            yield told
        told = piece.cells
    if told is not None:
        yield told


def _letters(lines: Lines) -> int:
    return sum(len(line.text) for line in lines)
