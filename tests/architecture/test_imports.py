"""The import contracts in pyproject.toml hold, and each of them catches its violation."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest

from tree import ROOT, copy_source

CONTRACTS = {
    contract["id"]: contract["name"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}


class Violation(NamedTuple):
    contract: str
    file: str
    line: str


VIOLATIONS = [
    Violation("layers", "chatops/errors.py", "import chatops.core.message"),
    Violation("layers", "chatops/ports/spoiled.py", "import chatops.engine"),
    Violation("layers", "chatops/engine/spoiled.py", "import chatops.people"),
    Violation("layers", "chatops/web/spoiled.py", "import chatops.storage"),
    Violation("layers", "chatops/swarm/spoiled.py", "import chatops.app"),
    Violation("layers", "chatops/unlisted.py", ""),
    Violation("plugins-public", "plugins/console_network/spoiled.py", "import chatops.engine"),
    Violation("plugins-public", "plugins/local_tickets/spoiled.py", "from chatops.core import access"),
    Violation("plugins-public", "plugins/local_tickets/spoiled.py", "from chatops import core"),
    Violation("server-names-no-plugin", "chatops/app.py", "import console_network"),
    Violation("plugins-independent", "plugins/console_network/spoiled.py", "import local_tickets"),
    Violation("plugins-folder", "plugins/console_network/spoiled.py", "import plugins.console_network"),
    Violation("plugins-folder", "chatops/app.py", "from plugins import local_tickets"),
    Violation("core-no-io", "chatops/core/spoiled.py", "import aiohttp"),
    Violation("core-no-io", "chatops/core/spoiled.py", "import sqlite3"),
    Violation("tortoise-in-storage", "chatops/app.py", "from tortoise import fields"),
    Violation("tortoise-in-storage", "chatops/engine/spoiled.py", "import tortoise"),
    Violation("testing-neutral", "chatops/testing/spoiled.py", "import chatops.swarm"),
    Violation("testing-neutral", "chatops/testing/spoiled.py", "import chatops.storage"),
]

ALLOWED = [
    ("plugins/console_network/spoiled.py", "from chatops.core.message import Message"),
    ("plugins/console_network/spoiled.py", "from chatops.core import text"),
    ("plugins/local_tickets/spoiled.py", "import chatops"),
    ("plugins/local_tickets/spoiled.py", "import chatops.errors"),
    ("chatops/storage/spoiled.py", "import tortoise"),
]


def lint_imports(tree: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": f"{tree}{os.pathsep}{tree / 'plugins'}", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def spoil(tree: Path, file: str, line: str) -> None:
    """Add `line` to `file`, making it and the packages it is in, and the module that the line imports."""
    target = tree / file
    make_packages(tree, target.parent)
    with target.open("a") as out:
        out.write(f"\n{line}\n")
    for word in line.split():
        if word.startswith("chatops.") and not (tree / f"{word.replace('.', '/')}.py").exists():
            make_packages(tree, tree / word.replace(".", "/"))


def make_packages(tree: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    while folder not in (tree, tree / "plugins"):
        (folder / "__init__.py").touch()
        folder = folder.parent


def test_contracts_hold() -> None:
    """The tree as it is breaks no contract."""
    result = lint_imports(ROOT)

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("violation", VIOLATIONS, ids=lambda v: f"{v.contract}: {v.line or 'new module'} in {v.file}")
def test_violation_is_caught(violation: Violation, tmp_path: Path) -> None:
    """One wrong import breaks the contract that forbids it."""
    tree = copy_source(tmp_path / "tree")
    spoil(tree, violation.file, violation.line)

    result = lint_imports(tree)

    assert result.returncode != 0
    assert f"{CONTRACTS[violation.contract]} BROKEN" in result.stdout


@pytest.mark.parametrize(("file", "line"), ALLOWED)
def test_what_is_allowed_passes(file: str, line: str, tmp_path: Path) -> None:
    """The contracts leave the public names to plugins, and Tortoise to the storage."""
    tree = copy_source(tmp_path / "tree")
    spoil(tree, file, line)

    result = lint_imports(tree)

    assert result.returncode == 0, result.stdout + result.stderr


def test_every_contract_has_a_violation() -> None:
    """A contract without a proof that it catches something is not trusted."""
    assert {violation.contract for violation in VIOLATIONS} == set(CONTRACTS)
