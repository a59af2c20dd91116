"""The console in Chromium: live, by button, by keyboard, on a phone, without a script."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from chatops.core.frozen import replace
from chatops.core.message import ButtonPress, Message
from chatops.ports.chat import Line, Outgoing, RenderedButton, RenderedFact, RenderedField, RoomSpec
from chromium import chromium, complaints, look
from console_page import ConsolePage
from console_stage import ANNA, BEN
from served_stage import ServedStage, served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]

PageMaker = Callable[[str], ConsolePage]

CARD = Outgoing(
    title="SW-1 · Refund loops",
    text=(Line(text="Opened by "), Line(text="Anna Keller", style="mention"), Line(text=" for demo:1001.")),
    facts=(
        RenderedFact(label="Needed", value=(Line(text="refund loops"),)),
        RenderedFact(label="Owner", value=(Line(text="Anna Keller"),)),
    ),
    buttons=(
        RenderedButton(ref="accept", label="Accept", command="accept", style="primary"),
        RenderedButton(
            ref="decline",
            label="Decline",
            command="decline",
            form=(
                RenderedField(
                    name="reason",
                    label="Why",
                    kind="choice",
                    choices=(("busy", "Busy"), ("off-shift", "Off shift")),
                    required=True,
                ),
                RenderedField(name="note", label="A note", kind="text"),
                RenderedField(name="page", label="Page the next one", kind="yesno"),
            ),
        ),
    ),
    tone="attention",
    plain="SW-1 · Refund loops",
)


def test_two_people_side_by_side(console: ServedStage, page: PageMaker) -> None:
    """What one does the other sees, without reloading anything."""
    network, inbox = console.stage.network, console.stage.inbox
    anna, ben = page("agent-1"), page("expert-1")
    for one in (anna, ben):
        one.open()
        assert one.is_live()
    anna.say("Has anybody seen refund loops?")
    assert ben.sees("Has anybody seen refund loops?")
    spec = RoomSpec(title="SW-1 refund loops", members=(ANNA.identities[0], BEN.identities[0]))
    room = console.do(network.open_room(spec, key="room"))
    card = console.do(network.post(room, CARD, key="card"))
    ben.go_to("SW-1")
    assert ben.sees("Opened by Anna Keller for demo:1001.")
    ben.press("Accept")
    presses = [body for body in console.do(inbox.until(2)) if isinstance(body, ButtonPress)]
    assert [(press.presser, press.action, press.message) for press in presses] == [
        (BEN.identities[0], "accept", card.id),
    ]
    anna.go_to("SW-1")
    assert anna.sees("Refund loops")
    accepted = replace(CARD, title="SW-1 · Ben is in", buttons=(), tone="good")
    console.do(network.edit(card, accepted, key="edit"))
    for one in (anna, ben):
        assert one.sees("Ben is in")
        assert one.sees_no("Accept")


def test_a_tab_that_may_have_missed_something_reads_itself_anew(console: ServedStage, page: PageMaker) -> None:
    """And goes on listening afterwards."""
    network = console.stage.network
    anna = page("agent-1")
    anna.open()
    assert anna.is_live()
    console.do(network.post(console.stage.room("general"), CARD, key="card"))
    assert anna.sees("Opened by Anna Keller")
    anna.driver.execute_script("document.getElementById('entries').replaceChildren()")

    async def lose() -> None:
        network._store._changes.lost()  # noqa: SLF001 - what the line to the other replicas says when it broke

    console.do(lose())
    assert anna.sees("Opened by Anna Keller")
    console.do(network.post(console.stage.room("general"), replace(CARD, title="After it"), key="after"))
    assert anna.sees("After it")


def test_a_small_form(console: ServedStage, page: PageMaker) -> None:
    """Choice, text and yes or no come back by name."""
    network = console.stage.network
    card = console.do(network.post(console.stage.room("general"), CARD, key="card"))
    ben = page("expert-1")
    ben.open()
    assert ben.is_live()
    ben.fill("Decline", reason="off-shift", note="home at six", page="yes")
    [press] = console.do(console.stage.inbox.until(1))
    assert isinstance(press, ButtonPress)
    assert (press.message, press.fields) == (card.id, {"reason": "off-shift", "note": "home at six", "page": "yes"})


def test_a_form_being_filled_in_is_not_taken_away(console: ServedStage, page: PageMaker) -> None:
    """The new card comes when the form is closed."""
    network = console.stage.network
    card = console.do(network.post(console.stage.room("general"), CARD, key="card"))
    ben = page("expert-1")
    ben.open()
    assert ben.is_live()
    summary = ben._buttons("Decline", "#entries", tag="summary")[0]  # noqa: SLF001 - open it, no more
    summary.click()
    note = ben.driver.find_element("name", "field.note")
    note.send_keys("half a sen")
    console.do(network.edit(card, replace(CARD, title="Changed meanwhile"), key="edit"))
    console.do(console.stage.acts.say(ANNA, "general", "a sign"))
    assert ben.sees("a sign")
    assert note.get_attribute("value") == "half a sen"
    note.send_keys(Keys.ESCAPE)
    assert ben.sees("Changed meanwhile")


def test_threads_reactions_and_what_a_menu_offers(console: ServedStage, page: PageMaker) -> None:
    """Reply in thread, react, run a command about a message, change it, delete it."""
    anna, ben = page("agent-1"), page("expert-1")
    anna.open()
    anna.say("Every reversal has the same id.")
    ben.open()
    assert ben.is_live()
    ben.choose("Every reversal", "👀")
    assert anna.sees("👀 1")
    ben.choose("Every reversal", "Reply in thread")
    ben.say("Since Sunday.", where="answer")
    assert ben.sees("Since Sunday.", where="#replies")
    assert anna.sees("1 reply")
    anna.choose("Every reversal", "Run a command about it")
    anna.send("timeline")
    happened = [body for body in console.do(console.stage.inbox.until(4)) if isinstance(body, Message)]
    assert (happened[-1].text, happened[-1].addressed, happened[-1].reply_to) == ("timeline", True, happened[0].ref.id)
    anna.choose("About a message", "Delete")
    assert ben.sees("This message was deleted.")


def test_by_keyboard_alone(console: ServedStage, page: PageMaker) -> None:
    """`/` writes, Enter sends, Tab reaches everything and shows where it is, Esc closes."""
    console.do(console.stage.network.post(console.stage.room("general"), CARD, key="card"))
    anna = page("agent-1")
    anna.open()
    assert anna.is_live()
    anna.driver.find_element("css selector", "body").send_keys("/")
    assert anna.focused().get_attribute("id") == "say-text"
    anna.keys("one")
    anna.keys(Keys.ENTER, held=Keys.SHIFT)
    anna.keys("two")
    anna.keys(Keys.ENTER)
    assert anna.sees("one\ntwo")
    assert [body.text for body in console.do(console.stage.inbox.until(1)) if isinstance(body, Message)] == ["one\ntwo"]
    anna.open("r/general")
    reached: list[str] = []
    for _n in range(60):
        anna.keys(Keys.TAB)
        now = anna.focused()
        if now.get_attribute("id") == "content" or now.tag_name == "body":
            continue
        shown = now.value_of_css_property("outline-style"), now.value_of_css_property("outline-width")
        assert shown == ("solid", "2px"), now.get_attribute("outerHTML")
        reached.append(f"{now.text} {now.accessible_name}")
    for words in ("Skip to the content", "General", "Accept", "Decline", "Message", "Send", "What you can do"):
        assert any(words in one for one in reached), (words, reached)


def test_what_is_typed_while_a_message_is_under_way_stays(console: ServedStage, page: PageMaker) -> None:
    """On a slow line the next words are begun before the last ones have arrived."""
    anna = page("agent-1")
    anna.open()
    assert anna.is_live()
    anna.driver.set_network_conditions(latency=700, throughput=1_000_000)
    try:
        anna.say("one")
        anna.keys("two")
        assert anna.sees("one")
        WebDriverWait(anna.driver, 5).until(lambda _driver: anna.focused().get_attribute("value") == "two")
        anna.driver.set_network_conditions(latency=0, throughput=10_000_000)
        anna.keys(Keys.ENTER)
        assert [body.text for body in console.do(console.stage.inbox.until(2)) if isinstance(body, Message)] == [
            "one",
            "two",
        ]
    finally:
        anna.driver.delete_network_conditions()


def test_a_form_opens_where_it_is_seen(console: ServedStage, page: PageMaker) -> None:
    """Also below a button that stands at the upper edge, in a room that grows upwards."""
    console.do(console.stage.network.post(console.stage.room("general"), CARD, key="card"))
    console.do(console.stage.acts.say(ANNA, "general", "and so on\n" * 16))
    anna = page("agent-1")
    anna.open("r/general")
    assert anna.is_live()

    def top(selector: str) -> float:
        script = "return document.querySelector(arguments[0]).getBoundingClientRect().top"
        return float(anna.driver.execute_script(script, selector))

    look(anna.driver, width=1280, height=800)
    spare = top("#entries .fill") - top(".log")
    look(anna.driver, width=1280, height=int(804 - spare))
    assert 0 <= top("#entries .fill") - top(".log") < 20
    anna.driver.execute_script("document.querySelector('#entries .fill > summary').click()")
    WebDriverWait(anna.driver, 5, 0.05).until(lambda _driver: top("#entries .fill form") >= top(".log"))


def test_a_restarted_server_is_picked_up(tmp_path: Path) -> None:
    """The page connects again by itself and shows what it missed; what is half written stays."""
    with chromium(tmp_path / "profile") as driver:
        with served() as first:
            url, records, port = first.stage.url, first.stage.records, first.stage.server.port
            ben = ConsolePage(driver, url, "expert-1")
            ben.open()
            assert ben.is_live()
            driver.find_element("id", "say-text").send_keys("half a sen")
        assert ben.sees("Connection lost", where="#line")
        with served(records=records, port=port) as second:
            second.do(second.stage.acts.say(ANNA, "general", "said meanwhile"))
            assert ben.sees("said meanwhile")
            assert ben.is_live()
            assert driver.find_element("id", "say-text").get_attribute("value") == "half a sen"


def test_without_a_script(console: ServedStage, tmp_path: Path) -> None:
    """Rooms, messages, buttons and forms work as plain pages."""
    console.do(console.stage.network.post(console.stage.room("general"), CARD, key="card"))
    with chromium(tmp_path / "profile", javascript=False) as driver:
        ben = ConsolePage(driver, console.stage.url, "expert-1")
        ben.open()
        ben.send("by plain form")
        assert ben.sees("by plain form")
        ben.press("Accept")
        ben.fill("Decline", reason="busy")
        happened = console.do(console.stage.inbox.until(3))
        assert [body.action for body in happened if isinstance(body, ButtonPress)] == ["accept", "decline"]
        assert complaints(driver) == []


def test_nothing_comes_from_elsewhere(console: ServedStage, page: PageMaker) -> None:
    """Every request goes to our own address."""
    anna = page("agent-1")
    anna.open()
    assert anna.is_live()
    loaded = anna.driver.execute_script("return performance.getEntriesByType('resource').map((one) => one.name)")
    assert loaded
    assert all(name.startswith(console.stage.url + "/") for name in loaded)


CONTRAST = """
const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
const light = ([r, g, b]) => {
  const part = (c) => ((c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
};
const ground = (one) => {
  for (; one; one = one.parentElement) {
    const colour = parse(getComputedStyle(one).backgroundColor);
    if (colour.length === 3 || colour[3] === 1) return colour;
  }
  return [255, 255, 255];
};
const poor = [];
for (const one of document.querySelectorAll("body *")) {
  const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  if (!own || !one.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
  const style = getComputedStyle(one);
  const [a, b] = [light(parse(style.color)), light(ground(one))].sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05);
  const large = parseFloat(style.fontSize) >= 24;
  if (ratio < (large ? 3 : 4.5)) poor.push(`${one.className || one.tagName}: ${ratio.toFixed(2)} ${one.textContent}`);
}
return poor;
"""

UNNAMED = """
return [...document.querySelectorAll("input:not([type=hidden]), textarea, select, button, a, summary")]
  .filter((one) => !(one.labels && one.labels.length) && !one.getAttribute("aria-label") && !one.textContent.trim())
  .map((one) => one.outerHTML);
"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375], ids=["desk", "phone"])
def test_readable_everywhere(console: ServedStage, page: PageMaker, tmp_path: Path, width: int, dark: bool) -> None:  # noqa: FBT001
    """Enough contrast, nothing wider than the screen, everything named; cards open and closed."""
    network, room = console.stage.network, console.stage.room("general")
    console.do(console.stage.acts.say(ANNA, "general", "x" * 300))
    entry = console.do(console.stage.acts.say(BEN, "general", "A word for @anna"))
    console.do(console.stage.acts.react(BEN, entry.id, "👀"))
    console.do(console.stage.acts.say(BEN, "general", "in the thread", thread=entry.id))
    tones = ("plain", "good", "attention", "danger")
    cards = [console.do(network.post(room, replace(CARD, tone=tone), key=tone)) for tone in tones]
    console.do(network.pin(cards[-1], key="pin"))
    anna = page("agent-1")
    for path in ("r/general", f"r/general?thread={entry.id}", f"r/general?reply={entry.id}", "r/d-agent-1"):
        anna.open(path)
        look(anna.driver, width=width, dark=dark)
        assert anna.is_live()
        anna.driver.execute_script(
            "document.querySelectorAll('.fill, #top details').forEach((one) => (one.open = true))"
        )
        anna.picture(tmp_path / "page.png")
        assert anna.driver.execute_script(CONTRAST) == []
        assert anna.driver.execute_script(UNNAMED) == []
        assert anna.driver.execute_script("return document.scrollingElement.scrollWidth") <= width
    anna.driver.get(console.stage.url)
    assert anna.driver.execute_script(CONTRAST) == []
    assert anna.driver.execute_script("return document.scrollingElement.scrollWidth") <= width


def test_the_rooms_of_a_phone(page: PageMaker) -> None:
    """They open over the room and close again."""
    anna = page("agent-1")
    anna.open()
    look(anna.driver, width=375, height=740)
    side = anna.driver.find_element("id", "side")
    assert not side.is_displayed()
    anna.driver.find_element("css selector", ".head .only-small").click()
    assert side.is_displayed()
    anna.go_to("Support")
    assert not anna.driver.find_element("id", "side").is_displayed()


def test_the_reader_s_language(console: ServedStage, page: PageMaker) -> None:
    """Is said to the browser and its screen reader."""
    clara = page("lead-1")
    clara.open()
    languages = console.stage.server._shell._catalogues  # noqa: SLF001 - which catalogues there are
    assert clara.driver.find_element("css selector", "html").get_attribute("lang") == languages.language("de")
