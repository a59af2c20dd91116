"""Three thousand rooms on a network that takes six hundred posts per second, a sender killed in the middle."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from broadcast_run import Tally, send
from chatops.engine.settings import EngineSettings

ROOMS, LIMIT = 3000, 600.0
IN_FLIGHT = EngineSettings().bulk_sends


@pytest.mark.faults
def test_three_thousand_rooms_and_one_server(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On SQLite: each room has its post once; what was under way at the kill is all that is sent again."""
    _judged(send(str(tmp_path / "chatops.db"), ["one"], rooms=ROOMS, limit=LIMIT, dies_after=ROOMS // 2), capsys)


@pytest.mark.faults
def test_three_thousand_rooms_and_two_replicas(
    fresh_postgres_url: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    """On PostgreSQL the other one sends the rest."""
    _judged(send(fresh_postgres_url(), ["one", "two"], rooms=ROOMS, limit=LIMIT, dies_after=ROOMS // 4), capsys)


def _judged(tally: Tally, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\nbroadcast: {tally}")  # noqa: T201 - a figure for whoever runs the long tests
    assert (tally.rooms, tally.posts) == (ROOMS, ROOMS)
    assert 1 <= tally.repeats <= IN_FLIGHT
    assert tally.refused <= ROOMS // 20
