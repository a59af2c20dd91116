"""The browser's pages in Chromium: accessible, narrow, dark, live, by keyboard, and deaf to what people write."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from axe import violations
from chatops.app import App
from chromium import chromium, complaints, look
from pages_house import HOSTILE, PagesHouse, furnished, open_house

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]

PAGES = (
    ("agent-1", "swarms?show=recent"),
    ("agent-1", "swarms/1"),
    ("agent-1", "swarms/2"),
    ("lead-1", "swarms/2"),
    ("agent-2", "asks/1"),
    ("guest-1", "swarms/1"),
    ("agent-1", "cases/demo:1001"),
    ("agent-1", "search?q=refund"),
    ("agent-1", "search"),
    ("agent-1", "profile"),
    ("lead-1", "people/expert-2"),
    ("agent-1", "r/general"),
)


class Served:
    """The house, in a thread of its own."""

    def __init__(self, house: PagesHouse, loop: asyncio.AbstractEventLoop) -> None:
        self.url = house.app.url
        self.house = house
        self._loop = loop

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Do something where the server lives."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)


@contextmanager
def serving(app: App) -> Iterator[Served]:
    """Serve until the block ends."""
    ready, found = threading.Event(), []

    async def main() -> None:
        end = asyncio.Event()
        async with open_house(app) as house:
            loop = asyncio.get_running_loop()
            found.append((Served(house, loop), lambda: loop.call_soon_threadsafe(end.set)))
            ready.set()
            await end.wait()

    thread = threading.Thread(target=lambda: asyncio.run(main()), name="pages")
    thread.start()
    try:
        assert ready.wait(20)
        yield found[0][0]
    finally:
        if found:
            found[0][1]()
        thread.join(10)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """SW-1 as people write, with a guest; SW-2 as nobody should."""
    with serving(furnished(tmp_path_factory.mktemp("pages"))) as served:
        house = served.house
        served.do(house.do("agent-1", "swarm invite SW-1 guest:guest-1"))
        case = served.do(house.case(HOSTILE))
        served.do(house.opened("lead-1", case, HOSTILE, tried=HOSTILE))
        served.do(house.do("lead-1", "swarm question SW-2", text=HOSTILE))
        served.do(house.do("lead-1", "swarm solution SW-2", text=HOSTILE))
        served.do(house.do("agent-1", "swarm offer SW-2", text=HOSTILE))
        served.do(house.do("lead-1", "swarm handover SW-2 lead-2", why=HOSTILE))
        served.do(house.do("agent-1", "swarm ask agent-2", question=HOSTILE))
        served.do(house.do("agent-2", "swarm answer ASK-1", text=HOSTILE))
        yield served


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """One browser for all."""
    with chromium(tmp_path_factory.mktemp("profile") / "profile") as driver:
        yield driver


def to(driver: Chrome, served: Served, who: str, path: str) -> None:
    """Open somebody's page."""
    driver.get(f"{served.url}/console/{who}/{path}")


def until(driver: Chrome, found: Any) -> Any:
    """Wait for something."""
    return WebDriverWait(driver, 8, 0.05).until(lambda _driver: found())


def test_every_page_passes_the_rules(served: Served, browser: Chrome) -> None:
    """All forms open, wide, narrow, dark: no rule of axe is broken, nothing scrolls sideways or comes from elsewhere."""
    complaints(browser)
    broken = []
    for who, path in PAGES:
        to(browser, served, who, path)
        browser.execute_script("document.querySelectorAll('main details').forEach((one) => (one.open = true))")
        for width, dark in ((1280, False), (360, False), (360, True)):
            look(browser, width=width, dark=dark)
            if (width, dark) == (360, False):
                assert browser.execute_script("return document.scrollingElement.scrollWidth") <= 360, path
                continue
            broken += [(path, width, dark, *one) for one in violations(browser)]
        names = browser.execute_script("return performance.getEntries().map((one) => one.name)")
        assert [name for name in names if "://" in name and not name.startswith(served.url)] == []
        assert browser.execute_script("return window.hacked") is None
    assert broken == []
    assert complaints(browser) == []


def test_buttons_and_changes_need_no_reload(served: Served, browser: Chrome) -> None:
    """A form answers on the page; what others do appears; what one is writing stays."""
    look(browser, width=1280)
    to(browser, served, "agent-1", "swarms/1")
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, "#line.on"))
    browser.execute_script("window.same = true")
    command = browser.find_element(By.ID, "command")
    command.send_keys("swarm question SW-1 by the page?" + Keys.ENTER)
    until(browser, lambda: "is on the list" in browser.find_element(By.ID, "answer").text)
    until(browser, lambda: "by the page?" in browser.find_element(By.ID, "p-questions").text)
    browser.find_element(By.CSS_SELECTOR, "#p-questions summary").click()
    field = browser.find_element(By.CSS_SELECTOR, "#p-questions textarea")
    field.send_keys("half an ans")
    served.do(served.house.do("expert-1", "swarm solution SW-1 try the other queue"))
    until(browser, lambda: "try the other queue" in browser.find_element(By.ID, "p-timeline").text)
    assert field.get_property("value") == "half an ans"
    assert browser.execute_script("return window.same")


def test_everything_goes_by_keyboard(served: Served, browser: Chrome) -> None:
    """Skip link first, shortcuts that never fire while typing, help, and a way to turn them off."""
    look(browser, width=1280)
    to(browser, served, "agent-1", "swarms/1")
    body = browser.find_element(By.TAG_NAME, "body")
    body.send_keys(Keys.TAB)
    assert browser.switch_to.active_element.get_attribute("class") == "skip"
    body.send_keys("?")
    assert browser.execute_script("return document.getElementById('keys').open")
    browser.switch_to.active_element.send_keys(Keys.ESCAPE)
    body.send_keys("/")
    box = browser.switch_to.active_element
    assert box.get_attribute("id") == "find"
    box.send_keys("gs?/")
    assert box.get_property("value") == "gs?/"
    assert browser.current_url.endswith("swarms/1")
    browser.execute_script("document.activeElement.blur()")
    browser.find_element(By.TAG_NAME, "body").send_keys("gs")
    until(browser, lambda: browser.current_url.endswith("/swarms"))
    browser.find_element(By.TAG_NAME, "body").send_keys("?")
    browser.find_element(By.ID, "keys-on").click()
    browser.switch_to.active_element.send_keys(Keys.ESCAPE)
    browser.find_element(By.TAG_NAME, "body").send_keys("gp/")
    assert browser.current_url.endswith("/swarms")
    assert browser.switch_to.active_element.get_attribute("id") != "find"
    browser.execute_script("localStorage.clear()")


def test_a_form_is_filled_in_by_keyboard(served: Served, browser: Chrome) -> None:
    """It opens at its first field; Esc closes it and what was written waits; what comes meanwhile takes nothing away."""
    look(browser, width=360)
    to(browser, served, "agent-1", "swarms/1")
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, "#line.on"))
    more = browser.find_element(By.CSS_SELECTOR, "#more > summary")
    more.send_keys(Keys.ENTER)
    hold = browser.find_element(By.XPATH, "//summary[text()='Hand over']")
    hold.send_keys(Keys.ENTER)
    until(browser, lambda: browser.switch_to.active_element.get_attribute("name") == "field.whom")
    browser.switch_to.active_element.send_keys("agent-2" + Keys.TAB + "my shift en")
    browser.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert browser.switch_to.active_element.text == "Hand over"
    served.do(served.house.do("lead-1", "swarm hold SW-1 customer"))
    until(browser, lambda: browser.find_elements(By.XPATH, "//button[text()='Resume']"))
    assert browser.switch_to.active_element.text == "Hand over"
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    until(browser, lambda: browser.switch_to.active_element.get_attribute("name") == "field.whom")
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    until(browser, lambda: "is offered to Özlem Şahin" in browser.find_element(By.ID, "answer").text)
    assert browser.switch_to.active_element.get_attribute("id") == "answer"
    served.do(served.house.do("agent-1", "swarm handover SW-1 stop"))
    served.do(served.house.do("agent-1", "swarm resume SW-1"))
