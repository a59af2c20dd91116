"""Whole servers on one PostgreSQL, killed at every step."""

from __future__ import annotations

from pathlib import Path

import pytest

from kill_ledger import Ledger
from postgres_fixtures import OwnPostgres
from replica_house_run import ALL, kill


@pytest.mark.faults
@pytest.mark.parametrize(("replicas", "kills"), [(2, 10), (3, 10)])
async def test_kills_of_servers(own_postgres: OwnPostgres, tmp_path: Path, replicas: int, kills: int) -> None:
    """Two hundred conversations and swarms, with the servers taking turns: nothing is lost, doubled or out of order."""
    server = own_postgres()

    killed = await kill(
        tmp_path, server.database(), replicas=replicas, kills=kills, stories=3, at_least=300, seed=replicas
    )

    assert killed.steps.total() == kills
    assert killed.steps.keys() == set(ALL)
    assert killed.commands >= 300
    Ledger(killed.found).judge(killed.commands, stories=3)
    assert (killed.verified.code, killed.verified.out) == (0, "The journals are whole.\n")
