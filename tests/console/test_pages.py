"""The console's pages without any script: plain forms, each act one happening."""

from __future__ import annotations

import pytest

from chatops.core.message import ButtonPress, MemberChange, Message, Reaction, Redaction
from chatops.ports.chat import RoomSpec
from chatops.testing.conformance.chat_stage import card_with_buttons, sentence
from console_stage import ANNA, BEN, GUS, Stage
from console_tab import TabMaker
from http_client import Browser


async def test_the_front_page_shows_everybody(browser: Browser) -> None:
    """With role, language and local time, and what to try."""
    page = (await browser.get("/")).text
    for words in ("Anna Keller", "pod lead", "German", "10:00 CET", 'href="/console/agent-1/"', "!help"):
        assert words in page


async def test_visiting_signs_in_below_that_path_only(browser: Browser) -> None:
    """So that several people fit side by side."""
    for person in ("agent-1", "expert-1"):
        assert (await browser.get(f"/console/{person}/")).status == 200
    assert sorted(morsel["path"] for morsel in browser.cookies()) == ["/console/agent-1/", "/console/expert-1/"]


@pytest.mark.parametrize("path", ["/console/nobody/", "/console/nobody/r/general", "/console/%00/", "/console/%ff/"])
async def test_nobody_else_is_there(browser: Browser, path: str) -> None:
    """A page says so."""
    assert (await browser.get(path)).status == 404


async def test_words_are_sent_and_seen(stage: Stage, tab: TabMaker) -> None:
    """POST, redirect, GET; the other one sees them too."""
    anna, ben = tab("agent-1"), tab("expert-1")
    assert await anna.send("r/general/say", text="Hello Ben") == 303
    assert "Hello Ben" in await ben.open()
    [message] = await stage.inbox.until(1)
    assert isinstance(message, Message)
    assert (message.text, message.sender, message.locale, message.zone) == (
        "Hello Ben",
        ANNA.identities[0],
        "en",
        "Europe/Berlin",
    )


async def test_a_form_sent_twice_is_said_once(stage: Stage, tab: TabMaker) -> None:
    """A double click, or a retry after a broken line."""
    anna = tab("agent-1")
    for _n in range(2):
        assert await anna.send("r/general/say", text="Once", once="f00d") == 303
    assert (await anna.open()).count('class="text">Once') == 1


async def test_nothing_is_not_sent(tab: TabMaker) -> None:
    """The page says what to do; a script gets the sentence alone."""
    anna = tab("agent-1")
    status, page = await anna.answer("r/general/say", text="  \n ")
    assert status == 422
    assert "Type a few words first" in page
    status, words = await anna.answer("r/general/say", live=True, text="")
    assert (status, words) == (422, "There is nothing to send yet. Type a few words first.")


async def test_a_button_and_its_form(stage: Stage, tab: TabMaker) -> None:
    """What is filled in comes back by the fields' names; a double click presses once."""
    card, plain, asking = card_with_buttons()
    ref = await stage.network.post(stage.room("general"), card, key="k")
    ben = tab("expert-1")
    page = await ben.open()
    assert f'value="{plain}"' in page
    for _n in range(2):
        assert await ben.send(f"m/{ref.id}/press", ref=plain, once="beef") == 303
    assert await ben.send(f"m/{ref.id}/press", ref=asking, field_why="she knows", field_other="x") == 303
    first, second = await stage.inbox.until(2)
    assert isinstance(first, ButtonPress)
    assert isinstance(second, ButtonPress)
    assert (first.action, first.presser, first.message, first.fields) == (plain, BEN.identities[0], ref.id, {})
    assert (second.action, second.fields) == (asking, {"why": "she knows", "page": "no"})
    assert len(stage.inbox.taken) == 2


async def test_a_form_without_what_it_needs_is_not_pressed(stage: Stage, tab: TabMaker) -> None:
    """The field is named."""
    card, _plain, asking = card_with_buttons()
    ref = await stage.network.post(stage.room("general"), card, key="k")
    status, words = await tab("agent-1").answer(f"m/{ref.id}/press", live=True, ref=asking)
    assert (status, words) == (422, "Please fill in “Why”.")
    assert stage.inbox.taken == {}


async def test_a_made_up_button_is_not_pressed(stage: Stage, tab: TabMaker) -> None:
    """Only what the card carries now."""
    card, _plain, _asking = card_with_buttons()
    ref = await stage.network.post(stage.room("general"), card, key="k")
    assert await tab("agent-1").send(f"m/{ref.id}/press", ref="made up") == 422
    assert await tab("agent-1").send("m/m999/press", ref="x") == 404


async def test_reactions_come_and_go(stage: Stage, tab: TabMaker) -> None:
    """Shown with who used them."""
    entry = await stage.acts.say(ANNA, "general", "look")
    ben = tab("expert-1")
    assert await ben.send(f"m/{entry.id}/react", emoji="👀") == 303
    page = await ben.open()
    assert 'aria-pressed="true" aria-label="👀 1: Ben Okafor"' in page
    assert await ben.send(f"m/{entry.id}/react", emoji="👀") == 303
    assert "aria-pressed" not in await ben.open()
    happened = await stage.inbox.until(3)
    assert [one.removed for one in happened if isinstance(one, Reaction)] == [False, True]


@pytest.mark.parametrize("emoji", ["", "x", "word", "👀" * 20, "a b", "\x00"])
async def test_only_emoji_are_reactions(stage: Stage, tab: TabMaker, emoji: str) -> None:
    """Words are not, and nothing else is."""
    entry = await stage.acts.say(ANNA, "general", "look")
    status = await tab("expert-1").send(f"m/{entry.id}/react", emoji=emoji)
    assert status == 422


async def test_threads_have_a_place_of_their_own(stage: Stage, tab: TabMaker) -> None:
    """The room shows how many replies there are; the thread shows them."""
    root = await stage.acts.say(ANNA, "general", "the root")
    ben = tab("expert-1")
    assert await ben.send("r/general/say", text="inside it", thread=root.id) == 303
    room = await ben.open()
    assert "inside it" not in room
    assert "1 reply" in room
    assert "inside it" in await ben.open(f"r/general?thread={root.id}")


async def test_a_command_about_a_message(stage: Stage, tab: TabMaker) -> None:
    """Names the message it is about."""
    about = await stage.acts.say(BEN, "general", "the log says 42")
    anna = tab("agent-1")
    page = await anna.open(f"r/general?reply={about.id}")
    assert "About a message of Ben Okafor" in page
    assert await anna.send("r/general/say", text="!timeline", reply=about.id) == 303
    message = (await stage.inbox.until(2))[1]
    assert isinstance(message, Message)
    assert (message.text, message.addressed, message.reply_to) == ("timeline", True, about.id)


async def test_only_ones_own_words_can_be_changed(stage: Stage, tab: TabMaker) -> None:
    """By nobody else, not even by asking directly."""
    entry = await stage.acts.say(ANNA, "general", "first")
    ben, anna = tab("expert-1"), tab("agent-1")
    assert await ben.send(f"m/{entry.id}/edit", text="forged") == 403
    assert await ben.send(f"m/{entry.id}/delete") == 403
    assert await anna.send(f"m/{entry.id}/edit", text="second") == 303
    page = await ben.open()
    assert "second" in page
    assert "(edited)" in page
    assert await anna.send(f"m/{entry.id}/delete") == 303
    assert "This message was deleted." in await ben.open()
    happened = await stage.inbox.until(3)
    assert [type(one) for one in happened] == [Message, Message, Redaction]


async def test_guests_see_only_where_they_are_invited(stage: Stage, tab: TabMaker) -> None:
    """Neither the rooms nor who is in them."""
    network = stage.network
    secret = await stage.acts.say(ANNA, "general", "inside only")
    gus = tab("guest-1")
    assert "General" not in await gus.open("")
    for path in ("r/general", "r/nothing"):
        assert (await gus.browser.get(gus.base + path)).status == 404
    assert await gus.send("r/general/join") == 404
    assert await gus.send("r/general/say", text="hi") == 404
    assert await gus.send(f"m/{secret.id}/react", emoji="👀") == 404
    room = await network.open_room(RoomSpec(title="Partner", members=(ANNA.identities[0],), private=True), key="r")
    await network.invite(room, GUS.identities[0], key="i")
    assert "Partner" in await gus.open(f"r/{room.id}")
    assert await gus.send(f"r/{room.id}/say", text="thank you") == 303


async def test_private_rooms_are_not_even_listed(stage: Stage, tab: TabMaker) -> None:
    """Until one is invited."""
    spec = RoomSpec(title="Quiet matter", members=(ANNA.identities[0],), private=True)
    room = await stage.network.open_room(spec, key="r")
    ben = tab("expert-1")
    assert "Quiet matter" not in await ben.open()
    await stage.network.invite(room, BEN.identities[0], key="i")
    assert "Quiet matter" in await ben.open()


async def test_a_public_room_is_joined_first(stage: Stage, tab: TabMaker) -> None:
    """It can be read before; leaving is possible too."""
    room = await stage.network.open_room(RoomSpec(title="SW-1", members=(ANNA.identities[0],)), key="r")
    ben = tab("expert-1")
    assert "Join room" in await ben.open(f"r/{room.id}")
    assert await ben.send(f"r/{room.id}/say", text="x") == 403
    assert await ben.send(f"r/{room.id}/join") == 303
    assert await ben.send(f"r/{room.id}/say", text="here") == 303
    assert await ben.send(f"r/{room.id}/leave") == 303
    happened = await stage.inbox.until(3)
    assert [one.change for one in happened if isinstance(one, MemberChange)] == ["joined", "left"]


async def test_a_closed_room_stays_readable(stage: Stage, tab: TabMaker) -> None:
    """But takes nothing more."""
    await stage.acts.say(ANNA, "general", "the last word")
    await stage.network.archive_room(stage.room("general"), key="a")
    anna = tab("agent-1")
    page = await anna.open("r/general")
    assert "the last word" in page
    assert "This room is closed" in page
    assert await anna.send("r/general/say", text="more") == 422


async def test_what_is_new_is_counted(stage: Stage, tab: TabMaker) -> None:
    """Until it has been looked at; a mention stands out."""
    ben = tab("expert-1")
    await ben.open("r/support")
    await stage.acts.say(ANNA, "general", "one")
    await stage.acts.say(ANNA, "general", "two for @ben")
    assert '<span class="unread at">@2' in await ben.open("r/support")
    await ben.open("r/general")
    assert 'class="unread' not in await ben.open("r/support")


async def test_pages_are_in_the_readers_zone(stage: Stage, tab: TabMaker) -> None:
    """09:00 UTC is 10:00 in Berlin."""
    await stage.acts.say(ANNA, "general", "now")
    assert 'title="Mon 2 Mar, 10:00 CET">10:00' in await tab("lead-1").open()
    assert ">09:00</time>" in await tab("expert-1").open()


async def test_earlier_messages_are_a_link_away(stage: Stage, tab: TabMaker) -> None:
    """The newest fifty come first; a link to an old message reaches back to it."""
    entries = [await stage.acts.say(ANNA, "general", f"number {n}.") for n in range(60)]
    anna = tab("agent-1")
    page = await anna.open()
    assert "number 59." in page
    assert "number 9." not in page
    assert "?show=100" in page
    assert "number 9." in await anna.open("r/general?show=100")
    assert "number 0." in await anna.open(f"r/general?at={entries[0].id}")


async def test_the_pinned_card_is_on_top(stage: Stage, tab: TabMaker) -> None:
    """The newest one, as it is now."""
    for title in ("old", "newest"):
        ref = await stage.network.post(stage.room("general"), sentence(title), key=title)
        await stage.network.pin(ref, key=f"pin {title}")
    page = await tab("agent-1").open()
    top = page[page.index('id="top"') : page.index('id="entries"')]
    assert "newest" in top
    assert "old" not in top


@pytest.mark.parametrize(
    "query",
    [
        "show=-1",
        "show=99999999999999999999",
        "show=²",
        "show=x",
        "thread=m999",
        "thread=%00",
        "reply=%ff",
        "edit=" + "m" * 999,
    ],
)
async def test_odd_addresses_show_the_room(tab: TabMaker, query: str) -> None:
    """What makes no sense is left out."""
    assert "General" in await tab("agent-1").open(f"r/general?{query}")
