"""Sentences are translated when they are read; whatever stands in their arguments stays data."""

from __future__ import annotations

import gettext
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatops.core.catalogue import Catalogues, Piece, Reader
from chatops.core.text import Code, Mention, Moment, Text, _, _n, lines, listed, said

ENGLISH = Reader()


class German(gettext.NullTranslations):
    """A catalogue of three sentences."""

    def gettext(self, message: str) -> str:
        return {"{who} joined": "{who} ist dabei", "pod lead": "Pod-Leitung"}.get(message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return "{count} Fälle" if n != 1 else "{count} Fall"


@pytest.fixture
def catalogues() -> Catalogues:
    """English and a little German."""
    return Catalogues({"de": German()})


def test_a_sentence_waits_for_its_reader(catalogues: Catalogues) -> None:
    text = _("{who} joined", who=_("pod lead"))

    assert catalogues.plain(text, ENGLISH) == "pod lead joined"
    assert catalogues.plain(text, Reader(locale="de-AT")) == "Pod-Leitung ist dabei"
    assert catalogues.plain(text, Reader(locale="tlh")) == "pod lead joined"


def test_plurals(catalogues: Catalogues) -> None:
    one, many = _n("{count} case", "{count} cases", 1), _n("{count} case", "{count} cases", 3)

    assert [catalogues.plain(text, ENGLISH) for text in (one, many)] == ["1 case", "3 cases"]
    assert [catalogues.plain(text, Reader(locale="de")) for text in (one, many)] == ["1 Fall", "3 Fälle"]


@given(st.text(max_size=60))
def test_data_is_never_a_placeholder(data: str) -> None:
    """Neither as an argument nor on its own."""
    catalogues = Catalogues({})

    assert catalogues.plain(said(data), ENGLISH) == data
    assert catalogues.plain(_("{a} and {b}", a=data, b="x"), ENGLISH) == f"{data} and x"


def test_only_code_and_mentions_are_marked(catalogues: Catalogues) -> None:
    text = _("{who}: try {what}", who=Mention(person="anna", name="Anna"), what=Code(code="help"))

    assert catalogues.pieces(text, ENGLISH) == (
        Piece(text="Anna", style="mention", person="anna"),
        Piece(text=": try "),
        Piece(text="help", style="code"),
    )
    assert catalogues.plain(text, ENGLISH) == "Anna: try `help`"


def test_times_name_their_zone(catalogues: Catalogues) -> None:
    at = datetime(2026, 3, 2, 13, 0, tzinfo=UTC)
    berlin = Reader(zone="Europe/Berlin")

    assert catalogues.plain(_("{at}", at=Moment(at=at)), berlin) == "14:00 CET"
    assert catalogues.plain(_("{at}", at=Moment(at=at, style="datetime")), berlin) == "Mon 2 Mar 2026, 14:00 CET"


def test_spans_are_words(catalogues: Catalogues) -> None:
    assert catalogues.plain(_("{span}", span=timedelta(minutes=90)), ENGLISH) == "1 hour 30 minutes"
    assert catalogues.plain(_("{span}", span=timedelta()), ENGLISH) == "0 minutes"


def test_lines_and_lists(catalogues: Catalogues) -> None:
    assert catalogues.plain(lines(_("a"), said("b")), ENGLISH) == "a\nb"
    assert catalogues.plain(listed("a", Code(code="b")), ENGLISH) == "a, `b`"
    assert catalogues.plain(Text(msgid=""), ENGLISH) == ""
