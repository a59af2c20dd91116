"""A web server on a free port, with a few routes of a plugin."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chatops.testing.clock import ManualClock
from http_client import Browser, browsing
from web_shop import Shop, open_shop


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands still."""
    return ManualClock()


@pytest.fixture
def shop(clock: ManualClock, tmp_path: Path) -> Shop:
    """A server with everything added, not yet started."""
    return open_shop(clock, tmp_path)


@pytest.fixture
async def served(shop: Shop) -> AsyncIterator[Shop]:
    """The same, serving."""
    await shop.server.start()
    yield shop
    await shop.server.stop()


@pytest.fixture
async def browser(served: Shop) -> AsyncIterator[Browser]:
    """A browser without cookies."""
    async with browsing(served.server.base_url) as browser:
        yield browser
