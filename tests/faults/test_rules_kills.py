"""Rules that act while their server is killed: no case is forgotten, and none is opened or offered twice."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pytest

import rules_kill_child
from live_house import furnish
from rules_kill_child import ANY_MOMENT, EACH, OFFERED, OPENED, OUTSIDE

STEPS = {
    "claim": 12,
    "handler": 12,
    "before-commit": 12,
    "after-commit": 12,
    "before-send": 4,
    "after-send": 4,
    "before-mark": 4,
    ANY_MOMENT: 150,
}
"""Each step, and the latest occurrence at which it kills; for any moment, milliseconds."""

_PODS = """
[[pods]]
id = "one"
name = "One"
lead = "lead-1"

[[pods]]
id = "two"
name = "Two"
lead = "lead-1"
room = "console:general"
"""

_RULES = f"""
[[rules]]
name = "now"
when.text = "{OPENED}"
pod = "one"
swarm = "open"
question = "It cannot wait"

[[rules]]
name = "later"
when.text = "{OFFERED}"
pod = "two"
swarm = "offer"
question = "Who has a minute"
"""


@pytest.mark.faults
@pytest.mark.timeout(600)
@pytest.mark.parametrize("rounds", [1, 4])
def test_looks_that_are_killed(tmp_path: Path, rounds: int) -> None:
    """At every step of the engine, at any moment, and once a room or a note is there: each case is served exactly once."""
    data = furnished(tmp_path)
    ways = [*STEPS, *OUTSIDE] * rounds
    chance = random.Random(rounds)
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(
            [sys.executable, rules_kill_child.__file__, str(data)],
            env={**os.environ, "PYTHONPATH": str(Path(rules_kill_child.__file__).parent)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        for life, step in enumerate([*ways, ""]):
            order = {"step": step, "after": chance.randint(1, STEPS.get(step, 1)), "life": life}
            print(json.dumps(order), file=process.stdin, flush=True)
            assert process.stdout is not None
            code = process.stdout.readline().strip()
            errors.seek(0)
            assert code == ("-9" if step else "0"), f"{order}: {code}\n{errors.read()[-6000:]}"
    found = json.loads((tmp_path / "ledger.json").read_text())
    judge(found, lives=len(ways) + 1)
    would_notice(found, lives=len(ways) + 1)


def would_notice(found: dict[str, object], *, lives: int) -> None:
    """The judgement is worth something: it finds a swarm or an offer that is lost or doubled."""
    swarms, said = found["swarms"], found["said"]
    assert isinstance(swarms, list)
    assert isinstance(said, list)
    offer = next(one for one in said if one[0] == "general" and OFFERED in one[1])
    lost = [one for one in said if one is not offer]
    for spoilt in ({"swarms": swarms[1:]}, {"swarms": [*swarms, swarms[0]]}, {"said": lost}, {"said": [*said, offer]}):
        with pytest.raises(AssertionError):
            judge({**found, **spoilt}, lives=lives)


def furnished(folder: Path) -> Path:
    """Make a server's folder, with two pods and a rule for each."""
    data = furnish(folder)
    (data / "pods.toml").write_text(_PODS)
    (data / "rules.toml").write_text(_RULES)
    settings = (data / "chatops.toml").read_text().replace('"people.toml"', '"people.toml"\npods = "pods.toml"')
    (data / "chatops.toml").write_text(f'{settings}\n[rules]\nfile = "rules.toml"\nmost = 50\nscan = 3600\n')
    return data


def judge(found: dict[str, object], *, lives: int) -> None:
    """Find nothing lost, nothing done twice, nothing given up."""
    cases, swarms, said = found["cases"], found["swarms"], found["said"]
    assert isinstance(cases, dict)
    assert isinstance(swarms, list)
    assert isinstance(said, list)
    assert (found["dead"], found["findings"]) == ([], [])
    assert len(cases) == lives * EACH * 2
    opened = {id_ for id_, subject in cases.items() if subject.startswith(OPENED)}
    assert Counter(swarms) == Counter(opened)
    offers = [words for room, words in said if room == "general"]
    for subject in cases.values():
        told = sum(words.count(subject) for words in offers)
        assert told == (1 if subject.startswith(OFFERED) else 0), f"{subject} was offered {told} times"
    rooms = found["rooms"]
    assert isinstance(rooms, list)
    assert sum("swarm" in json.dumps(room).lower() for room in rooms) in {0, len(opened)}
