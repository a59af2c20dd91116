"""A console and a browser at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from selenium.webdriver import Chrome

from chromium import chromium, complaints, forget
from console_page import ConsolePage
from served_stage import ServedStage, served


@pytest.fixture
def console() -> Iterator[ServedStage]:
    """A demo console with five people."""
    with served() as stage:
        yield stage


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """The browser of all tests of a process: a start takes longer than most of them."""
    with chromium(tmp_path_factory.mktemp("browser") / "profile") as driver:
        yield driver


@pytest.fixture
def driver(started: Chrome) -> Iterator[Chrome]:
    """A browser that knows nothing; it may not complain about anything."""
    yield started
    try:
        assert complaints(started) == []
    finally:
        forget(started)


PageMaker = Callable[[str], ConsolePage]


@pytest.fixture
def page(console: ServedStage, driver: Chrome) -> PageMaker:
    """Return a maker of tabs."""
    return lambda person: ConsolePage(driver, console.stage.url, person)
