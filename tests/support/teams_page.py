"""A page that shows Adaptive Cards with Microsoft's renderer (tests/teams/js), in Chromium."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from chromium import look
from needs import lacking
from tree import ROOT

FOLDER = ROOT / "tests/teams/js"
HOW = "apt-get install nodejs npm && scripts/setup js"

WIDE, NARROW = 1000, 320


class Seen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What people see of one card."""

    text: str
    headings: list[str]
    blocks: list[str]
    """Text blocks, headings and the words of facts among them."""
    runs: list[str]
    """Rich text blocks."""
    facts: list[tuple[str, str]]
    """Of fact sets; what stands in columns is among the runs."""
    buttons: list[str]
    mentions: list[str]
    markup: list[str]
    """Tags of everything that is more than words."""
    complaints: list[str]
    """Of the renderer."""
    wide: bool
    """Whether something sticks out."""


class Press(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a client sends for a click."""

    type: str
    verb: str
    data: dict[str, Any]


class TeamsPage:
    """The page, in the browser's present tab."""

    def __init__(self, driver: Chrome, *, width: int = WIDE, dark: bool = False) -> None:
        """Open it. Skip the test when the renderer is not installed."""
        if not (FOLDER / "node_modules/.ready").exists():
            lacking("Microsoft's renderer of Adaptive Cards", how=HOW)
        self._driver = driver
        look(driver, width=width, height=900, dark=dark)
        driver.get((FOLDER / "page.html").as_uri())

    def show(self, *cards: dict[str, Any] | None) -> list[Seen]:
        """Show these cards and no others, and return what is seen of them."""
        seen = self._driver.execute_script("return readAll(arguments[0])", list(cards))
        return msgspec.convert(seen, list[Seen])

    def click(self, label: str, *, nth: int = 0) -> list[Press]:
        """Click a button with that label and return what the client has sent since the cards were shown."""
        found = [button for button in self.elements(".ac-pushButton") if button.text == label]
        found[nth].click()
        return self.pressed()

    def pressed(self) -> list[Press]:
        """Return what the client has sent since the cards were shown."""
        return msgspec.convert(self._driver.execute_script("return pressed"), list[Press])

    def elements(self, selector: str) -> Sequence[WebElement]:
        """Return what a CSS selector finds and people see."""
        return [each for each in self._driver.find_elements(By.CSS_SELECTOR, selector) if each.is_displayed()]

    def picture(self, file: Path) -> None:
        """Keep what all of it looks like."""
        made = self._driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True, "format": "png"})
        file.write_bytes(base64.b64decode(made["data"]))
