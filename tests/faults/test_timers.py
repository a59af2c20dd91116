"""Ten thousand timers, schedulers that are killed twenty times, wall clocks that jump by an hour."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from postgres_server import Postgres
from timer_judge import PostgresRows, SqliteRows, Verdict
from timer_run import Size, rehearse

WHOLE = Size(timers=10_000, seconds=60.0, restarts=20)


@pytest.mark.faults
def test_ten_thousand_timers_of_one_server(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On SQLite: none lost, none twice, none before its time."""
    path = tmp_path / "chatops.db"
    _judged(rehearse(str(path), tmp_path, SqliteRows(path), ("one",), WHOLE), capsys)


@pytest.mark.faults
def test_ten_thousand_timers_of_three_replicas(
    tmp_path: Path, postgres: Postgres, fresh_postgres_url: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    """On PostgreSQL the same, by the database's clock."""
    url = fresh_postgres_url()
    _judged(
        rehearse(url, tmp_path, PostgresRows(postgres, url), ("one", "two", "three"), WHOLE),
        capsys,
    )


def _judged(verdict: Verdict, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\ntimers: {verdict}")  # noqa: T201 - a figure for whoever runs the long tests
    assert verdict.occurrences > 10_000
    assert (verdict.lost, verdict.twice, verdict.early) == ([], [], [])
