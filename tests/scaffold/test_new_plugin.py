"""`chatops plugins new`: what it makes works at once, and what it cannot make it says."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from chatops.errors import StartError
from chatops.scaffold.making import Kind, make

ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "kind", [Kind.COMMANDS, *(pytest.param(kind, marks=pytest.mark.faults) for kind in (Kind.NETWORK, Kind.TICKETS))]
)
def test_a_new_plugin_is_tested_and_loaded(kind: Kind) -> None:
    """The script for newcomers: made, installed, its own tests pass, the server loads it and finds nothing wrong."""
    run = subprocess.run(
        [str(ROOT / "scripts" / "try-new-plugin"), kind], capture_output=True, text=True, timeout=110, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"A new plugin ({kind}), tested and loaded" in run.stdout
    assert " passed" in run.stdout


@pytest.mark.parametrize("kind", list(Kind))
def test_nothing_of_the_template_is_left(kind: Kind, tmp_path: Path) -> None:
    """Every name is the new plugin's own, in files and in their names."""
    made = make("lunch-list", kind, tmp_path)
    assert made
    for path in made:
        assert "starter" not in f"{path.relative_to(tmp_path)} {path.read_text(encoding='utf-8')}".lower()


@pytest.mark.parametrize("name", ["", "Lunch", "1st", "lunch list", "../lunch", "lunch-", "a" * 41, "class", "lünch"])
def test_a_name_that_cannot_be_one_is_refused(name: str, tmp_path: Path) -> None:
    """With one that could; nothing is written."""
    with pytest.raises(StartError, match="lunch-list"):
        make(name, Kind.COMMANDS, tmp_path)
    assert not list(tmp_path.iterdir())


def test_what_is_there_is_left_alone(tmp_path: Path) -> None:
    """A second plugin of the same name is refused."""
    first = make("lunch-list", Kind.COMMANDS, tmp_path)
    with pytest.raises(StartError, match="there already"):
        make("lunch-list", Kind.NETWORK, tmp_path)
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == sorted(first)
