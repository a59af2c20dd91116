"""Server-sent events: told at once, resumed where it broke off, and only what one may see."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from chatops.ports.chat import RoomSpec
from chatops.testing.clock import ManualClock
from chatops.testing.conformance.chat_stage import sentence
from console_lines import listening, live
from console_stage import ANNA, BEN, Stage
from console_tab import TabMaker


async def test_what_is_said_is_told_at_once(stage: Stage, tab: TabMaker) -> None:
    """As the HTML of the message, and the room list with it."""
    ben = tab("expert-1")
    async with listening(ben, live(await ben.open())) as line:
        entry = await stage.acts.say(ANNA, "general", "Hello <Ben>")
        pieces = await line.told()
    first = pieces[0].data
    assert (first["id"], first["list"]) == (entry.id, "entries")
    assert first["new"]
    assert "Hello &lt;Ben&gt;" in first["html"]
    assert [piece.data.get("id") for piece in pieces[1:]] == ["top", "members", "compose", "rooms", None]


async def test_nothing_is_missed_between_page_and_stream(stage: Stage, tab: TabMaker) -> None:
    """The page says from where on."""
    ben = tab("expert-1")
    page = await ben.open()
    entry = await stage.acts.say(ANNA, "general", "in between")
    async with listening(ben, live(page)) as line:
        assert (await line.told())[0].data["id"] == entry.id


async def test_a_broken_line_goes_on_where_it_broke(stage: Stage, tab: TabMaker) -> None:
    """By the id the browser sends back: nothing twice, nothing lost."""
    ben = tab("expert-1")
    address = live(await ben.open())
    async with listening(ben, address) as line:
        await stage.acts.say(ANNA, "general", "one")
        await line.told()
        cursor = line.cursor
    missed = [(await stage.acts.say(ANNA, "general", words)).id for words in ("two", "three")]
    async with listening(ben, address, {"Last-Event-ID": cursor}) as line:
        told = await line.told()
    assert [piece.data["id"] for piece in told if piece.data.get("list")] == missed


@pytest.mark.parametrize("cursor", ["", "other-5", "x", "-", "\u0663-\u0663", "a-" + "9" * 40])
async def test_after_a_restart_the_page_is_asked_to_look_again(tab: TabMaker, cursor: str) -> None:
    """Numbers of another life mean nothing."""
    ben = tab("expert-1")
    await ben.open()
    async with listening(ben, f"live?room=general&cursor={cursor}") as line:
        assert [piece.name for piece in await line.told()] == ["resync"]


async def test_a_quiet_line_beats(stage: Stage, tab: TabMaker, clock: ManualClock) -> None:
    """Every fifteen seconds."""
    ben = tab("expert-1")
    async with listening(ben, live(await ben.open())) as line:
        beat = asyncio.ensure_future(line.block())
        while not beat.done():
            clock.advance(timedelta(seconds=15))
            await asyncio.sleep(0)
        assert beat.result() == [": beat"]


async def test_a_thread_is_told_in_its_place(stage: Stage, tab: TabMaker) -> None:
    """The reply goes to the thread, its count to the room."""
    root = await stage.acts.say(ANNA, "general", "root")
    ben = tab("expert-1")
    async with listening(ben, live(await ben.open(f"r/general?thread={root.id}"))) as line:
        reply = await stage.acts.say(BEN, "general", "reply", thread=root.id)
        told = await line.told()
    places = [(piece.data["id"], piece.data["list"]) for piece in told if piece.data.get("list")]
    assert places == [(root.id, "entries"), (f"t-{root.id}", "replies"), (f"t-{reply.id}", "replies")]


async def test_an_edit_is_told_in_place(stage: Stage, tab: TabMaker) -> None:
    """And is not news."""
    ref = await stage.network.post(stage.room("general"), sentence("before"), key="p")
    await stage.network.pin(ref, key="pin")
    ben = tab("expert-1")
    async with listening(ben, live(await ben.open())) as line:
        await stage.network.edit(ref, sentence("after"), key="e")
        told = await line.told()
    assert [piece.data["id"] for piece in told[:2]] == [ref.id, "top"]
    assert all("after" in piece.data["html"] for piece in told[:2])
    assert "new" not in told[0].data


async def test_rooms_one_cannot_see_are_not_told(stage: Stage, tab: TabMaker) -> None:
    """Nor can their stream be opened; who is removed is told nothing more."""
    network = stage.network
    spec = RoomSpec(title="Quiet matter", members=(ANNA.identities[0], BEN.identities[0]), private=True)
    room = await network.open_room(spec, key="r")
    ben, clara = tab("expert-1"), tab("lead-1")
    await clara.open()
    refused = await clara.browser.get(f"{clara.base}live?room={room.id}")
    assert refused.status == 404
    async with listening(ben, live(await ben.open(f"r/{room.id}"))) as line:
        await network.remove(room, BEN.identities[0], key="x")
        told = await line.told()
        assert [(piece.name, piece.data) for piece in told] == [("gone", {})]
        await stage.acts.say(ANNA, room.id, "between us")
        assert await line.block() == []


async def test_a_room_that_closes_or_fills_is_told(stage: Stage, tab: TabMaker) -> None:
    """Who is in, and that nothing can be written any more."""
    network = stage.network
    room = await network.open_room(RoomSpec(title="SW-1", members=(ANNA.identities[0],)), key="r")
    anna = tab("agent-1")
    async with listening(anna, live(await anna.open(f"r/{room.id}"))) as line:
        await stage.acts.say(ANNA, room.id, "a first change")
        await line.told()
        await network.invite(room, BEN.identities[0], key="i")
        members = {piece.data.get("id"): piece.data.get("html", "") for piece in await line.told()}
        await network.archive_room(room, key="a")
        closed = {piece.data.get("id"): piece.data.get("html", "") for piece in await line.told()}
    assert "Ben Okafor" in members["members"]
    assert "compose" not in members
    assert "This room is closed" in closed["compose"]
    assert "members" not in closed
