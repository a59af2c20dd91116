"""What people see of a swarm's cards in Teams, drawn by Microsoft's own renderer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome

from chatops.ports.chat import Outgoing, RenderedFact, RenderedField
from chromium import chromium, complaints
from teams_cards_of_a_swarm import SwarmCards, swarm_cards
from teams_network.card import adaptive
from teams_page import NARROW, WIDE, TeamsPage
from teams_posts import button, said, squeezed, words
from teams_schema import judged

pytestmark = pytest.mark.browser

WHY = (
    RenderedField(name="why", label="Why", kind="line", required=True),
    RenderedField(name="again", label="Ask me again", kind="yesno"),
)
INVITATION = Outgoing(
    title="Olga asks for your help",
    tone="attention",
    facts=(RenderedFact(label="Case", value=said("demo:1001")), RenderedFact(label="Answer", value=said("by 14:10"))),
    buttons=(button("I’ll help", style="primary"), button("Not now", form=WHY), button("Never", form=WHY)),
    footer=said("Take your time."),
)


@pytest.fixture(scope="module")
def swarm() -> SwarmCards:
    """A busy afternoon."""
    return asyncio.run(swarm_cards())


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """A browser; it may not complain about anything."""
    with chromium(tmp_path_factory.mktemp("profile")) as driver:
        yield driver
        assert complaints(driver) == []


def card(post: Outgoing) -> dict[str, Any]:
    """The card of a post."""
    made = adaptive(post, accounts={}, words=words).card
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("width", "scheme", "locale"),
    [
        (WIDE, "light", "en"),
        (NARROW, "dark", "de"),
        *(
            pytest.param(width, scheme, locale, marks=pytest.mark.faults)
            for width in (WIDE, NARROW)
            for scheme in ("light", "dark")
            for locale in ("en", "de", "nl")
            if (width, scheme, locale) not in {(WIDE, "light", "en"), (NARROW, "dark", "de")}
        ),
    ],
)
def test_every_card_of_a_swarm_is_short_and_whole(
    swarm: SwarmCards, driver: Chrome, locale: str, width: int, scheme: str, tmp_path: Path
) -> None:
    """On a desk and on a phone, light and dark: one heading, few lines, nothing sticks out, no label is cut."""
    page = TeamsPage(driver, width=width, dark=scheme == "dark")
    cards = swarm.cards(locale)
    seen = page.show(*cards)
    page.picture(tmp_path / "cards.png")

    assert len(seen) > 15
    for each in seen:
        assert not each.wide, each.text
        assert each.complaints == []
        assert each.markup == []
        assert len(each.headings) <= 1
        assert len(each.buttons) <= 5
        assert "`" not in each.text
    for label in page.elements(".ac-pushButton"):
        assert int(str(label.get_property("scrollWidth"))) <= int(str(label.get_property("clientWidth"))), label.text
    tall = [one.size["height"] for one in page.elements(".shown")]
    assert max(tall) < (260 if width == WIDE else 330)


def test_every_card_of_a_swarm_is_one_by_the_schema(swarm: SwarmCards) -> None:
    """In every language there is."""
    for locale in ("en", "de", "nl"):
        assert [wrong for each in swarm.cards(locale) for wrong in judged(each)] == []


def test_people_read_the_title_what_is_known_and_what_can_be_done(driver: Chrome) -> None:
    """In this order."""
    (seen,) = TeamsPage(driver).show(card(INVITATION))

    assert seen.headings == ["Olga asks for your help"]
    assert seen.facts == [("Case", "demo:1001"), ("Answer", "by 14:10")]
    assert seen.buttons == ["I’ll help", "Not now", "Never"]
    told = ("Olga asks for your help", "Case", "demo:1001", "Answer", "by 14:10", "Take your time.", *seen.buttons)
    assert squeezed(seen.text) == " ".join(told)


def test_a_click_sends_the_reference_and_nothing_else(driver: Chrome) -> None:
    """Whatever else stands on the card."""
    page = TeamsPage(driver)
    page.show(card(INVITATION))

    (press,) = page.click("I’ll help")
    assert (press.type, press.verb, press.data) == ("Action.Execute", "press", {"ref": "ref-I’ll help"})


def test_a_form_is_sent_with_its_own_inputs_once_it_is_complete(driver: Chrome) -> None:
    """The other form of the card asks for the same and is not sent; what is missing is said in words."""
    page = TeamsPage(driver)
    page.show(card(INVITATION))

    assert page.click("Not now") == []
    assert page.click("Send") == []
    assert "Please fill in: Why" in page.elements(".shown")[0].text
    page.elements("input[type=text]")[0].send_keys("on leave")
    (press,) = page.click("Send")
    assert press.data == {"ref": "ref-Not now", "why": "on leave", "again": "no"}


def test_what_is_behind_the_menu_can_be_pressed(driver: Chrome) -> None:
    """Four buttons and one that shows the others."""
    page = TeamsPage(driver)
    (seen,) = page.show(card(Outgoing(title="x", buttons=tuple(button(f"B{n}") for n in range(8)))))

    assert seen.buttons[:4] == ["B0", "B1", "B2", "B3"]
    assert len(seen.buttons) == 5
    page.elements(".ac-pushButton")[4].click()
    entry = next(each for each in page.elements("[role=menuitem]") if each.text == "B7")
    entry.click()
    assert [press.data for press in page.pressed()] == [{"ref": "ref-B7"}]
