"""Deque's accessibility rules, run in the browser on the page that is open."""

from __future__ import annotations

from functools import cache
from typing import Any

from selenium.webdriver import Chrome

from needs import lacking
from tree import ROOT

_FILE = ROOT / "tests/pages/js/node_modules/axe-core/axe.min.js"

_RUN = """
const done = arguments[arguments.length - 1];
axe.run(document, {resultTypes: ["violations"]}).then(
  (found) => done(found.violations.map((one) => [one.id, one.nodes.slice(0, 3).map((node) => node.html.slice(0, 200))])),
  (error) => done([["axe", [String(error)]]]));
"""


@cache
def _source() -> str:
    if not _FILE.exists():
        lacking("axe-core", how="scripts/setup js")
    return _FILE.read_text(encoding="utf-8")


def violations(driver: Chrome) -> Any:
    """Return every rule the page breaks, each with some of the elements that do."""
    driver.execute_script(_source())
    return driver.execute_async_script(_RUN)
