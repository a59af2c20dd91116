"""The whole house in Chromium: `chatops demo`, two people in two tabs, one swarm from open to done."""

from __future__ import annotations

from pathlib import Path

import pytest

from chromium import chromium, complaints, look
from console_page import ConsolePage
from running import demo

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@pytest.mark.faults
def test_a_swarm_from_open_to_done(tmp_path: Path) -> None:
    """Open, invite by form, accept by button, question, answer, solution, done with a new article."""
    with demo(tmp_path / "data") as house, chromium(tmp_path / "profile") as driver:
        agent, expert = (ConsolePage(driver, house.url, person) for person in ("agent-1", "expert-1"))
        for page in (agent, expert):
            page.open()
            assert page.is_live()

        agent.say("!swarm open demo:1001 refund loops")
        agent.go_to("SW-1")
        assert agent.is_live()
        agent.fill("Invite", who="expert-1", why="billing")

        expert.go_to("Chatops")
        assert expert.sees("asks for your help")
        expert.press("I’ll help")
        expert.go_to("SW-1")
        assert expert.is_live()
        expert.fill("Question", text="Since which release?")

        assert agent.sees("Since which release?")
        agent.picture(tmp_path / "question.png")
        agent.fill("Answer", text="Since 4.12, Sunday night.")
        assert expert.sees("Since 4.12, Sunday night.")
        expert.say("!swarm solution replay the bookings from Saturday's copy")

        assert agent.sees("proposes a solution")
        agent.fill("Done", article="new", because="Refund loops after 4.12", solved="yes")
        for page in (agent, expert):
            assert page.sees("SW-1 is closed.")
            assert page.sees("This room is closed.", where="#compose")
        look(driver, width=375, height=740)
        expert.picture(tmp_path / "closed.png")
        assert driver.execute_script("return document.scrollingElement.scrollWidth") <= 375
        assert complaints(driver) == []

        shown = house.do("case show demo:1001", person="agent-1").json
        assert shown["ok"]
        assert "resolved" in shown["replies"][0]["text"].lower()


@pytest.mark.faults
def test_german_people_read_german(tmp_path: Path) -> None:
    """The pages, and what is said to them alone; a room keeps its own language."""
    with demo(tmp_path / "data") as house, chromium(tmp_path / "profile") as driver:
        anna = ConsolePage(driver, house.url, "agent-2")
        anna.open()
        anna.go_to("Chatops")
        assert anna.is_live()
        assert driver.find_element("css selector", "html").get_attribute("lang") == "de"
        anna.say("hilfe")
        assert anna.sees("schwarm", where="#entries .card[lang=de]")
        anna.picture(tmp_path / "german.png")
