"""Posts to be shown in Teams: made up by hypothesis, and those the swarm makes."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import strategies as st

from chatops.core.message import Identity
from chatops.core.text import Text
from chatops.ports.chat import Line, Outgoing, RenderedButton, RenderedFact, RenderedField

PEOPLE = tuple(Identity(network="teams", tenant="t", id=id_) for id_ in ("anna", "ben", "cem"))
ACCOUNTS = {PEOPLE[0]: ("29:anna", "Anna A"), PEOPLE[1]: ("29:ben", "Anna A")}
"""Two of the same name; the third cannot be mentioned."""


def words(text: Text) -> str:
    """English."""
    return text.msgid.format(**text.args)


def said(*runs: str | Line) -> tuple[Line, ...]:
    """Runs of text."""
    return tuple(Line(text=run) if isinstance(run, str) else run for run in runs)


def squeezed(text: str) -> str:
    """Return text with spaces as a page shows them."""
    return re.sub(r"\s+", " ", text).strip()


def button(label: str, **more: Any) -> RenderedButton:
    """A button; its reference begins with ref-."""
    return RenderedButton(ref=f"ref-{label}", label=label, command=label.lower(), **more)


_words = st.one_of(st.text(max_size=30), st.sampled_from(("SW-1", "refund loops", "*a* [b](c) <at>d</at>", "")))
_line = st.one_of(
    st.builds(Line, text=_words, style=st.sampled_from(("plain", "plain", "code", "command"))),
    st.builds(Line, text=_words, style=st.just("mention"), identity=st.sampled_from((*PEOPLE, None))),
)
_lines = st.lists(_line, max_size=4).map(tuple)
_field = st.builds(
    RenderedField,
    name=st.sampled_from(("why", "who", "ref")),
    label=_words,
    kind=st.sampled_from(("line", "text", "choice", "yesno", "person")),
    choices=st.lists(st.tuples(_words, _words), max_size=3).map(tuple),
    required=st.booleans(),
    value=_words,
)
_button = st.builds(
    RenderedButton,
    ref=st.uuids().map(str),
    label=_words,
    command=_words,
    style=st.sampled_from(("plain", "primary", "danger")),
    form=st.lists(_field, max_size=3).map(tuple),
    icon=st.sampled_from(("", "✅", "1️⃣")),
)


def _table(cells: int) -> st.SearchStrategy[tuple[tuple[tuple[Line, ...], ...], ...]]:
    return st.lists(st.lists(_lines, min_size=cells, max_size=cells).map(tuple), max_size=4).map(tuple)


POSTS = st.builds(
    Outgoing,
    title=_words,
    text=_lines,
    facts=st.lists(st.builds(RenderedFact, label=_words, value=_lines), max_size=4).map(tuple),
    table=st.integers(0, 4).flatmap(_table),
    buttons=st.lists(_button, max_size=8).map(tuple),
    footer=_lines,
    tone=st.sampled_from(("plain", "good", "attention", "danger")),
    locale=st.sampled_from(("en", "de", "pt-BR")),
    notify=st.lists(st.sampled_from(PEOPLE), max_size=4).map(tuple),
)
