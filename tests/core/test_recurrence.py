"""When timers are due: wall time through both days of the year that are not 24 hours long, and what absence costs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatops.core.recurrence import SKIP_AFTER, Firing, check, firings, first_due, instant, next_due

BERLIN = "Europe/Berlin"
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2026-01-15T09:00", "2026-01-15T08:00"),
        ("2026-07-15T09:00", "2026-07-15T07:00"),
        ("2026-03-29T02:30", "2026-03-29T01:00"),  # does not exist: the first minute that does
        ("2026-03-29T03:00", "2026-03-29T01:00"),
        ("2026-10-25T02:30", "2026-10-25T00:30"),  # exists twice: the first
    ],
)
def test_wall_time_becomes_an_instant(local: str, expected: str) -> None:
    assert instant(datetime.fromisoformat(local), BERLIN) == utc(expected)


def test_an_offset_wins_over_the_zone() -> None:
    assert first_due("2026-03-02T09:00:00+02:00", BERLIN) == utc("2026-03-02T07:00")
    assert first_due("2026-03-02T09:00:00", BERLIN) == utc("2026-03-02T08:00")


@pytest.mark.parametrize(
    ("rule", "after", "expected"),
    [
        ("every 20m", "2026-03-02T09:00", "2026-03-02T09:20"),
        ("every 1d", "2026-03-28T09:00", "2026-03-29T09:00"),
        ("daily 09:00", "2026-03-28T08:00", "2026-03-29T07:00"),  # over the change: still nine o'clock
        ("daily 09:00", "2026-03-02T07:59", "2026-03-02T08:00"),
        ("daily 09:00", "2026-03-02T08:00", "2026-03-03T08:00"),
        ("weekly mon,thu 09:00", "2026-03-02T08:00", "2026-03-05T08:00"),
        ("weekly mon 09:00", "2026-03-02T08:00", "2026-03-09T08:00"),
    ],
)
def test_rules(rule: str, after: str, expected: str) -> None:
    assert next_due(rule, BERLIN, utc(after)) == utc(expected)


@pytest.mark.parametrize("rule", ["", "sometimes", "every 0m", "daily 9:00", "weekly 09:00", "every 5"])
def test_what_is_no_rule_is_refused(rule: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        next_due(rule, BERLIN, MONDAY)


@given(
    minutes=st.integers(1, 300),
    rule=st.sampled_from(["every 7m", "every 3h", "daily 02:30", "daily 23:59", "weekly sun 02:30"]),
    start=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001 - made aware below
    zone=st.sampled_from([BERLIN, "America/New_York", "Australia/Lord_Howe", "UTC"]),
)
def test_the_next_occurrence_is_always_later(minutes: int, rule: str, start: datetime, zone: str) -> None:
    """So a timer can never stand still."""
    after = start.replace(tzinfo=UTC) + timedelta(minutes=minutes)

    assert next_due(rule, zone, after) > after


@pytest.mark.parametrize(
    ("missed", "expected"),
    [
        ("latest", [(50, 5)]),
        ("all", [(0, 0), (10, 0), (20, 0), (30, 0), (40, 0), (50, 0)]),
        ("skip", []),
    ],
)
def test_what_an_absence_leaves(missed: Literal["all", "latest", "skip"], expected: list[tuple[int, int]]) -> None:
    """Due every ten minutes, away for 55."""
    fired, following = firings(
        due=MONDAY, zone="UTC", rule="every 10m", missed=missed, now=MONDAY + timedelta(minutes=55)
    )

    assert fired == tuple(Firing(due=MONDAY + timedelta(minutes=due), missed=count) for due, count in expected)
    assert following == MONDAY + timedelta(minutes=60)


def test_skip_forgives_a_moment() -> None:
    """A scan that comes a few seconds late has missed nothing."""
    now = MONDAY + SKIP_AFTER

    assert firings(due=MONDAY, zone="UTC", rule=None, missed="skip", now=now) == ((Firing(due=MONDAY),), None)


def test_one_shots_fire_once() -> None:
    """And never again."""
    assert firings(due=MONDAY, zone="UTC", rule=None, missed="latest", now=MONDAY) == ((Firing(due=MONDAY),), None)


def test_nothing_is_early() -> None:
    """Not by a microsecond."""
    before = MONDAY - timedelta(microseconds=1)

    assert firings(due=MONDAY, zone="UTC", rule=None, missed="all", now=before) == ((), MONDAY)


def test_a_long_absence_is_made_up_in_portions() -> None:
    """The next due time stays in the past until all is fired."""
    fired, following = firings(
        due=MONDAY, zone="UTC", rule="every 1m", missed="all", now=MONDAY + timedelta(days=1), limit=100
    )

    assert len(fired) == 100
    assert following == MONDAY + timedelta(minutes=100)


@pytest.mark.parametrize(
    ("due", "zone", "rule"),
    [
        ("soon", "UTC", None),
        ("2026-03-02T12:00:00+00:00", "Europe/Atlantis", None),
        ("2026-03-02T12:00:00+00:00", "../etc", None),
        ("2026-03-02T12:00:00+00:00", "UTC", "every 0m"),
        ("2026-03-02T12:00:00+00:00", "UTC", "every 99999999999999999999d"),
        ("2026-03-02T12:00:00+00:00", "UTC", "every 9999999d"),
        ("2026-03-02T12:00:00+00:00", "UTC", "0 9 * * 1"),
        ("2026-03-02T12:00:00+00:00", "UTC", "daily 25:00"),
        ("2026-03-02T12:00:00+00:00", "UTC", "weekly foo 09:00"),
    ],
)
def test_what_could_never_be_due_is_refused(due: str, zone: str, rule: str | None) -> None:
    with pytest.raises(ValueError, match=r"."):
        check(due, zone, rule)


def test_what_can_be_due_is_not_refused() -> None:
    check("2026-03-29T02:30", BERLIN, "weekly mon,thu 09:00")
    check("2026-03-29T02:30:00+00:00", "UTC", None)


@pytest.mark.parametrize("missed", ["latest", "skip"])
def test_a_long_absence_costs_nothing(missed: Literal["latest", "skip"]) -> None:
    """What was due every second for thirty years is worked out at once, not gone through."""
    seconds = 30 * 365 * 86400
    now = MONDAY + timedelta(seconds=seconds)
    fired, following = firings(due=MONDAY, zone="UTC", rule="every 1s", missed=missed, now=now)

    assert fired == (Firing(due=now, missed=seconds if missed == "latest" else 0),)
    assert following == now + timedelta(seconds=1)


@given(
    rule=st.sampled_from(["every 7s", "every 3m", "every 2h"]),
    absence=st.integers(0, 100_000),
    missed=st.sampled_from(["latest", "skip"]),
)
def test_elapsed_time_is_counted_as_if_gone_through(rule: str, absence: int, missed: Literal["latest", "skip"]) -> None:
    """The occurrence fired, the number merged into it and the next due time are those of a step after the other."""
    now = MONDAY + timedelta(seconds=absence)
    steps, coming = 0, MONDAY
    while next_due(rule, "UTC", coming) <= now:
        steps, coming = steps + 1, next_due(rule, "UTC", coming)

    fired, following = firings(due=MONDAY, zone="UTC", rule=rule, missed=missed, now=now)
    if missed == "latest":
        assert fired == (Firing(due=coming, missed=steps),)
    else:
        assert fired == ((Firing(due=coming),) if now - coming <= SKIP_AFTER else ())
    assert following == next_due(rule, "UTC", coming)
