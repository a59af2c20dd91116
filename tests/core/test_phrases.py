"""Times said in English, German and Dutch mean exactly one instant, or are refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatops.core.phrases import read_when
from chatops.core.phrases.dutch import DUTCH
from chatops.core.phrases.english import ENGLISH
from chatops.core.phrases.german import GERMAN
from chatops.core.phrases.zones import zones
from chatops.errors import BadArgument

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=BERLIN)
LOCALES = ("en", "de", "nl")
VOCABULARY = sorted({word for language in (ENGLISH, GERMAN, DUTCH) for word in language.words})


def golden(language: str) -> list[tuple[str, datetime]]:
    """Return the phrases of a language with what they mean."""
    found = []
    for line in (Path(__file__).parent / "golden" / f"phrases_{language}.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            expected, *phrases = line.split(" | ")
            found += [(phrase, datetime.fromisoformat(expected).replace(tzinfo=BERLIN)) for phrase in phrases]
    return found


def at(phrase: str, *, now: datetime = NOW, zone: str = "Europe/Berlin", locale: str = "en") -> datetime:
    return read_when(phrase, now=now, zone=zone, locale=locale).at


def refused(phrase: str, *, now: datetime = NOW, zone: str = "Europe/Berlin") -> BadArgument:
    with pytest.raises(BadArgument) as caught:
        read_when(phrase, now=now, zone=zone, locale="en")
    return caught.value


@pytest.mark.parametrize("language", LOCALES)
def test_golden_phrases(language: str) -> None:
    """At least a hundred phrases of each language, each with the instant written down by hand."""
    phrases = golden(language)
    wrong = []
    for phrase, expected in phrases:
        try:
            found = at(phrase, locale=language).astimezone(BERLIN)
        except BadArgument as refusal:
            wrong.append((phrase, expected.isoformat(), refusal.message.msgid))
            continue
        if found != expected:
            wrong.append((phrase, expected.isoformat(), found.isoformat()))

    assert wrong == []
    assert len(phrases) >= 100


@pytest.mark.parametrize("locale", LOCALES)
def test_every_language_is_understood_from_everybody(locale: str) -> None:
    """A phrase means the same whatever the speaker's own language."""
    for language in LOCALES:
        for phrase, expected in golden(language):
            assert at(phrase, locale=locale) == expected, phrase


@pytest.mark.parametrize(
    "phrase",
    [
        "tomorrow",
        "morgen",
        "next monday",
        "volgende week maandag",
        "nächsten Montag",
        "1 december",
        "tonight",
        "2026-12-01",
    ],
)
def test_a_day_alone_is_refused_with_whole_phrases(phrase: str) -> None:
    """Nobody said the hour; what is offered names it."""
    assert all(at(offered) > NOW for offered in refused(phrase).commands)


@pytest.mark.parametrize(
    ("phrase", "choices"),
    [
        ("at 9", ["2026-11-20 21:00", "2026-11-21 09:00"]),
        ("9 o'clock", ["2026-11-20 21:00", "2026-11-21 09:00"]),
        ("tomorrow at 9", ["2026-11-21 09:00", "2026-11-21 21:00"]),
        ("morgen um halb drei", ["2026-11-21 02:30", "2026-11-21 14:30"]),
        ("morgen om half drie", ["2026-11-21 02:30", "2026-11-21 14:30"]),
        ("next sunday 9am", ["2026-11-22 09:00", "2026-11-29 09:00"]),
        ("nächsten Sonntag 9 Uhr", ["2026-11-22 09:00", "2026-11-29 09:00"]),
        ("volgende zondag 9 uur", ["2026-11-22 09:00", "2026-11-29 09:00"]),
        ("20.11. 9:00", ["2026-11-20 09:00", "2027-11-20 09:00"]),
    ],
)
def test_what_could_mean_two_times_asks(phrase: str, choices: list[str]) -> None:
    """Both are offered, and each is understood."""
    offered = refused(phrase).commands

    assert list(offered) == choices
    assert [at(choice).astimezone(BERLIN) for choice in offered] == [
        datetime.fromisoformat(choice).replace(tzinfo=BERLIN) for choice in choices
    ]


@pytest.mark.parametrize(
    "phrase",
    [
        "", "soon", "25:00", "14:60", "24 Uhr", "13pm", "0am", "32.12. 9:00", "30 february 9:00", "29.2. 9:00", "1/12 9:00",
        "Montag, 1.12. 9 Uhr", "2026-13-01 09:00", "in", "in minutes",
        "in 4bh", "in 99999 days", "9", "14", "morgen 9 Kunden",
        "tomorrow 9am please", "14:00 Atlantis", "halb", "halb 14", "half past", "9 in the evening morning", "tonight 9am",
        "14:00 15:00", "monday tuesday 9am",
        "in 20 minutes tomorrow", "next 9am", "2026-11-20T25:00Z", "9999-01-01 09:00",
        "0001-01-01T00:00+14:00", "٣ pm", "1.12", "half three", "at at 9am", "in -5 minutes",
        "5 minutes ago", "x" * 100_000,
    ],
)  # fmt: skip
def test_what_is_not_fully_understood_is_refused(phrase: str) -> None:
    """With examples that are understood; a word left over is never ignored."""
    assert all(at(example) for example in refused(phrase).commands)


def test_a_time_that_the_clocks_skip_is_refused() -> None:
    """In spring, 02:30 does not exist; the time on the other side is offered."""
    skipped = refused("2027-03-28 02:30")

    assert [at(offered) for offered in skipped.commands] == [datetime(2027, 3, 28, 1, 30, tzinfo=UTC)]


def test_a_time_that_the_clocks_show_twice_asks_which() -> None:
    """In autumn, 02:30 comes twice: both are offered, and an abbreviation decides."""
    early, late = datetime(2027, 10, 31, 0, 30, tzinfo=UTC), datetime(2027, 10, 31, 1, 30, tzinfo=UTC)

    assert [at(offered) for offered in refused("2027-10-31 02:30").commands] == [early, late]
    assert at("2027-10-31 02:30 CEST") == early
    assert at("2027-10-31 02:30 MEZ") == late


def test_an_abbreviation_out_of_season_is_refused() -> None:
    """CEST in November is somebody's mistake of an hour."""
    assert [at(offered) for offered in refused("14:00 CEST").commands] == [at("14:00")]


def test_the_zone_is_the_speakers_unless_named() -> None:
    """And the result says which zone was meant."""
    tokyo = read_when("14:00", now=NOW, zone="Asia/Tokyo", locale="en")
    berlin = read_when("14:00 Berlin", now=NOW, zone="Asia/Tokyo", locale="en")

    assert (tokyo.zone, tokyo.at.astimezone(ZoneInfo("Asia/Tokyo")).time()) == ("Asia/Tokyo", time(14))
    assert (berlin.zone, berlin.at.astimezone(BERLIN).time()) == ("Europe/Berlin", time(14))


def test_days_are_counted_where_the_clock_is() -> None:
    """Late in the evening in New York it is already tomorrow in Tokyo."""
    late = datetime(2026, 11, 20, 22, 0, tzinfo=ZoneInfo("America/New_York"))

    assert at("tomorrow 09:00 Tokyo", now=late, zone="America/New_York").astimezone(
        ZoneInfo("Asia/Tokyo")
    ).date() == date(2026, 11, 22)


def test_days_keep_the_time_of_day_and_hours_do_not() -> None:
    """Over the end of summer time, `in 1 day` is 25 hours away, `in 24 hours` is not."""
    before = datetime(2026, 10, 24, 12, 0, tzinfo=BERLIN)

    assert at("in 1 day", now=before) - before.astimezone(UTC) == timedelta(hours=25)
    assert at("in 24 hours", now=before) - before.astimezone(UTC) == timedelta(hours=24)


def test_every_listed_zone_exists() -> None:
    """Each place in the list is known to the zone database."""
    assert all(ZoneInfo(zone.name) for zone in zones().values())


WORDS = st.sampled_from(
    [*VOCABULARY, *map(str, range(0, 61, 7)), "9:00", "14:30", "2.12.", "2026-12-01", "2027", "20m", "pm", ","]
)
NOWS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy adds UTC
ZONES = st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "UTC"])
PAST = (
    "today",
    "heute",
    "vandaag",
    "vanochtend",
    "vanmiddag",
    "vanavond",
    "vanmorgen",
    "yesterday",
    "gestern",
    "gisteren",
)
MAY_BE_PAST = (*PAST, "tonight", "this", "2026", "2027", "now", "jetzt", "sofort", "nu", "meteen")


@given(
    st.one_of(st.lists(WORDS, max_size=6).map(" ".join), st.text(max_size=30)), NOWS, ZONES, st.sampled_from(LOCALES)
)
@settings(max_examples=600, deadline=None)
def test_a_phrase_is_understood_or_refused(phrase: str, now: datetime, zone: str, locale: str) -> None:
    """Nothing else is ever raised, and without a day or year that says so nothing lies in the past."""
    try:
        found = read_when(phrase, now=now, zone=zone, locale=locale)
    except BadArgument:
        return
    assert found.at.tzinfo is not None
    assert found.at >= now or any(word in phrase.lower() for word in MAY_BE_PAST)


@given(st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)), ZONES)  # noqa: DTZ001 - wall time on purpose
@settings(max_examples=200, deadline=None)
def test_a_written_date_and_time_is_that_wall_time(local: datetime, zone: str) -> None:
    """`2026-12-01 09:00` is what the speaker's clocks show, or refused where they show it never or twice."""
    try:
        found = at(f"{local:%Y-%m-%d %H:%M}", zone=zone)
    except BadArgument as refusal:
        assert refusal.commands  # noqa: PT017 - most dates are not refused
        return
    assert found.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local.replace(second=0, microsecond=0)


@given(st.times(), NOWS, ZONES)
@settings(max_examples=200, deadline=None)
def test_a_bare_clock_is_its_next_occurrence(clock: time, now: datetime, zone: str) -> None:
    """Later than now, at most 25 hours away, unless the clocks skip it or show it twice."""
    try:
        found = at(f"{clock:%H:%M}", now=now, zone=zone)
    except BadArgument:
        return
    assert now < found <= now + timedelta(hours=25)
    assert found.astimezone(ZoneInfo(zone)).time() == clock.replace(second=0, microsecond=0)
