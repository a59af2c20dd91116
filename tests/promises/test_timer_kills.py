"""Promise 6 while servers are killed and wall clocks jump; in full size in `tests/faults/test_timers.py`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from postgres_server import Postgres
from timer_judge import PostgresRows, SqliteRows
from timer_run import Size, rehearse

SMALL = Size(timers=200, seconds=3.0, restarts=3)


def test_timers_of_one_server(tmp_path: Path) -> None:
    """On SQLite: none lost, none twice, none before its time."""
    path = tmp_path / "chatops.db"
    verdict = rehearse(str(path), tmp_path, SqliteRows(path), ("one",), SMALL)

    assert (verdict.lost, verdict.twice, verdict.early) == ([], [], [])
    assert verdict.occurrences > 200


def test_timers_of_three_replicas(tmp_path: Path, postgres: Postgres, fresh_postgres_url: Callable[..., str]) -> None:
    """On PostgreSQL the same, by the database's clock."""
    url = fresh_postgres_url()
    verdict = rehearse(url, tmp_path, PostgresRows(postgres, url), ("one", "two", "three"), SMALL)

    assert (verdict.lost, verdict.twice, verdict.early) == ([], [], [])
    assert verdict.occurrences > 180
