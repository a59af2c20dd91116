"""A hundred kills of a server at work on Teams."""

from __future__ import annotations

from pathlib import Path

import pytest

from matrix_kill_lives import ENGINE
from matrix_kill_points import ANY_MOMENT, IN_VAIN
from teams_kill_company import steps_of
from teams_kill_ledger import Ledger
from teams_kill_points import REQUESTS
from teams_kill_run import kill

ALL = (*ENGINE, ANY_MOMENT, *REQUESTS)
"""Every way to be killed."""


@pytest.mark.faults
@pytest.mark.timeout(300)
async def test_a_hundred_kills(tmp_path: Path) -> None:
    """At every step six times or so, four hundred activities, eight swarms: nothing lost, doubled or out of order."""
    killed = await kill(tmp_path, steps=steps_of(ALL, 100), stories=8, commands=400, seed=4711)

    assert killed.deaths.total() == 100
    assert killed.deaths[IN_VAIN] <= 10
    assert killed.deliveries.total() >= 400
    Ledger(killed.found, killed.rooms).judge()
    assert (killed.verified.code, killed.verified.out) == (0, "The journals are whole.\n")
