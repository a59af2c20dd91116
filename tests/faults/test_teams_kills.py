"""A hundred kills of a server at work on Teams."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from matrix_kill_lives import ENGINE
from matrix_kill_points import ANY_MOMENT, IN_VAIN
from teams_kill_ledger import Ledger
from teams_kill_run import kill

OFTEN = (*ENGINE, ANY_MOMENT, "say")
"""Ways to be killed that something leads to all the time: 88 times."""

SELDOM = ("create", "install", "invite", "edit")
"""Those that need a swarm to be opened: 12 times, one in eight."""


def steps() -> list[str]:
    """A hundred steps; the first ways are met once more often than the last."""
    often, seldom = itertools.cycle(OFTEN), itertools.cycle(SELDOM)
    return [next(seldom) if number % 8 == 1 and number < 96 else next(often) for number in range(100)]


@pytest.mark.faults
@pytest.mark.timeout(300)
async def test_a_hundred_kills(tmp_path: Path) -> None:
    """At every step nine times or so, four hundred activities, twelve swarms: nothing lost, doubled or out of order."""
    killed = await kill(tmp_path, steps=steps(), stories=12, commands=400, seed=4711)

    assert killed.deaths.total() == 100
    assert killed.deaths[IN_VAIN] <= 10
    assert killed.deliveries.total() >= 400
    Ledger(killed.found, killed.rooms).judge()
    assert (killed.verified.code, killed.verified.out) == (0, "The journals are whole.\n")
