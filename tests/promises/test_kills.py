"""A server killed at every step: nothing is lost, nothing happens twice, nothing is out of order."""

from __future__ import annotations

from pathlib import Path

import pytest

from kill_run import STEPS, kill


@pytest.mark.timeout(180)
def test_ten_kills(tmp_path: Path) -> None:
    """On two hundred conversations with four swarms among them; judged by the console and the tickets, not by us."""
    killed = kill(tmp_path, kills=10, stories=4, at_least=300, seed=20)

    assert killed.steps.keys() >= STEPS.keys()
    killed.ledger.judge(killed.commands, stories=4)
    assert (killed.verified.code, killed.verified.out) == (0, "The journals are whole.\n")
