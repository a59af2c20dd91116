"""Pages run the same commands as the chat: same rights, same audit, the answer on the page."""

from __future__ import annotations

import re

import pytest

from chatops.core.journal import audit_chain
from pages_house import PagesHouse, Read

pytestmark = pytest.mark.asyncio(loop_scope="module")

KEY = "fedcba9876543210"


async def test_a_form_runs_a_command(house: PagesHouse) -> None:
    """The answer stands on the page one comes back to, and the page shows what came of it."""
    answer = await house.press("agent-1", "swarms/1", "swarm answer SW-1 Q1", text='since "4.12", blocking=yes')
    assert answer.status == 200
    text = Read(answer.text).text
    assert "Q1 is answered" in text
    assert 'since "4.12", blocking=yes' in text


async def test_a_script_gets_the_answer_alone(house: PagesHouse) -> None:
    """A fragment, in the reader's language."""
    answer = await house.press("agent-2", "swarms/1", "swarm solution SW-1", live=True, text="x")
    assert answer.status == 200
    assert "<html" not in answer.text
    assert 'lang="de"' in answer.text


async def test_nobody_may_more_than_in_chat(house: PagesHouse) -> None:
    """What is not allowed is refused in words, and audited."""
    answer = await house.press("lead-2", "swarms/1", "swarm question SW-1 may I?", live=True)
    assert "That is for" in answer.text
    assert "may I?" not in Read(await house.page("agent-1", "swarms/1")).text
    audit = await house.app.store.entries(audit_chain("swarm:1"))
    assert any('"denied"' in (entry.payload or "") and '"page"' in (entry.payload or "") for entry in audit)


async def test_sent_twice_it_is_done_once(house: PagesHouse) -> None:
    """A double click asks one question."""
    for _time in range(2):
        await house.press("agent-1", "swarms/1", "swarm question SW-1 twice?", live=True, once="twice0is0once0000")
    text = Read(await house.page("agent-1", "swarms/1")).text
    assert len(re.findall(r"asked Q[0-9]+: twice\?", text)) == 1


async def test_the_room_gives_a_typed_command_its_context(house: PagesHouse) -> None:
    """On the page of a swarm its number need not be typed."""
    answer = await house.press("agent-1", "swarms/1", "question and what about this?", live=True)
    assert "is on the list of SW-1" in answer.text


async def test_the_answer_is_for_who_asked(house: PagesHouse) -> None:
    """An address with somebody else's key shows nothing."""
    await house.press("agent-1", "swarms/1", "swarm question SW-1 mine?", live=True, once=KEY)
    assert "is on the list" in await house.page("agent-1", f"swarms/1?answer={KEY}")
    assert "is on the list" not in await house.page("lead-1", f"swarms/1?answer={KEY}")


async def test_forms_from_elsewhere_are_refused(house: PagesHouse) -> None:
    """Without the session's token, with a foreign origin, or with a form that is none of ours, nothing happens."""
    await house.page("agent-1", "swarms/1")
    form = {"once": "0123456789abcdef", "page": "swarms/1", "command": "swarm question SW-1 forged?"}
    assert (await house.browser.post("/console/agent-1/do", form)).status == 403
    assert (await house.press("agent-1", "swarms/1", "x", live=True, once="short")).status == 400
    foreign = await house.browser.post("/console/agent-1/do", form, headers={"Origin": "https://evil.example"})
    assert foreign.status == 403
    assert "forged?" not in await house.page("agent-1", "swarms/1")


async def test_one_is_sent_back_below_ones_own_path_only(house: PagesHouse) -> None:
    """A forged place to return to is refused."""
    page = await house.page("agent-1", "swarms/1")
    token = page.split('name="_csrf" value="')[1].split('"')[0]
    for place in ("../lead-1/swarms", "//evil.example", "https://evil.example", "/swarms", "a/../../b", ""):
        form = {"_csrf": token, "once": "0123456789abcdef", "page": place, "command": "help"}
        assert (await house.browser.post("/console/agent-1/do", form)).status == 400


async def test_what_leaves_the_house_is_shown_first(house: PagesHouse) -> None:
    """A reply to a customer is previewed, nothing is sent; `Do it` sends the very same words."""
    words = 'We have found it; "tomorrow" it is put right, case=closed.'
    seen = await house.press("agent-1", "cases/demo:1001", "reply customer demo:1001", text=f"demo:1001 {words}")
    assert "Nothing has been done yet" in seen.text
    assert words in Read(seen.text).text
    assert words not in Read(await house.page("agent-1", "cases/demo:1001")).text
    form = {
        attrs["name"] or "": attrs.get("value") or ""
        for tag, attrs in Read(seen.text.split("Nothing has been done yet")[1]).tags
        if tag == "input" and attrs.get("type") == "hidden"
    }
    assert form["confirmed"] == "yes"
    form["field.text"] = f"demo:1001 {words}"
    await house.browser.post("/console/agent-1/do", form, follow=True)
    assert words in Read(await house.page("agent-1", "cases/demo:1001")).text


async def test_a_task_is_given_and_done_on_the_page(house: PagesHouse) -> None:
    """The page of the swarm says what it belongs to; whoever has it gets its buttons, others do not."""
    await house.press("agent-1", "swarms/1", "task add", who="expert-1", text="read the log", within="30m")
    assert "read the log" in Read(await house.page("lead-2", "swarms/1")).text
    assert "task ack T-1" not in await house.page("lead-2", "swarms/1")
    assert "task ack T-1" in await house.page("expert-1", "swarms/1")
    await house.press("expert-1", "swarms/1", "task done T-1")
    assert "task ack T-1" not in await house.page("expert-1", "swarms/1")


async def test_the_article_grows_on_the_page(house: PagesHouse) -> None:
    """Steps, decisions and the draft that comes out of them."""
    await house.press("agent-1", "swarms/1", "step add stop the payout job")
    await house.press("agent-1", "swarms/1", "decision add no refunds by hand")
    text = Read(await house.page("lead-2", "swarms/1")).text
    assert "Steps stop the payout job" in text
    assert "no refunds by hand" in text
    assert "1. stop the payout job" in text
