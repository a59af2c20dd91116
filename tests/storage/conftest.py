"""An empty SQLite database for each test, migrated once."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from chatops.storage.schema import migrate
from chatops.storage.sqlite_file import url
from chatops.testing.clock import ManualClock


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database without rows."""
    path = tmp_path_factory.mktemp("migrated") / "chatops.db"
    asyncio.run(migrate(url(path)))
    return path


@pytest.fixture
def database(migrated: Path, tmp_path: Path) -> Path:
    """This test's own copy of it, `chatops.db` in its folder."""
    return Path(shutil.copy(migrated, tmp_path / "chatops.db"))


@pytest.fixture
def clock() -> ManualClock:
    """The store’s clock."""
    return ManualClock()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """Where to restore to: a folder without a database."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder / "chatops.db"
