"""Three hundred ways to say a time in each language: none is silently wrong, nearly all are understood."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from chatops.core.phrases import read_until, read_when
from chatops.core.values import duration
from chatops.errors import BadArgument

BERLIN = ZoneInfo("Europe/Berlin")
GOLDEN = Path(__file__).parent / "golden"
LANGUAGES = ("en", "de", "nl")
FRIDAY = datetime(2026, 11, 20, 9, 30, tzinfo=BERLIN)


def phrases(language: str) -> dict[tuple[datetime, str], datetime | None]:
    """Return what is said from when on, and when it is meant; None for what has to be refused."""
    found: dict[tuple[datetime, str], datetime | None] = {}
    for name in (f"phrases_{language}.txt", f"more_phrases_{language}.txt"):
        now = FRIDAY
        for line in (GOLDEN / name).read_text("utf-8").splitlines():
            if line.startswith("now "):
                now = datetime.fromisoformat(line.removeprefix("now ")).replace(tzinfo=BERLIN)
            elif not line.startswith("#"):
                expected, *said = line.split(" | ")
                at = None if expected == "?" else datetime.fromisoformat(expected).replace(tzinfo=BERLIN)
                found |= {(now, phrase): at for phrase in said}
    return found


def understood(phrase: str, now: datetime, locale: str) -> datetime | None:
    """Return when a phrase is, or None where it is refused."""
    try:
        return read_when(phrase, now=now, zone="Europe/Berlin", locale=locale).at
    except BadArgument:
        return None


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_silently_wrong_and_nearly_all_is_understood(language: str) -> None:
    """Right or refused, whoever says it; and of what means one time, at least 97 of 100 are understood."""
    all_of_them = phrases(language)
    meant = [key for key, at in all_of_them.items() if at is not None]
    for locale in LANGUAGES:
        read = {(now, phrase): understood(phrase, now, locale) for now, phrase in all_of_them}
        wrong = [
            (phrase, str(at), str(all_of_them[now, phrase]))
            for (now, phrase), at in read.items()
            if at is not None and at != all_of_them[now, phrase]
        ]
        refused = [phrase for now, phrase in meant if read[now, phrase] is None]

        assert wrong == []
        assert len(refused) <= 0.03 * len(meant), refused
    assert len(meant) >= 300


@pytest.mark.parametrize(
    ("phrase", "locale", "ends"),
    [
        ("friday", "en", "2026-11-21 00:00"),  # today: the rest of it
        ("tomorrow", "en", "2026-11-22 00:00"),
        ("monday", "en", "2026-11-24 00:00"),
        ("Freitag", "de", "2026-11-21 00:00"),
        ("Montag", "de", "2026-11-24 00:00"),
        ("1. Dezember", "de", "2026-12-02 00:00"),
        ("24.12.", "de", "2026-12-25 00:00"),
        ("vrijdag", "nl", "2026-11-21 00:00"),
        ("overmorgen", "nl", "2026-11-23 00:00"),
        ("2026-12-31", "nl", "2027-01-01 00:00"),
        ("friday 14:00", "en", "2026-11-20 14:00"),  # a time is a time
        ("in 2 hours", "en", "2026-11-20 11:30"),
    ],
)
def test_until_a_day_is_until_its_end(phrase: str, locale: str, ends: str) -> None:
    """Whoever is away until Friday is not asked on Friday."""
    found = read_until(phrase, now=FRIDAY, zone="Europe/Berlin", locale=locale)

    assert found.at == datetime.fromisoformat(ends).replace(tzinfo=BERLIN)


def test_the_end_of_a_day_is_where_the_speaker_is() -> None:
    """Also on the days that have 23 or 25 hours."""
    spring = datetime(2027, 3, 28, 0, 30, tzinfo=BERLIN)

    ends = read_until("today", now=spring, zone="Europe/Berlin", locale="en").at
    assert ends - spring.astimezone(UTC) == timedelta(hours=22.5)
    tokyo = read_until("today", now=FRIDAY, zone="Asia/Tokyo", locale="en")
    assert (tokyo.at, tokyo.zone) == (datetime(2026, 11, 20, 15, tzinfo=UTC), "Asia/Tokyo")


@pytest.mark.parametrize("phrase", ["next sunday", "tonight", "later", "monday 1 december", "4bh"])
def test_an_end_that_is_not_clear_is_refused(phrase: str) -> None:
    """What is offered instead is understood."""
    with pytest.raises(BadArgument) as refused:
        read_until(phrase, now=FRIDAY, zone="Europe/Berlin", locale="en")
    for offered in refused.value.commands:
        assert read_until(offered, now=FRIDAY, zone="Europe/Berlin", locale="en").at > FRIDAY


@pytest.mark.parametrize(("typed", "hours"), [("4bh", 4), ("4 bh", 4), ("4BH", 4), ("12bh", 12)])
def test_business_hours_are_a_length_of_time(typed: str, hours: int) -> None:
    """Never a point in time: that depends on somebody's calendar."""
    found = duration(typed)

    assert (found.seconds, found.business) == (hours * 3600, True)
    assert understood(f"in {typed}", FRIDAY, "en") is None


@pytest.mark.parametrize(
    "typed",
    ["2\u202fpm", "2\u00a0pm", "14\uff1a00", "  14:00  ", "2 PM.", "\uff11\uff14:00", "today,  2pm", "at 2 pm,"],
)
def test_typography_changes_nothing(typed: str) -> None:
    """Narrow and fixed spaces, full-width digits, stray punctuation: two in the afternoon, or refused."""
    at = understood(typed, FRIDAY, "en")

    assert at is None or at.astimezone(BERLIN).strftime("%H:%M") == "14:00"
