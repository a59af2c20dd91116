"""What pages show, and to whom."""

from __future__ import annotations

import pytest

from pages_house import PagesHouse, Read

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_list_shows_what_needs_whom(house: PagesHouse) -> None:
    """Question, case, owner, state and the next step of each open swarm."""
    text = Read(await house.page("lead-2", "swarms")).text
    for words in ("SW-1 refund loops", "demo:1001", "Anna Keller", "2 people", "active", "answer Q1", "time box until"):
        assert words in text


async def test_the_list_can_be_narrowed(house: PagesHouse) -> None:
    """By view and by words."""
    assert "SW-1" in await house.page("agent-1", "swarms?show=mine&q=REFUND")
    assert "No swarm fits" in await house.page("agent-1", "swarms?show=open&q=nothing+like+it")
    assert "No swarm fits" in await house.page("lead-2", "swarms?show=mine")
    opened = await house.opened("lead-2", "", "short lived")
    await house.do("lead-2", f"swarm cancel SW-{opened} it was a mistake")
    assert "short lived" not in await house.page("lead-2", "swarms")
    assert "short lived" in await house.page("lead-2", "swarms?show=recent")


async def test_a_swarm_page_tells_all_of_it(house: PagesHouse) -> None:
    """Question, case, people with their time, questions, what was tried, what was written back, the timeline."""
    text = Read(await house.page("lead-2", "swarms/1")).text
    for words in ("refund loops", "Refund for order", "waited", "Ben Okafor", "local time", "since which release?"):
        assert words in text
    assert "note on the ticket" in text
    assert text.index("opened it") < text.index("asked Q1")


async def test_times_are_the_readers_own(house: PagesHouse) -> None:
    """One moment, read in two zones and three languages."""
    ours = await house.page("agent-1", "swarms/1")
    theirs = await house.page("expert-1", "swarms/1")
    german = await house.page("agent-2", "swarms/1")
    assert 'lang="en"' in ours
    assert 'lang="nl"' in theirs
    assert 'lang="de"' in german
    assert ("CET" in ours) or ("CEST" in ours)
    assert ("EST" in theirs.replace("CEST", "")) or ("EDT" in theirs)


async def test_a_private_swarm_is_not_there_for_others(house: PagesHouse) -> None:
    """Neither its page, nor a line in the list or a search, nor a stream."""
    private = await house.opened("lead-1", "", "hidden thing", private="yes")
    assert "hidden thing" in await house.page("lead-1", f"swarms/{private}")
    assert (await house.get("lead-2", f"swarms/{private}")).status == 404
    assert "hidden thing" not in await house.page("lead-2", "swarms")
    assert "hidden thing" not in Read(await house.page("lead-2", "search?q=hidden")).text.replace("Search: hidden", "")
    assert (await house.get("lead-2", "swarms/77")).status == 404


async def test_a_guest_sees_their_swarm_in_the_guest_layout(house: PagesHouse) -> None:
    """Question, people, next step: nothing of case, customer, attempts, timeline."""
    other = await house.opened("lead-1", "", "not for guests")
    await house.do("agent-1", "swarm invite SW-1 guest:guest-1")
    assert (await house.get("guest-1", f"swarms/{other}")).status == 404
    text = Read(await house.page("guest-1", "swarms/1")).text
    assert "refund loops" in text
    assert "Ben Okafor" in text
    for hidden in ("demo:1001", "Refund for order", "Fjord", "waited", "opened it", "Timeline"):
        assert hidden not in text


@pytest.mark.parametrize("path", ["swarms", "search?q=refund", "cases/demo:1001", "people/agent-1", "swarms/live"])
async def test_a_guest_sees_nothing_of_the_house(house: PagesHouse, path: str) -> None:
    """No list, no search, no case, no colleague."""
    answer = await house.get("guest-1", path)
    assert answer.status == 403
    assert "members of the house" in answer.text
    assert "refund loops" not in answer.text


async def test_a_case_is_shown_as_its_system_has_it(house: PagesHouse) -> None:
    """Customer, status, description, comments, and the swarms about it; what is not there is said to be."""
    text = Read(await house.page("lead-2", "cases/demo:1001")).text
    for words in ("demo:1001 · Refund for order", "Customer", "Newest comments", "SW-1 refund loops", "internal"):
        assert words in text
    assert (await house.get("agent-1", "cases/demo:999999")).status == 404
    assert (await house.get("agent-1", "cases/nowhere:1")).status == 404


async def test_one_box_finds_everything(house: PagesHouse) -> None:
    """Swarms by number, case and words; people by name and skill; cases by name and words; articles."""
    for words in ("SW-1", "sw1", "refund+loops", "demo:1001"):
        assert 'href="/console/agent-1/swarms/1"' in await house.page("agent-1", f"search?q={words}")
    for words in ("okafor", "billing"):
        assert 'href="/console/agent-1/people/expert-1"' in await house.page("agent-1", f"search?q={words}")
    for words in ("demo:1001", "1001", "refund"):
        assert 'href="/console/agent-1/cases/demo:1001"' in await house.page("agent-1", f"search?q={words}")
    assert "KB1" in await house.page("agent-1", "search?q=refund")
    assert "Nothing found" in await house.page("agent-1", "search?q=xyzzy+plugh")


async def test_figures_are_for_oneself_and_ones_lead(house: PagesHouse) -> None:
    """Everybody else sees what the directory knows, and no figures."""
    own = Read(await house.page("agent-1", "profile")).text
    assert "Swarms owned 1" in own
    assert "console:agent-1" in own
    assert "Swarms owned 1" in Read(await house.page("lead-1", "people/agent-1")).text
    for other in ("lead-2", "expert-1"):
        text = Read(await house.page(other, "people/agent-1")).text
        assert "Anna Keller" in text
        assert "billing" in text
        assert "Swarms owned" not in text
        assert "console:agent-1" not in text
    assert (await house.get("agent-1", "people/nobody")).status == 404


async def test_pages_and_chat_lead_to_each_other(house: PagesHouse) -> None:
    """From the room to the swarm's page, and back."""
    page = await house.page("agent-1", "swarms/1")
    room = next(attrs["href"] for _tag, attrs in Read(page).tags if "/r/" in (attrs.get("href") or ""))
    assert room is not None
    chat = await house.page("agent-1", room.removeprefix("/console/agent-1/"))
    about = room.replace("/r/", "/about/")
    assert f'href="{about}"' in chat
    assert 'href="/console/agent-1/swarms"' in chat
    led = await house.browser.get(about, follow=False)
    assert led.location == "/console/agent-1/swarms/1"
