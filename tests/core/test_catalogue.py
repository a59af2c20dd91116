"""Sentences in the reader's language and zone; arguments are data."""

from __future__ import annotations

import gettext
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatops.core.catalogue import Catalogues, Piece, Reader
from chatops.core.text import Code, Mention, Moment, Span, Text, _, _n, lines, listed, said

AT = datetime(2026, 11, 20, 13, 5, tzinfo=UTC)


class German(gettext.NullTranslations):
    """A small catalogue."""

    def gettext(self, message: str) -> str:
        return {"{who} joined {what}.": "{what}: {who} ist dabei."}.get(message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return {"{count} case": "{count} Fall" if n == 1 else "{count} Fälle"}.get(msgid1, msgid1 if n == 1 else msgid2)


CATALOGUES = Catalogues({"de": German()})
SHIPPED = Catalogues.load()


def plain(text: Text, locale: str = "en", zone: str = "UTC", now: datetime | None = None) -> str:
    return CATALOGUES.plain(text, Reader(locale=locale, zone=zone), now=now)


def test_each_language_orders_its_words() -> None:
    """Placeholders are filled by name."""
    text = _("{who} joined {what}.", who="Anna", what="SW-12")

    assert plain(text) == "Anna joined SW-12."
    assert plain(text, "de") == "SW-12: Anna ist dabei."


@pytest.mark.parametrize("locale", ["de-AT", "de_CH", "DE"])
def test_a_region_is_served_by_its_language(locale: str) -> None:
    """And a language nobody has translated by English."""
    assert CATALOGUES.language(locale) == "de"
    assert CATALOGUES.language("fr-FR") == "en"


@given(st.text())
def test_arguments_never_become_placeholders(data: str) -> None:
    """Whatever an argument holds is shown as it is, braces included."""
    text = _("{who} joined {what}.", who=data, what="{who}")

    assert plain(text) == f"{data} joined {{who}}."


@given(st.text(min_size=1))
def test_data_alone_is_shown_as_it_is(data: str) -> None:
    """People's own words are not looked up and hold no placeholders."""
    assert plain(said(data), "de") == data
    assert all(piece.style == "plain" for piece in CATALOGUES.pieces(said(data), Reader()))


def test_only_code_and_mentions_are_marked() -> None:
    """Everything else is plain pieces."""
    text = _("{who}, try {what} on {data}", who=Mention(person="anna", name="Anna"), what=Code(code="help"), data="`x`")

    assert CATALOGUES.pieces(text, Reader()) == (
        Piece(text="Anna", style="mention", person="anna"),
        Piece(text=", try "),
        Piece(text="help", style="code"),
        Piece(text=" on "),
        Piece(text="`x`"),
    )


@pytest.mark.parametrize(
    ("count", "english", "german"), [(1, "1 case", "1 Fall"), (0, "0 cases", "0 Fälle"), (2, "2 cases", "2 Fälle")]
)
def test_plurals(count: int, english: str, german: str) -> None:
    """Each language by its own rule."""
    text = _n("{count} case", "{count} cases", count)

    assert (plain(text), plain(text, "de")) == (english, german)


@pytest.mark.parametrize(
    ("style", "locale", "zone", "expected"),
    [
        ("time", "en", "UTC", "13:05 UTC"),
        ("time", "en", "Europe/Berlin", "14:05 CET"),
        ("datetime", "de", "Europe/Berlin", "Fr. 20. Nov., 14:05 CET"),
        ("date", "en", "Asia/Tokyo", "Fri 20 Nov 2026"),
        ("datetime", "en", "Asia/Kolkata", "Fri 20 Nov, 18:35 IST"),
        ("ago", "en", "UTC", "1 hour ago"),
        ("ago", "de", "UTC", "vor 1 Stunde"),
    ],
)
def test_moments_are_shown_in_the_readers_zone(style: str, locale: str, zone: str, expected: str) -> None:
    """With the zone named wherever a clock is."""
    text = _("{at}", at=Moment(at=AT, style=style))  # type: ignore[arg-type]  # the table names only real styles

    assert plain(text, locale, zone, now=AT + timedelta(hours=1)) == expected


def test_a_time_of_another_year_says_the_year() -> None:
    """And so does one that is shown without knowing what year it is."""
    text = _("{at}", at=Moment(at=AT, style="datetime"))

    assert plain(text, "en", "UTC", now=AT + timedelta(days=60)) == "Fri 20 Nov 2026, 13:05 UTC"
    assert plain(text, "en", "UTC") == "Fri 20 Nov 2026, 13:05 UTC"


@pytest.mark.parametrize(
    ("seconds", "english", "german"),
    [
        (0, "0 minutes", "0 Minuten"),
        (90, "1 minute 30 seconds", "1 Minute 30 Sekunden"),
        (5400, "1 hour 30 minutes", "1 Stunde 30 Minuten"),
        (90000, "1 day 1 hour", "1 Tag 1 Stunde"),
        (-5, "0 minutes", "0 Minuten"),
    ],
)
def test_spans_are_exact(seconds: int, english: str, german: str) -> None:
    """In words, to the second; never below nothing."""
    text = _("{span}", span=Span(seconds=seconds))

    assert (plain(text), plain(text, "de")) == (english, german)


@pytest.mark.parametrize(
    ("seconds", "dutch"),
    [(0, "0 minuten"), (3600, "1 uur"), (31260, "8 uur 41 minuten"), (90000, "1 dag 1 uur"), (172800, "2 dagen")],
)
def test_spans_are_words_in_dutch_too(seconds: int, dutch: str) -> None:
    """Its days and hours have no long form in the locale data."""
    assert SHIPPED.plain(_("{span}", span=Span(seconds=seconds)), Reader(locale="nl")) == dutch


def test_texts_within_texts_are_translated() -> None:
    """Lists and lines keep their parts apart."""
    inner = _("{who} joined {what}.", who="A", what="B")

    assert plain(lines(inner, said("{t0}")), "de") == "B: A ist dabei.\n{t0}"
    assert plain(listed(inner, "x"), "de") == "B: A ist dabei., x"


def test_the_pseudo_locale_shows_what_was_never_looked_up() -> None:
    """Sentences of ours stand between marks in every language; data does not."""
    pseudo = SHIPPED.pseudo()
    text = _("Usage: {usage}", usage=said("swarm"))

    assert pseudo.plain(text, Reader()) == "⟦Usage: swarm⟧"
    assert all(pseudo.plain(text, Reader(locale=locale)).startswith("⟦") for locale in pseudo.locales)
    assert pseudo.plain(said("data"), Reader()) == "data"
    assert pseudo.plain(_n("{count} case", "{count} cases", 2), Reader()) == "⟦2 cases⟧"


async def test_rendering_reads_no_file() -> None:
    """Once loaded, catalogues serve the event loop in every language and zone; reading a file there would be an error."""
    text = _(
        "{at} {ago} {span}", at=Moment(at=AT, style="datetime"), ago=Moment(at=AT, style="ago"), span=Span(seconds=1)
    )

    for locale in SHIPPED.locales:
        assert SHIPPED.plain(text, Reader(locale=locale, zone="Pacific/Chatham"), now=AT)
