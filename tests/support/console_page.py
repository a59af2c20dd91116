"""The console as somebody uses it in a browser: one object per person, each in a tab of its own.

It finds things as people do, by the words they read, so that a story reads like one::

    anna = ConsolePage(driver, url, "agent-1")
    anna.open()
    anna.say("!swarm open demo:1001 refund loops")
    anna.go_to("SW-1")
    anna.press("Accept")
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import Chrome
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

PATIENCE = 8.0
"""Seconds to wait for something to appear."""

FoundT = TypeVar("FoundT")


class ConsolePage:
    """One person's tab."""

    def __init__(self, driver: Chrome, url: str, person: str) -> None:
        self.driver = driver
        self.url = url
        self.person = person
        self._tab: str | None = None

    # going places

    def open(self, path: str = "") -> None:
        """Open the person's console in their own tab."""
        self._mine()
        self.driver.get(f"{self.url}/console/{self.person}/{path}")

    def go_to(self, room: str) -> None:
        """Choose a room in the list, once it is there, by the beginning of its name."""
        self._until(lambda: self._chosen(room), what=f"the room {room!r} of {self.person}")
        self._until(lambda: self.driver.find_element(By.CSS_SELECTOR, "h1").text.startswith(room))

    def rooms(self) -> list[str]:
        """Return the rooms in the list."""
        self._mine()
        return [one.text for one in self.driver.find_elements(By.CSS_SELECTOR, "#rooms .title")]

    # reading

    def sees(self, words: str, *, where: str = "#entries") -> bool:
        """Wait until words can be read in the room; fail when they do not come."""
        self._until(lambda: words in self.text(where), what=f"{self.person} to read {words!r}")
        return True

    def sees_no(self, words: str, *, where: str = "#entries") -> bool:
        """Wait until words are gone."""
        self._until(lambda: words not in self.text(where), what=f"{words!r} to go away for {self.person}")
        return True

    def text(self, where: str = "#entries") -> str:
        """Return everything that can be read at a place."""
        self._mine()
        return "\n".join(one.text for one in self.driver.find_elements(By.CSS_SELECTOR, where))

    def is_live(self) -> bool:
        """Wait until the line to the server stands."""
        self._until(lambda: self._all("#line.on"), what=f"{self.person} to be live")
        return True

    # acting

    def say(self, words: str, *, where: str = "say") -> None:
        """Write and press Enter. `where="answer"` writes in the thread."""
        field = self._until(lambda: self._all(f"#{where}-text"))[0]
        field.send_keys(words + Keys.ENTER)

    def send(self, words: str, *, where: str = "say") -> None:
        """Write and press the button, as one does without a script."""
        self._mine()
        self.driver.find_element(By.ID, f"{where}-text").send_keys(words)
        self.driver.find_element(By.CSS_SELECTOR, f"#{where} button").click()

    def press(self, label: str, *, where: str = "#entries") -> None:
        """Press the newest button of that label."""
        self._until(lambda: self._pressed(label, where), what=f"a button {label!r} for {self.person}")

    def fill(self, label: str, *, where: str = "#entries", **fields: str) -> None:
        """Open the newest form behind a button, fill in fields by their names, and send it."""
        form = self._until(lambda: self._opened(label, where), what=f"a form {label!r} for {self.person}")
        for name, value in fields.items():
            field = form.find_element(By.NAME, f"field.{name}")
            if field.tag_name == "select":
                _choose(field, value)
            elif field.get_attribute("type") == "checkbox":
                if field.is_selected() is not (value == "yes"):
                    field.click()
            else:
                field.clear()
                field.send_keys(value)
        button = form.find_element(By.CSS_SELECTOR, "form button")
        # Of a long form, the button may stand half below the edge; then the driver does not scroll, as people do.
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
        button.click()

    def choose(self, entry: str, action: str) -> None:
        """Choose something in the menu of the message that holds these words."""
        self._until(lambda: self._entries(entry))
        message = self._entries(entry)[-1]
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", message)
        menu = message.find_element(By.CSS_SELECTOR, ".menu")
        menu.find_element(By.TAG_NAME, "summary").click()
        menu.find_element(By.XPATH, f".//*[self::a or self::button][normalize-space()='{action}']").click()

    def keys(self, *keys: str, held: str = "") -> None:
        """Press keys one after the other, wherever the focus is; `held` is down meanwhile."""
        self._mine()
        # Not to the element: what is sent to a field for files is taken for the name of one.
        chain = ActionChains(self.driver)
        if held:
            chain.key_down(held)
        chain.send_keys(*keys)
        if held:
            chain.key_up(held)
        chain.perform()

    def focused(self) -> WebElement:
        """Return what has the focus."""
        self._mine()
        return self.driver.switch_to.active_element

    def picture(self, path: Path) -> None:
        """Save what the tab looks like."""
        self._mine()
        self.driver.save_screenshot(str(path))

    # inside

    def _mine(self) -> None:
        if self._tab is None:
            self.driver.switch_to.new_window("tab")
            self._tab = self.driver.current_window_handle
        elif self.driver.current_window_handle != self._tab:
            self.driver.switch_to.window(self._tab)

    def _all(self, selector: str) -> Sequence[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def _chosen(self, room: str) -> bool:
        listed = next((one for one in self._all("#rooms a") if room in one.text), None)
        if listed is not None:
            listed.click()
        return listed is not None

    def _buttons(self, label: str, where: str, *, tag: str = "button") -> Sequence[WebElement]:
        return [one for one in self._all(f"{where} {tag}.button") if one.text == label and one.is_displayed()]

    def _pressed(self, label: str, where: str) -> bool:
        found = self._buttons(label, where)
        if found:
            found[-1].click()
        return bool(found)

    def _opened(self, label: str, where: str) -> WebElement | None:
        found = self._buttons(label, where, tag="summary")
        if not found:
            return None
        form = found[-1].find_element(By.XPATH, "..")
        if form.get_attribute("open") is None:
            found[-1].click()
        return form

    def _entries(self, words: str) -> Sequence[WebElement]:
        return [one for one in self._all("#entries .entry") if words in one.text]

    def _until(self, found: Callable[[], FoundT | None], *, what: str = "") -> FoundT:
        self._mine()
        # The page may replace what was just found.
        wait = WebDriverWait(self.driver, PATIENCE, 0.05, ignored_exceptions=[StaleElementReferenceException])
        there = wait.until(lambda _driver: found(), f"waited for {what}" if what else "")
        assert there is not None
        return there


def _choose(field: WebElement, value: str) -> None:
    """Choose by keyboard: choosing by click needs a script."""
    values = [one.get_attribute("value") for one in field.find_elements(By.TAG_NAME, "option")]
    steps = values.index(value) - int(str(field.get_property("selectedIndex")))
    field.send_keys((Keys.ARROW_DOWN if steps > 0 else Keys.ARROW_UP) * abs(steps))
