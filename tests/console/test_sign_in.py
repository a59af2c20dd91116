"""Outside the demo nobody is let in without a one-time link."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

import console_stage
from chatops.errors import NotFound
from chatops.testing.clock import ManualClock
from console_stage import Stage
from http_client import Browser, browsing, token


@pytest.fixture
def built(clock: ManualClock) -> Stage:
    """A console that is no demo."""
    return console_stage.build(clock=clock, demo=False)


async def path_of_link(stage: Stage, person: str = "agent-1") -> str:
    """Return the path of a fresh link."""
    link = await stage.plugin.sign_in_link(person)
    assert link.startswith(f"{stage.url}/console/{person}/sign-in/")
    return link.removeprefix(stage.url)


@pytest.mark.parametrize("path", ["/", "/console/agent-1/", "/console/agent-1/r/general", "/console/nobody/"])
async def test_without_a_session_there_is_nothing(browser: Browser, path: str) -> None:
    """And it is not told who exists."""
    answer = await browser.get(path)
    assert answer.status == 401
    assert "Ask an operator for a sign-in link." in answer.text


async def test_a_link_signs_in_once(stage: Stage, browser: Browser) -> None:
    """Looking at it, as previews do, uses nothing up."""
    path = await path_of_link(stage)
    for _n in range(2):
        page = await browser.get(path)
        assert "Hello Anna Keller" in page.text
    assert browser.cookies() == []
    assert (await browser.post(path)).location == "/console/agent-1/"
    assert "General" in (await browser.get("/console/agent-1/")).text
    assert (await browser.get("/console/expert-1/")).status == 401
    async with browsing(stage.url) as other:
        assert (await other.get(path)).status == 410
        assert (await other.post(path)).status == 410
        assert other.cookies() == []


async def test_two_at_the_same_time_get_one_session(stage: Stage) -> None:
    """The second one is too late."""
    path = await path_of_link(stage)
    async with browsing(stage.url) as one, browsing(stage.url) as two:
        answers = await asyncio.gather(one.post(path), two.post(path))
    assert sorted(answer.status for answer in answers) == [303, 410]


async def test_a_link_is_for_a_quarter_of_an_hour(stage: Stage, browser: Browser, clock: ManualClock) -> None:
    """And for one person."""
    path = await path_of_link(stage)
    assert (await browser.post(path.replace("agent-1", "expert-1"))).status == 410
    clock.advance(timedelta(minutes=15))
    assert (await browser.post(path)).status == 410


async def test_a_made_up_link_opens_nothing(browser: Browser) -> None:
    """Nor does it break anything."""
    for made_up in ("x", "A" * 43, "%00", "%ff", "..", "ü"):
        assert (await browser.post(f"/console/agent-1/sign-in/{made_up}")).status in {405, 410}


async def test_only_a_hash_of_the_link_is_stored(stage: Stage) -> None:
    """A copy of the database opens nothing."""
    secret = (await path_of_link(stage)).rpartition("/")[2]
    [record] = await stage.records.find("link")
    assert secret not in f"{record.id} {record.body}"


async def test_nobody_gets_no_link(stage: Stage) -> None:
    """The sentence names them."""
    with pytest.raises(NotFound):
        await stage.plugin.sign_in_link("nobody")


async def test_signing_out(stage: Stage, browser: Browser) -> None:
    """The session is over."""
    await browser.post(await path_of_link(stage))
    page = await browser.get("/console/agent-1/r/general")
    assert (await browser.post("/console/agent-1/sign-out", {"_csrf": token(page.text)})).status == 303
    assert (await browser.get("/console/agent-1/r/general")).status == 401


@pytest.fixture
async def thief(stage: Stage) -> AsyncIterator[Browser]:
    """A browser with a session of somebody else's."""
    async with browsing(stage.url) as browser:
        await browser.post(await path_of_link(stage, "expert-1"))
        yield browser


async def test_a_session_is_worth_nothing_elsewhere(thief: Browser) -> None:
    """A cookie moved to another path is refused."""
    [morsel] = thief.cookies()
    header = {"Cookie": f"{morsel.key}={morsel.value}"}
    assert (await thief.get("/console/agent-1/r/general", headers=header)).status == 401
