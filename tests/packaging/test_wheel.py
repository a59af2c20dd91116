"""The wheel holds everything that runs, nothing else, and is the same each time it is built."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tree import ROOT, copy_source

PACKAGES = {
    "chatops": ROOT,
    "console_network": ROOT / "plugins",
    "local_tickets": ROOT / "plugins",
    "matrix_network": ROOT / "plugins",
    "teams_network": ROOT / "plugins",
}
"""Each import package, and the folder it lies in."""


def build(folder: Path) -> Path:
    """Build a wheel with what is installed, reaching no index."""
    copy_source(folder)
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "out", "."],
        cwd=folder,
        env=os.environ | {"SOURCE_DATE_EPOCH": "1767225600"},
        check=True,
        capture_output=True,
    )
    (wheel,) = (folder / "out").glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("wheel") / "tree")


def sources(package: str) -> set[str]:
    """Every file of a package: modules, templates, static files, migrations, catalogues."""
    base = PACKAGES[package]
    files = (base / package).rglob("*")
    return {str(file.relative_to(base)) for file in files if file.is_file() and "__pycache__" not in file.parts}


@pytest.mark.parametrize("package", PACKAGES)
def test_wheel_holds_every_file_of(package: str, wheel: Path) -> None:
    """What lies in the package's folder is in the wheel, importable under the package's name."""
    assert sources(package) <= set(zipfile.ZipFile(wheel).namelist())


def test_wheel_holds_nothing_else(wheel: Path) -> None:
    """Tests, adapters that are not built yet and stray files stay out."""
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}

    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


def test_wheel_says_it_is_typed(wheel: Path) -> None:
    """`py.typed` is there, so that plugin authors get our types."""
    assert "chatops/py.typed" in zipfile.ZipFile(wheel).namelist()


def test_wheel_declares_command_and_plugins(wheel: Path) -> None:
    """The entry points are those of pyproject.toml."""
    archive = zipfile.ZipFile(wheel)
    (entry_points,) = (name for name in archive.namelist() if name.endswith("entry_points.txt"))
    text = archive.read(entry_points).decode()

    assert "chatops = chatops.cli:main" in text
    assert "console_network = console_network.plugin" in text
    assert "local_tickets = local_tickets.plugin" in text
    assert "matrix_network = matrix_network.plugin" in text
    assert "[chatops.tools]\nmatrix = matrix_network" in text


def test_two_builds_are_the_same_bytes(wheel: Path, tmp_path: Path) -> None:
    """With SOURCE_DATE_EPOCH set, a second build in another folder gives the same file."""
    assert build(tmp_path / "again").read_bytes() == wheel.read_bytes()
