"""`chatops test FOLDER`: what is wrong with a policy is found before the night it is needed."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from chatops.cli import cli
from chatops.policy import examine
from tree import ROOT

PEOPLE = """
[[people]]
id = "lea"
name = "Lea"
roles = ["pod_lead"]
pods = ["one"]

[[people]]
id = "anna"
name = "Anna"
roles = ["expert"]
pods = ["one"]
skills = { billing = 5 }

[[people]]
id = "ben"
name = "Ben"
roles = ["expert"]
pods = ["one"]
skills = { billing = 3 }
"""
PODS = '[[pods]]\nid = "one"\nlead = "lea"\n'
RULES = """
pod = "one"
[[rules]]
name = "urgent"
when.priority = "urgent"
pod = "one"
swarm = "open"
question = "Help"
skills = "billing"
"""
TEST = (
    '[[tests]]\nname = "t"\nat = "Sunday 03:00 Amsterdam"\ncase = {{ priority = "urgent" }}\nexpect = {{ {expect} }}\n'
)


def folder(path: Path, *, people: str = PEOPLE, pods: str = PODS, rules: str = RULES, tests: str = "") -> Path:
    """Write a policy."""
    for name, text in (("people", people), ("pods", pods), ("rules", rules), ("rules.tests", tests)):
        (path / f"{name}.toml").write_text(text)
    return path


@pytest.mark.parametrize("name", ["config", "chatops/demo/company"])
def test_what_we_ship_is_well(name: str) -> None:
    """The repository's own policy and the demo company's, with their scenarios."""
    report = examine(ROOT / name)
    assert report.problems == ()
    assert report.scenarios >= 3


def test_who_is_asked_and_in_which_order_is_what_the_real_ranking_says(tmp_path: Path) -> None:
    """Anna first; Ben when she has let it pass; with Anna away, Ben at once."""
    tests = TEST.format(expect='after = "15m", asks = ["anna", "ben"], owner = "lea", swarm = "opened", pod = "one"')
    tests += TEST.format(expect='asks = "ben"').replace("expect", 'away = "anna"\nexpect')
    assert examine(folder(tmp_path, tests=tests)).problems == ()


@pytest.mark.parametrize(
    ("expect", "why"),
    [
        ('asks = ["ben"]', "anna is asked, not ben."),
        ("asks = []", "anna is asked, not nobody."),
        ('swarm = "none"', "swarm: opened, not none."),
        ('pod = "two"', "it goes to one, not to two."),
        ('rules = "other"', "urgent fires, not other."),
        ('owner = "ben"', "the swarm is lea’s, not ben’s."),
    ],
)
def test_what_comes_otherwise_is_told_with_the_reason(tmp_path: Path, expect: str, why: str) -> None:
    """Where it is written, what came instead, and each condition's value."""
    (problem,) = examine(folder(tmp_path, tests=TEST.format(expect=expect))).problems
    assert "rules.tests.toml: line 1: t: after 0m: " in problem
    assert why in problem
    assert "urgent fires (priority urgent: urgent ✓)" in problem


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"pods": '[[pods]]\nid = "one"\n'}, "pod one has no lead"),
        ({"pods": PODS + '[[pods]]\nid = "two"\n'}, "pod two has no members"),
        ({"pods": PODS.replace('"lea"', '"anna"')}, "its lead anna has not the role pod_lead"),
        ({"rules": RULES.replace("billing", "biling")}, "rule urgent: nobody has the skill 'biling'."),
        ({"rules": RULES + 'invite = "zoe"\n'}, "rule urgent: there is nobody 'zoe'"),
        ({"rules": RULES.replace('pod = "one"\n', "", 1)}, "a case nobody gets: priority anything else."),
        (
            {"rules": RULES + '[[rules]]\nname = "b"\npod = "one"\nwhen = { priority = "urgent", age = "> 2h" }'},
            "rule b never acts: urgent goes first for every case it is for.",
        ),
        (
            {"rules": RULES + '[[rules]]\nname = "b"\npod = "one"\nwhen.age = "> 2h"\nunless.age = "> 1h"'},
            "rule b never acts: its conditions exclude each other.",
        ),
        ({"rules": RULES.replace('pod = "one"\nswarm', 'pod = "won"\nswarm')}, "'won' is not a pod; 'one' is."),
        (
            {"rules": 'segments = ["vip"]\n' + RULES.replace("when.priority", "when.segment")},
            "segment: 'urgent' is not a segment",
        ),
        ({"tests": TEST.format(expect="pood = 1")}, "'pood' is not a key; 'pod' is."),
        ({"tests": TEST.format(expect="").replace("Sunday", "Someday")}, "is no moment"),
    ],
)
def test_what_does_not_hang_together_is_found(tmp_path: Path, change: dict[str, str], problem: str) -> None:
    """Gaps, rules that never act, pods without people, words that name nothing."""
    assert problem in examine(folder(tmp_path, **change)).text


def test_rules_that_act_only_later_or_at_other_hours_leave_no_gap(tmp_path: Path) -> None:
    """A case that somebody gets in four hours, or on Monday, is nobody's no longer."""
    rules = '[[rules]]\nname = "late"\npod = "one"\nwhen = { age = "> 4h", weekday = "mon" }\n'
    assert examine(folder(tmp_path, rules=rules)).problems == ()


def test_the_command_line_says_by_its_exit_code_what_was_found(tmp_path: Path) -> None:
    """0 all is well, 1 problems, 2 it cannot be read."""
    run = CliRunner().invoke
    well = run(cli, ["test", str(folder(tmp_path))])
    assert (well.exit_code, well.output) == (0, "1 rule, 0 scenarios: all is well.\n")
    assert run(cli, ["test", str(folder(tmp_path, pods='[[pods]]\nid = "one"\n'))]).exit_code == 1
    assert run(cli, ["test", str(folder(tmp_path, rules="[[rules]"))]).exit_code == 2
    assert run(cli, ["test", str(tmp_path / "none")]).exit_code == 2
