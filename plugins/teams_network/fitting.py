"""Posts that are too long for one activity: several, one after the other, nothing left out.

Buttons are on the first. That is the one that is edited, answered to and remembered; what follows is there to be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import msgspec

from chatops import replace
from chatops.ports.chat import Line, Outgoing, RenderedButton
from teams_network.card import Rendered, is_sentence, naming, rendered, title_of
from teams_network.cutting import CUT, halves, shortened
from teams_network.mention_entities import Accounts
from teams_network.pieces import Piece, halved, pieces_of, put_together
from teams_network.words import Words, continued

BUDGET = 25_000
"""Bytes of an activity as JSON in UTF-8. Teams counts UTF-16, which takes at most twice as many, and refuses
more than 100 KB of it (Learn, "Format your bot messages"; aim for 80)."""

_TITLE = 300
"""Letters of a title that is repeated; what is longer goes on in the text."""
_LABEL = 120
_VALUE = 1_000
_CHOICES = 60

_Thing = TypeVar("_Thing")


def size(made: Rendered) -> int:
    """Return the bytes of an activity."""
    return len(msgspec.json.encode(made.activity))


def fitted(outgoing: Outgoing, *, accounts: Accounts, words: Words, budget: int = BUDGET) -> tuple[Rendered, ...]:
    """Return a post as activities of at most `budget` bytes each, to be posted in this order."""

    def shown(part: Outgoing) -> Rendered:
        return rendered(part, accounts=accounts, words=words)

    whole = naming(outgoing, accounts)
    if size(made := shown(whole)) <= budget:
        return (made,)
    parts = list(_parts(_modest(whole), lambda part: size(shown(part)) <= budget - _ROOM))
    return tuple(shown(_titled(part, n, len(parts), words)) for n, part in enumerate(parts, start=1))


def fitted_in_one(outgoing: Outgoing, *, accounts: Accounts, words: Words, budget: int = BUDGET) -> Rendered:
    """Return as much of a post as one activity takes, marked where it was cut: for edits, and for answers to a press."""
    first, *others = fitted(outgoing, accounts=accounts, words=words, budget=budget)
    if not others:
        return first

    def shown(part: Outgoing) -> Rendered:
        return rendered(part, accounts=accounts, words=words)

    whole = _modest(naming(outgoing, accounts))
    part = next(_parts(whole, lambda part: size(shown(part)) <= budget - _ROOM))
    end = Line(text=CUT)
    told = replace(part, text=(*part.text, end)) if is_sentence(part) else replace(part, footer=(*part.footer, end))
    return shown(told)


_ROOM = 400
"""Bytes kept for "(2 of 3)" in a title, in the summary and in the fallback, and for the mark of what was cut."""


def _titled(part: Outgoing, number: int, parts: int, words: Words) -> Outgoing:
    if not part.title or parts == 1:
        return part
    return replace(part, title=words(continued(part.title, number, parts)))


def _modest(outgoing: Outgoing) -> Outgoing:
    """Return a post whose title and buttons are of a size that people can do something with."""
    title, rest = halves(title_of(outgoing), _TITLE) if outgoing.title else ("", "")
    text = (Line(text=f"{rest}\n"), *outgoing.text) if rest else outgoing.text
    return replace(outgoing, title=title, text=text, plain="", buttons=tuple(map(_modest_button, outgoing.buttons)))


def _modest_button(button: RenderedButton) -> RenderedButton:
    form = tuple(
        replace(
            field,
            label=shortened(field.label, _LABEL),
            value=field.value[:_VALUE],
            choices=tuple((value, shortened(label, _LABEL)) for value, label in field.choices[:_CHOICES]),
        )
        for field in button.form
    )
    return replace(button, label=shortened(button.label, _LABEL), form=form)


def _parts(outgoing: Outgoing, fits: Callable[[Outgoing], bool]) -> Iterator[Outgoing]:
    """Yield posts that together say what one would have said."""
    head, pieces = pieces_of(outgoing)
    empty = replace(outgoing, text=(), facts=(), table=(), footer=(), buttons=())
    buttons: Sequence[RenderedButton] = outgoing.buttons
    while pieces or buttons:

        def with_buttons(some: Sequence[RenderedButton]) -> Outgoing:
            return replace(empty, buttons=tuple(some))

        given, buttons = _most(buttons, lambda some: fits(with_buttons(some)))

        def with_pieces(some: Sequence[Piece], given: Sequence[RenderedButton] = given) -> Outgoing:
            return put_together(with_buttons(given), some, head)

        taken, pieces = _most(pieces, lambda some: fits(with_pieces(some)))
        if not taken and not given:
            if pieces and (two := halved(pieces[0])) is not None:
                pieces = [*two, *pieces[1:]]
                continue
            # Not even a letter of it fits: Teams may judge.
            taken, pieces = pieces[:1], pieces[1:]
            given, buttons = ((), buttons) if taken else (buttons[:1], buttons[1:])
        yield with_pieces(taken, given)


def _most(
    things: Sequence[_Thing], fit: Callable[[Sequence[_Thing]], bool]
) -> tuple[Sequence[_Thing], Sequence[_Thing]]:
    """Return as many of the first things as fit together, and the others."""
    low, high = 0, len(things)
    while low < high:
        middle = (low + high + 1) // 2
        if fit(things[:middle]):
            low = middle
        else:
            high = middle - 1
    return things[:low], things[low:]
