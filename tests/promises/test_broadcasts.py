"""Promise 5 for a broadcast whose sender is killed; in full size in `tests/faults/test_broadcasts.py`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from broadcast_run import send
from chatops.engine.settings import EngineSettings

ROOMS = 150
LIMIT = 40.0
IN_FLIGHT = EngineSettings().bulk_sends


@pytest.mark.timeout(90)
def test_one_server_dies_and_comes_again(tmp_path: Path) -> None:
    """On SQLite: every room has its post once; what was under way at the kill is all that is sent again."""
    tally = send(str(tmp_path / "chatops.db"), ["one"], rooms=ROOMS, limit=LIMIT, dies_after=ROOMS // 3)

    assert (tally.rooms, tally.posts) == (ROOMS, ROOMS)
    assert 1 <= tally.repeats <= IN_FLIGHT
    assert tally.refused <= ROOMS // 20


@pytest.mark.timeout(90)
def test_one_of_two_replicas_dies(fresh_postgres_url: Callable[..., str]) -> None:
    """On PostgreSQL the other one sends the rest; together they keep to the network's limit."""
    tally = send(fresh_postgres_url(), ["one", "two"], rooms=ROOMS, limit=LIMIT, dies_after=ROOMS // 4)

    assert (tally.rooms, tally.posts) == (ROOMS, ROOMS)
    assert 1 <= tally.repeats <= IN_FLIGHT
    assert tally.refused <= ROOMS // 20
