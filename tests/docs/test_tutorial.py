"""The tutorial can be followed to its end, and does not take long."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from transcripts import Place, blocks, commands
from tree import ROOT

TUTORIAL = ROOT / "docs/tutorial/first-swarm.md"


def typed() -> list[str]:
    return [command.typed for block in blocks(TUTORIAL) if block.words[0] == "console" for command in commands(block)]


@pytest.mark.faults
@pytest.mark.timeout(300)
def test_the_tutorial_does_what_it_says(tmp_path: Path) -> None:
    """Every command in it, in order, on a fresh demo, answers what the page shows."""
    Place(tmp_path).follow(TUTORIAL)


def test_the_tutorial_goes_the_whole_way_and_stays_short() -> None:
    """From the start of the demo to a closed swarm, in at most two dozen commands."""
    steps = ["make demo", "case show", "open", "find", "invite", "accept", "brief", "question", "answer"]
    steps += ["task add", "step add", "undo", "solution", "swarm done"]
    seen = typed()
    assert len(seen) <= 24
    order = [next(number for number, line in enumerate(seen) if step in line) for step in steps]
    assert order == sorted(order)


def test_the_tutorial_tells_every_step_in_both_ways() -> None:
    """Whoever follows it in the browser finds each step, and so does whoever stays in the terminal."""
    text = TUTORIAL.read_text(encoding="utf-8")
    assert text.count("* **Browser.**") == text.count("* **Terminal.**") == text.count("\n## ") - 1


def test_the_buttons_the_tutorial_names_are_there() -> None:
    """By the labels that swarms and tasks give them."""
    files = (file for part in ("swarm", "tasks") for file in (ROOT / "chatops" / part).glob("*.py"))
    sources = "".join(file.read_text(encoding="utf-8") for file in files)
    bold = set(re.findall(r"\*\*([^*]+)\*\*", TUTORIAL.read_text(encoding="utf-8")))
    named = bold - {"Browser.", "Terminal.", "in the browser", "in a terminal"}
    assert named >= {"Invite", "I’ll help", "Answer", "Done"}
    assert not [label for label in named if f'_("{label}")' not in sources]
