"""The import contracts in pyproject.toml hold, and each of them catches its violation."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
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


class Tree:
    """A copy of the source, spoiled and mended again and again: to copy all of it takes longer than to look through it."""

    def __init__(self, folder: Path) -> None:
        self.path = copy_source(folder / "tree")
        self.cache = folder / "cache"
        """Of what each unchanged module imports."""
        self._before: dict[Path, bytes] = {}
        self._new: list[Path] = []

    def spoil(self, file: str, line: str) -> None:
        """Add `line` to `file`, making it and the packages it is in, and the module that the line imports."""
        target = self.path / file
        self._make_packages(target.parent)
        if target.exists():
            self._before[target] = target.read_bytes()
        else:
            self._new.append(target)
        with target.open("a") as out:
            out.write(f"\n{line}\n")
        for word in line.split():
            place = self.path / word.replace(".", "/")
            if word.startswith("chatops.") and not place.with_suffix(".py").exists():
                self._make_packages(place)

    def mend(self) -> None:
        """Take back all that was spoiled."""
        for file, content in self._before.items():
            file.write_bytes(content)
        for path in reversed(self._new):
            if path.is_dir():
                path.rmdir()
            else:
                path.unlink()
        self._before.clear()
        self._new.clear()

    def _make_packages(self, folder: Path) -> None:
        if folder in (self.path, self.path / "plugins"):
            return
        self._make_packages(folder.parent)
        if not folder.exists():
            folder.mkdir()
            self._new.append(folder)
        if not (init := folder / "__init__.py").exists():
            init.touch()
            self._new.append(init)


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    return Tree(tmp_path_factory.mktemp("imports"))


@pytest.fixture
def tree(copied: Tree) -> Iterator[Tree]:
    """The source as it is."""
    yield copied
    copied.mend()


def lint_imports(tree: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo", *options],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": f"{tree}{os.pathsep}{tree / 'plugins'}", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_contracts_hold() -> None:
    """The tree as it is breaks no contract."""
    result = lint_imports(ROOT, "--no-cache")

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("violation", VIOLATIONS, ids=lambda v: f"{v.contract}: {v.line or 'new module'} in {v.file}")
def test_violation_is_caught(violation: Violation, tree: Tree) -> None:
    """One wrong import breaks the contract that forbids it."""
    tree.spoil(violation.file, violation.line)

    result = lint_imports(tree.path, "--cache-dir", str(tree.cache), "--contract", violation.contract)

    assert result.returncode != 0
    assert f"{CONTRACTS[violation.contract]} BROKEN" in result.stdout


@pytest.mark.parametrize(("file", "line"), ALLOWED)
def test_what_is_allowed_passes(file: str, line: str, tree: Tree) -> None:
    """The contracts leave the public names to plugins, and Tortoise to the storage."""
    tree.spoil(file, line)

    result = lint_imports(tree.path, "--cache-dir", str(tree.cache))

    assert result.returncode == 0, result.stdout + result.stderr


def test_every_contract_has_a_violation() -> None:
    """A contract without a proof that it catches something is not trusted."""
    assert {violation.contract for violation in VIOLATIONS} == set(CONTRACTS)
