"""What a swarm's page offers, to whom, and that it does what it says."""

from __future__ import annotations

import re

import pytest

from pages_house import PagesHouse, Read

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def offered(house: PagesHouse, who: str, path: str) -> set[str]:
    """Return the commands of a page's buttons, without what they are about."""
    found = [
        attrs.get("value") or ""
        for tag, attrs in Read(await house.page(who, path)).tags
        if attrs.get("name") == "command"
    ]
    return {re.sub(r" ?(swarm=)?(SW|ASK)-[0-9]+", "", command).strip() for command in found if command}


async def own(house: PagesHouse, who: str, words: str, **fields: str) -> str:
    """Open a swarm about a case of somebody's own; return its number."""
    case = await house.case()
    await house.do(who, f"case take {case}")
    return await house.opened(who, case, words, **fields)


async def test_everybody_is_offered_what_they_may(house: PagesHouse) -> None:
    """The owner moves it, members work in it, leads help out, others come in or offer help."""
    number = await own(house, "agent-1", "who may what")
    await house.do("agent-1", f"swarm invite SW-{number} expert-1")
    await house.do("expert-1", f"swarm accept SW-{number}")
    page = f"swarms/{number}"
    moving = {"swarm hold", "swarm handover", "swarm merge", "swarm cancel", "swarm done", "swarm resolve"}
    owner, member = await offered(house, "agent-1", page), await offered(house, "expert-1", page)
    lead, other = await offered(house, "lead-2", page), await offered(house, "expert-2", page)
    assert owner >= moving | {"swarm question", "swarm solution", "kudos", "swarm release"}
    assert not owner & {"swarm leave", "swarm join", "swarm offer", "swarm resume", "swarm reopen"}
    assert member >= {"swarm question", "swarm solution", "swarm invite", "swarm leave", "kudos"}
    assert not member & moving
    assert lead >= moving | {"swarm join"}
    assert "swarm question" not in lead
    assert other == {"swarm join", "swarm offer", "swarm join learner", "kudos"}


async def test_it_rests_until_a_time_and_goes_on(house: PagesHouse) -> None:
    """Put on hold by form, resumed by button; on hold nobody is offered to hold it again."""
    page = f"swarms/{await own(house, 'agent-1', 'resting')}"
    name = page.replace("swarms/", "SW-")
    answer = await house.press("agent-1", page, f"swarm hold {name}", waiting="vendor", until="tomorrow 9:00")
    assert "It goes on by itself at" in Read(answer.text).text
    assert "swarm resume" in await offered(house, "agent-1", page)
    assert "swarm hold" not in await offered(house, "agent-1", page)
    await house.press("agent-1", page, f"swarm resume {name}")
    assert "swarm hold" in await offered(house, "agent-1", page)


async def test_a_handover_is_read_and_taken(house: PagesHouse) -> None:
    """The first press shows what there is to know and changes nothing; the button below it takes over."""
    number = await own(house, "agent-1", "handed on", tried="turned it off and on")
    page = f"swarms/{number}"
    await house.press("agent-1", page, f"swarm handover SW-{number}", whom="agent-2", why="my shift ends")
    assert {"swarm handover stop"} <= await offered(house, "agent-1", page)
    assert "swarm accept-handover" not in await offered(house, "expert-1", page)
    assert {"swarm accept-handover", "swarm decline-handover"} <= await offered(house, "agent-2", page)
    packet = await house.press("agent-2", page, f"swarm accept-handover SW-{number}")
    assert "turned it off and on" in Read(packet.text).text
    assert f"swarm accept-handover SW-{number} read" in packet.text
    assert "Owner Anna Keller" in Read(await house.page("lead-1", page)).text
    await house.press("agent-2", page, f"swarm accept-handover SW-{number} read")
    assert "Owner Özlem Şahin" in Read(await house.page("lead-1", page)).text


async def test_an_end_is_taken_back_with_a_reason(house: PagesHouse) -> None:
    """Cancelled with a reason; the one who did needs none to reopen it; nobody else but a lead is offered that."""
    number = await own(house, "agent-1", "over too soon")
    page = f"swarms/{number}"
    await house.press("agent-1", page, f"swarm cancel SW-{number}", because="a mistake")
    assert await offered(house, "agent-1", page) == {"swarm reopen"}
    assert await offered(house, "expert-1", page) == {"kudos"}
    await house.press("agent-1", page, f"swarm reopen SW-{number}")
    assert "swarm cancel" in await offered(house, "agent-1", page)


async def test_two_become_one_and_people_are_thanked(house: PagesHouse) -> None:
    """A lead merges at once; another owner is asked, and finds the answer on the page; thanks go to members only."""
    kept, end = await own(house, "agent-1", "kept"), await own(house, "agent-2", "ends")
    await house.press("agent-1", f"swarms/{kept}", f"swarm merge SW-{kept}", other=f"SW-{end}")
    assert f"swarm merge SW-{kept} SW-{end}" in await house.page("agent-2", f"swarms/{end}")
    assert f"swarm merge SW-{kept} SW-{end}" not in await house.page("expert-1", f"swarms/{end}")
    await house.press("agent-2", f"swarms/{end}", f"swarm merge SW-{kept} SW-{end}")
    text = Read(await house.page("agent-1", f"swarms/{kept}")).text
    assert "Özlem Şahin" in text
    answer = await house.press(
        "agent-1", f"swarms/{kept}", f"kudos swarm=SW-{kept}", person="agent-2", text="for seeing it"
    )
    assert "thank" in Read(answer.text).text.lower()
    assert "kudos" not in await offered(house, "agent-1", f"swarms/{kept}")


async def test_the_owner_of_the_kept_one_agrees_as_well(house: PagesHouse) -> None:
    """Who is asked to take another swarm in finds the answer on the page of their own, and nobody else does."""
    kept, end = await own(house, "agent-1", "takes in"), await own(house, "agent-2", "is taken in")
    page, command = f"swarms/{kept}", f"swarm merge SW-{kept} SW-{end}"
    assert command not in await house.page("agent-1", page)
    await house.press("agent-2", f"swarms/{end}", command)
    assert f"Merge: SW-{end}" in await house.page("agent-1", page)
    for who in ("agent-2", "expert-1"):
        assert f'value="{command}"' not in await house.page(who, page)
    await house.press("agent-1", page, command)
    assert "Özlem Şahin" in Read(await house.page("agent-1", page)).text
    assert f'value="{command}"' not in await house.page("agent-1", page)


async def test_one_button_stands_out(house: PagesHouse) -> None:
    """What is to be done next, also when several could be."""
    number = await own(house, "agent-1", "what next")
    for command, label in (("", "Done"), (f"swarm hold SW-{number}", "Resume")):
        if command:
            await house.press("agent-1", f"swarms/{number}", command, waiting="vendor")
        part = (await house.page("agent-1", f"swarms/{number}")).partition('id="p-do"')[2].partition('id="more"')[0]
        closed = re.sub(r"</summary>.*?</form>", "", part, flags=re.DOTALL)
        assert re.findall(r'class="button primary">([^<]*?)\s*<', closed + "<") == [label]


async def test_offers_of_help_are_answered_on_the_page(house: PagesHouse) -> None:
    """Everybody reads them; the owner lets people in."""
    number = await own(house, "agent-1", "who knows")
    page = f"swarms/{number}"
    await house.press("expert-1", page, f"swarm offer SW-{number}", text="I saw this in spring")
    assert "I saw this in spring" in await house.page("expert-2", page)
    assert "swarm take-in expert-1" not in await offered(house, "expert-2", page)
    assert "swarm offer" not in await offered(house, "expert-1", page)
    assert {"swarm take-in expert-1", "swarm turn-down expert-1"} <= await offered(house, "agent-1", page)
    await house.press("agent-1", page, f"swarm take-in SW-{number} expert-1")
    assert "swarm take-in expert-1" not in await offered(house, "agent-1", page)


async def test_a_question_in_a_thread_has_a_page(house: PagesHouse) -> None:
    """In the list of who asks and who is asked; answered, helped and ended by button; links lead there."""
    (reply, *_rest) = await house.do("agent-1", "swarm ask expert-1 where is the log?")
    match = re.search(r"ASK-([0-9]+)", reply.text)
    assert match is not None
    page, name = f"asks/{match[1]}", match[0]
    for who, seen in (("agent-1", True), ("expert-1", True), ("lead-1", False)):
        assert (name in await house.page(who, "swarms")) is seen
        assert (name in await house.page(who, "swarms?show=mine&q=LOG")) is seen
    assert f'href="/console/expert-1/{page}"' in await house.page("expert-1", f"search?q={name}")
    assert (await house.browser.get(f"/console/expert-1/swarms/{name}", follow=False)).location.endswith(page)
    assert name not in await house.page("lead-1", "search?q=where+is+the+log")
    assert (await house.get("lead-1", page)).status == 404  # asked where nobody else reads
    assert "swarm pass" in await offered(house, "expert-1", page)
    assert "swarm unask" not in await offered(house, "expert-1", page)
    assert {"swarm answer", "swarm unask"} <= await offered(house, "agent-1", page)
    await house.press("expert-1", page, f"swarm answer {name}", text="below <b>stairs</b>")
    assert "below <b>stairs</b>" in Read(await house.page("agent-1", page)).text
    answer = await house.press("agent-1", page, f"swarm solved {name}")
    assert answer.status == 200
    assert await offered(house, "agent-1", page) == set()
    assert name in await house.page("agent-1", "swarms?show=recent")
    assert name not in await house.page("agent-1", "swarms")
    assert (await house.get("guest-1", page)).status == 403
    assert (await house.get("agent-1", "asks/99")).status == 404


async def test_a_long_list_is_shown_in_parts(house: PagesHouse) -> None:
    """How many there are, and more of them, beginning where one was."""
    await house.opened("lead-2", "", "one more")
    await house.opened("lead-2", "", "and one more")
    html = await house.page("lead-2", "swarms?most=1")
    assert re.search(r"1 of [0-9]+", html)
    assert "?show=open&amp;most=51#n2" in html


async def test_what_is_no_form_of_ours_is_refused_as_a_page(house: PagesHouse) -> None:
    """Words to read, and a way on."""
    answer = await house.press("agent-1", "swarms/1", "help", once="short")
    assert (answer.status, answer.headers["Content-Type"].split(";")[0]) == (400, "text/html")
    assert "This form is not complete" in answer.text


async def test_who_looks_through_broken_glass_is_offered_nothing(house: PagesHouse) -> None:
    """They read all of the page, and none of it is for them to press."""
    number = await house.opened("lead-1", "", "hidden thing", private="yes")
    page = f"swarms/{number}"
    assert (await house.get("admin-1", page)).status == 404
    await house.do("admin-1", f"admin break-glass SW-{number} because the auditors ask")
    assert "hidden thing" in await house.page("admin-1", page)
    assert await offered(house, "admin-1", page) == set()
