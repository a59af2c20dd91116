"""The source tree, and copies of it that a test may spoil."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]


def copy_source(target: Path) -> Path:
    """Copy what the distribution is built from to `target`, without anything compiled."""
    target.mkdir()
    for folder in ("chatops", "plugins"):
        shutil.copytree(ROOT / folder, target / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "LICENSE", "README.md", ".gitignore"):
        if (ROOT / file).exists():
            shutil.copy(ROOT / file, target)
    return target
