"""Two replicas of the console on the same records: for people they are one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta

import pytest

import console_stage
from chatops.core.message import Message
from chatops.ports.chat import RoomSpec
from chatops.testing.clock import ManualClock
from chatops.testing.conformance.chat_stage import sentence
from chatops.testing.records import MemoryRecords
from chatops.testing.replicas import Exchange
from console_lines import entries, listening, live
from console_network.replicas import BEAT
from console_network.store import LOOK
from console_stage import ANNA, BEN, Stage
from console_tab import Tab
from http_client import Browser, browsing


@dataclass
class House:
    """Two consoles."""

    one: Stage
    two: Stage
    lines: list[Exchange]
    browser: Browser
    clock: ManualClock

    def tabs(self, person: str) -> tuple[Tab, Tab]:
        """Somebody's browser, sent by the front to one replica and to the other."""
        session = self.browser._session  # noqa: SLF001 - the same cookies
        return Tab(self.browser, person), Tab(Browser(session, self.two.url), person)


def built(clock: ManualClock, records: MemoryRecords, lines: list[Exchange], *, demo: bool) -> Stage:
    """One more replica."""
    return console_stage.build(clock=clock, records=records, signals=Exchange(lines), demo=demo)


@pytest.fixture
async def house(clock: ManualClock, stages: tuple[Stage, Stage, list[Exchange]]) -> AsyncIterator[House]:
    """Both served."""
    one, two, lines = stages
    async with AsyncExitStack() as stack:
        for stage in (one, two):
            await stack.enter_async_context(console_stage.running(stage))
            await stage.network.ready()
        browser = await stack.enter_async_context(browsing(one.url))
        yield House(one, two, lines, browser, clock)


@pytest.fixture
def stages(clock: ManualClock) -> tuple[Stage, Stage, list[Exchange]]:
    """Both built; nothing runs yet."""
    records, lines = MemoryRecords(), list[Exchange]()
    return built(clock, records, lines, demo=True), built(clock, records, lines, demo=True), lines


async def settled() -> None:
    """Let everything that can go on go on."""
    for _turn in range(100):
        await asyncio.sleep(0)


async def test_what_is_said_at_one_is_told_at_the_other(house: House) -> None:
    """At once, to who watches there; also what the server posts and edits."""
    _here, there = house.tabs("expert-1")
    async with listening(there, live(await there.open())) as line:
        entry = await house.one.acts.say(ANNA, "general", "Hello Ben")
        assert entries(await line.told()) == [entry.id]
        ref = await house.one.network.post(house.one.room("general"), sentence("before"), key="p")
        assert entries(await line.told()) == [ref.id]
        await house.one.network.edit(ref, sentence("after"), key="e")
        told = await line.told()
    assert "after" in told[0].data["html"]


async def test_a_tab_goes_on_at_the_other_replica(house: House) -> None:
    """What both changed while its line was broken is told: nothing twice, nothing lost, and nothing read anew."""
    here, there = house.tabs("expert-1")
    address = live(await here.open())
    async with listening(here, address) as line:
        await house.two.acts.say(ANNA, "general", "one")
        await line.told()
        cursor = line.cursor
    missed = [
        (await stage.acts.say(ANNA, "general", words)).id
        for stage, words in ((house.one, "two"), (house.two, "three"), (house.one, "four"))
    ]
    await settled()
    await there.open()
    async with listening(there, address, {"Last-Event-ID": cursor}) as line:
        assert entries(await line.told()) == missed


async def test_a_page_of_one_is_followed_at_the_other(house: House) -> None:
    """A front that takes turns makes nobody's page read itself again."""
    here, there = house.tabs("expert-1")
    await house.two.acts.say(ANNA, "general", "before")
    await settled()
    page = await here.open()
    async with listening(there, live(page)) as line:
        entry = await house.two.acts.say(ANNA, "general", "after")
        told = await line.told()
    assert [piece.name for piece in told][-1] == "told"
    assert entries(told) == [entry.id]


async def test_a_replica_that_has_just_started_knows_how_far_the_others_are(house: House) -> None:
    """It asks; so a tab from another replica goes on there as well."""
    await house.one.acts.say(ANNA, "general", "before")
    await settled()
    _here, there = house.tabs("expert-1")
    assert "before" in await there.open()


async def test_missed_signals_make_tabs_look_again(house: House) -> None:
    """When the line between the replicas broke, whatever is watched is read anew."""
    _here, there = house.tabs("expert-1")
    async with listening(there, live(await there.open())) as line:
        house.lines[1].cut = True
        await house.one.acts.say(ANNA, "general", "unheard")
        await house.one.network.open_room(RoomSpec(title="New", members=(BEN.identities[0],)), key="r")
        await settled()
        house.lines[1].mend()
        assert [piece.name for piece in await line.told()] == ["resync"]
    assert "unheard" in await there.open()


async def test_a_lost_signal_is_noticed(house: House) -> None:
    """At the latest when the other tells how far it is."""
    _here, there = house.tabs("expert-1")
    async with listening(there, live(await there.open())) as line:
        house.lines[0].cut = True
        await house.one.acts.say(ANNA, "general", "unheard")
        await settled()
        house.lines[0].cut = False
        told = asyncio.ensure_future(line.told())
        while not told.done():
            house.clock.advance(timedelta(seconds=BEAT))
            await asyncio.sleep(0.01)
        assert [piece.name for piece in told.result()] == ["resync"]


async def test_both_write_in_one_room_at_once(house: House) -> None:
    """Every post has a number of its own, and every reply is counted."""
    root = await house.one.acts.say(ANNA, "general", "root")
    await settled()
    said = await asyncio.gather(
        *(
            stage.acts.say(ANNA, "general", f"{n}", thread=root.id)
            for n in range(15)
            for stage in (house.one, house.two)
        )
    )
    assert sorted(entry.seq for entry in said) == list(range(2, 32))
    assert len({entry.id for entry in said}) == 30
    await settled()
    _here, there = house.tabs("expert-1")
    assert "30" in await there.open(f"r/general?thread={root.id}")


async def test_one_key_is_one_post(house: House) -> None:
    """Also when both replicas are told to write it at the same time."""
    posts = await asyncio.gather(
        *(stage.network.post(stage.room("general"), sentence("once"), key="k") for stage in (house.one, house.two))
    )
    assert posts[0].id == posts[1].id
    here, _there = house.tabs("expert-1")
    assert (await here.open()).count("once</") == 1


async def test_each_act_reaches_the_server_once(house: House) -> None:
    """Whichever replica hands it over; and what one left behind, another does."""
    said = [(await stage.acts.say(ANNA, "general", "@chatops help")).id for stage in (house.one, house.two)]
    await settled()
    keys = {key for stage in (house.one, house.two) for key in stage.inbox.taken}
    assert keys == {f"say:{id_}" for id_ in said}


async def test_what_a_dead_replica_left_is_handed_over_and_shown(
    stages: tuple[Stage, Stage, list[Exchange]], clock: ManualClock
) -> None:
    """It died when the message was stored and before it told anybody."""
    dead, alive, lines = stages
    await dead.network.ready()
    async with console_stage.running(alive), browsing(alive.url) as browser:
        await alive.network.ready()
        ben = Tab(browser, "expert-1")
        async with listening(ben, live(await ben.open())) as line:
            lines[0].cut = True
            entry = await dead.acts.say(ANNA, "general", "my last words")
            told = asyncio.ensure_future(line.told())
            while not told.done():
                clock.advance(timedelta(seconds=LOOK))
                await asyncio.sleep(0.01)
            assert entries(told.result()) == [entry.id]
        (message,) = await alive.inbox.until(1)
        assert isinstance(message, Message)


async def test_who_is_put_out_of_a_room_reads_nothing_more_at_the_other(house: House) -> None:
    """Even while that hears no signals: who may read is read."""
    room = await house.one.network.open_room(
        RoomSpec(title="Quiet", members=(ANNA.identities[0], BEN.identities[0]), private=True), key="r"
    )
    await settled()
    _here, there = house.tabs("expert-1")
    await there.open(f"r/{room.id}")
    house.lines[1].cut = True
    await house.one.network.remove(room, BEN.identities[0], key="x")
    assert (await there.browser.get(f"{there.base}r/{room.id}")).status == 404


async def test_a_room_just_made_is_open_at_the_other(house: House) -> None:
    """Also when the word of it has not come yet."""
    house.lines[1].cut = True
    room = await house.one.network.open_room(RoomSpec(title="Fresh", members=(BEN.identities[0],)), key="r")
    _here, there = house.tabs("expert-1")
    assert "Fresh" in await there.open(f"r/{room.id}")


async def test_the_server_writes_in_a_room_that_the_other_has_just_made(house: House) -> None:
    """Also when the word of it has not come yet: nothing is said anew, and nothing late."""
    house.lines[1].cut = True
    room = await house.one.network.open_room(RoomSpec(title="Fresh", members=(BEN.identities[0],)), key="r")
    ref = await house.two.network.post(room, sentence("welcome"), key="p")
    await house.two.network.pin(ref, key="q")
    assert await house.two.network.members(room) == [BEN.identities[0]]


async def test_what_was_seen_at_one_is_seen(house: House) -> None:
    """Unread counts are the same everywhere."""
    await house.one.acts.say(ANNA, "general", "news")
    await settled()
    here, there = house.tabs("lead-1")
    await there.open("r/support")
    await here.open("r/general")
    await settled()
    page = await there.open("r/support")
    assert 'class="unread"' not in page


async def test_who_signed_out_at_one_is_out_at_the_other(clock: ManualClock, signed: tuple[Stage, Stage]) -> None:
    """A copy of the cookie opens nothing anywhere; a sign-in link works at either, once."""
    one, two = signed
    async with console_stage.running(one), console_stage.running(two), browsing(one.url) as browser:
        link = (await one.plugin.sign_in_link("agent-1")).removeprefix(one.url)
        other = Browser(browser._session, two.url)  # noqa: SLF001 - the same cookies
        assert (await other.post(link)).location == "/console/agent-1/"
        async with browsing(one.url) as second:
            assert (await second.post(link)).status == 410
        here = Tab(browser, "agent-1")
        await here.open()
        cookies = "; ".join(f"{cookie.key}={cookie.value}" for cookie in browser.cookies())
        assert (await other.get("/console/agent-1/r/general")).status == 200
        await here.send("sign-out")
    async with console_stage.running(two), browsing(two.url) as thief:
        assert (await thief.get("/console/agent-1/r/general", headers={"Cookie": cookies})).status == 401


@pytest.fixture
def signed(clock: ManualClock) -> tuple[Stage, Stage]:
    """Two replicas of a console that is no demo."""
    records, lines = MemoryRecords(), list[Exchange]()
    return built(clock, records, lines, demo=False), built(clock, records, lines, demo=False)
