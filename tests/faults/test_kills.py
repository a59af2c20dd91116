"""A hundred kills of a server at work."""

from __future__ import annotations

from pathlib import Path

import pytest

from kill_ledger import Ledger
from kill_run import ALL, kill


@pytest.mark.faults
@pytest.mark.timeout(480)
def test_a_hundred_kills(tmp_path: Path) -> None:
    """Seven and more at each step, two hundred conversations, twelve swarms: nothing lost, doubled or out of order."""
    killed = kill(tmp_path, kills=100, stories=12, at_least=2000, seed=4711)

    assert min(killed.steps[step] for step in ALL) >= 7
    assert killed.commands >= 2000
    Ledger(killed.found).judge(killed.commands, stories=12)
    assert (killed.verified.code, killed.verified.out) == (0, "The journals are whole.\n")
