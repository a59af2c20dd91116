"""A hundred kills of a server at work on a real homeserver, and two of the homeserver."""

from __future__ import annotations

from pathlib import Path

import pytest

from matrix_kill_ledger import Ledger
from matrix_kill_lives import ALL
from matrix_kill_points import IN_VAIN
from matrix_kill_run import kill


@pytest.mark.faults
@pytest.mark.timeout(900)
async def test_a_hundred_kills(tmp_path: Path) -> None:
    """At every step four times or so, four hundred commands, eight swarms: nothing lost, doubled or out of order."""
    steps = [ALL[number % len(ALL)] for number in range(100)]
    killed = await kill(tmp_path, steps=steps, stories=8, commands=400, seed=4711)

    assert killed.deaths.total() == 100
    assert killed.deaths[IN_VAIN] <= 10
    assert len(killed.found["told"]["commands"]) >= 400
    Ledger(killed.found, killed.rooms).judge()
    assert (killed.verified.code, killed.verified.out) == (0, "The journals are whole.\n")
