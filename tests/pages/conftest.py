"""A server with its pages and a swarm to look at. One for all tests of a file: they mind what they leave behind."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from chatops.app import App
from pages_house import PagesHouse, furnished, open_house


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> App:
    """The server, not yet started."""
    return furnished(tmp_path_factory.mktemp("pages"))


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def house(app: App) -> AsyncIterator[PagesHouse]:
    """The server, SW-1 open in it."""
    async with open_house(app) as house:
        yield house
