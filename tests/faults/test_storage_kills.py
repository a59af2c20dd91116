"""The SQLite store under many kills."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from chatops.storage.schema import migrate
from chatops.storage.sqlite_file import url
from killing import kill_a_writer


@pytest.mark.faults
async def test_forty_kills(tmp_path: Path) -> None:
    """SIGKILL again and again on one database: nothing acknowledged is lost, no unit is torn, the journals verify."""
    database = tmp_path / "chatops.db"
    await migrate(url(database))
    for life in range(40):
        await kill_a_writer(sys.executable, database, life)
        await asyncio.sleep(0)
