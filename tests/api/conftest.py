"""A server with REST, listening."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rest_house import Client, RestHouse, furnish_rest


@pytest.fixture
def built_rest(tmp_path: Path) -> RestHouse:
    """The server, not yet started."""
    return RestHouse(furnish_rest(tmp_path))


@pytest.fixture
async def rest(built_rest: RestHouse) -> AsyncIterator[RestHouse]:
    """The same, started."""
    async with built_rest:
        yield built_rest


@pytest.fixture
async def agent(rest: RestHouse) -> Client:
    """A program that may do everything agent-1 may."""
    return await rest.client("agent-1")
