"""What changes is told to whoever looks at it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from typing import Any

import aiohttp
import pytest

from pages_house import PagesHouse, Read

pytestmark = pytest.mark.asyncio(loop_scope="module")


@asynccontextmanager
async def watching(house: PagesHouse, who: str, path: str) -> AsyncIterator[AsyncIterator[tuple[str, Any]]]:
    """Open a page and the stream it names; give what comes, one event at a time."""
    page = await house.page(who, path)
    address = unescape(page.split('data-live="')[1].split('"')[0])
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        await (await session.get(f"{house.app.url}/console/{who}/{path}")).read()
        async with session.get(house.app.url + address) as response:
            assert response.content_type == "text/event-stream"
            yield _events(response)


async def _events(response: aiohttp.ClientResponse) -> AsyncIterator[tuple[str, Any]]:
    name = ""
    async for raw in response.content:
        line = raw.decode().rstrip("\n")
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


async def part(events: AsyncIterator[tuple[str, Any]], id_: str, words: str) -> str:
    """Return a part's HTML, once it holds these words."""
    async with asyncio.timeout(10):
        async for name, data in events:
            if name == "part" and data["id"] == id_ and words in data["html"]:
                return str(data["html"])
    raise AssertionError(id_)


async def test_a_swarm_page_changes_by_itself(house: PagesHouse) -> None:
    """A question asked in chat appears; what the page shows already is not sent again."""
    async with watching(house, "lead-2", "swarms/1") as events:
        await house.do("agent-1", "swarm question SW-1 fresh question?")
        # The swarm and its timeline are read one after the other: either may be new first.
        missing = {"questions", "timeline"}
        async with asyncio.timeout(10):
            async for _name, data in events:
                missing -= {data["id"]} if "fresh question?" in data["html"] else set()
                if not missing:
                    break
        assert not missing


async def test_the_list_changes_by_itself(house: PagesHouse) -> None:
    """A new swarm appears in the list."""
    async with watching(house, "lead-2", "swarms") as events:
        await house.opened("lead-1", "", "brand new")
        assert await part(events, "rows", "brand new")


async def test_who_may_not_look_any_more_is_told_to_go(house: PagesHouse) -> None:
    """Once somebody has left a private swarm, its page ends."""
    number = await house.opened("lead-1", "", "between us", private="yes")
    await house.do("lead-1", f"swarm invite SW-{number} expert-1")
    await house.do("expert-1", f"swarm accept SW-{number}")
    async with watching(house, "expert-1", f"swarms/{number}") as events:
        await house.do("expert-1", f"swarm leave SW-{number}")
        async with asyncio.timeout(10):
            names = [name async for name, _data in events]
    left = await house.get("expert-1", f"swarms/{number}")
    assert (names[-1], left.status) == ("gone", 404)


async def test_a_guest_is_sent_the_guest_layout_only(house: PagesHouse) -> None:
    """What is sent live holds no more than the page."""
    number = await house.opened("lead-1", "", "with a guest", tried="internal attempts")
    await house.do("lead-1", f"swarm invite SW-{number} guest:guest-1")
    await house.do("guest-1", f"swarm accept SW-{number}")
    async with watching(house, "guest-1", f"swarms/{number}") as events:
        await house.do("lead-1", f"swarm question SW-{number} what does your log say?")
        text = Read(await part(events, "guest", "what does your log say?")).text
    for hidden in ("demo:", "internal attempts", "Customer", "Timeline"):
        assert hidden not in text
