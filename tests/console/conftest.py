"""A served console, and browsers at it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import console_stage
from chatops.testing.clock import ManualClock
from console_stage import Stage
from console_tab import Tab, TabMaker
from http_client import Browser, browsing


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands still."""
    return ManualClock()


@pytest.fixture
def built(clock: ManualClock, tmp_path: Path) -> Stage:
    """A demo console; nothing runs yet."""
    return console_stage.build(clock=clock, folder=tmp_path)


@pytest.fixture
async def stage(built: Stage) -> AsyncIterator[Stage]:
    """The same, served and handing over."""
    async with console_stage.running(built):
        await built.network.ready()
        yield built


@pytest.fixture
async def browser(stage: Stage) -> AsyncIterator[Browser]:
    """A browser without cookies."""
    async with browsing(stage.url) as browser:
        yield browser


@pytest.fixture
def tab(browser: Browser) -> TabMaker:
    """Return a maker of tabs, all in one browser."""
    return lambda person: Tab(browser, person)
