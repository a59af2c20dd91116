"""A server with its pages and a swarm to look at."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chatops.app import App
from pages_house import PagesHouse, furnished, open_house


@pytest.fixture
def app(tmp_path: Path) -> App:
    """The server, not yet started."""
    return furnished(tmp_path)


@pytest.fixture
async def house(app: App) -> AsyncIterator[PagesHouse]:
    """The server, SW-1 open in it."""
    async with open_house(app) as house:
        yield house
