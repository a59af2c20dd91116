"""A console and a browser at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from chromium import chromium, complaints
from console_page import ConsolePage
from served_stage import ServedStage, served


@pytest.fixture
def console() -> Iterator[ServedStage]:
    """A demo console with five people."""
    with served() as stage:
        yield stage


@pytest.fixture
def driver(tmp_path: Path) -> Iterator[Chrome]:
    """A browser; it may not complain about anything."""
    with chromium(tmp_path / "profile") as driver:
        yield driver
        assert complaints(driver) == []


PageMaker = Callable[[str], ConsolePage]


@pytest.fixture
def page(console: ServedStage, driver: Chrome) -> PageMaker:
    """Return a maker of tabs."""
    return lambda person: ConsolePage(driver, console.stage.url, person)
