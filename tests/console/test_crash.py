"""Killed at any moment, the console loses nothing and doubles nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

import console_stage
from chatops.core.message import Message
from chatops.errors import SettingsError, StoreUnavailable
from chatops.ports.chat import RoomSpec
from chatops.ports.records import Record, Write
from chatops.testing.clock import ManualClock
from chatops.testing.conformance.chat_stage import sentence
from chatops.testing.records import MemoryRecords
from chatops.testing.replicas import Exchange
from console_stage import ANNA, BEN, Stage
from console_tab import Tab
from http_client import browsing


class Dying(MemoryRecords):
    """Stops writing after some writes, as if the process had been killed then."""

    def __init__(self) -> None:
        super().__init__()
        self.left = 10_000

    async def write(self, *writes: Write) -> Sequence[int]:
        """Write, or die."""
        self.left -= 1
        if self.left < 0:
            raise KilledError
        return await super().write(*writes)

    async def delete(self, kind: str, id: str) -> None:
        """Delete, or die."""
        self.left -= 1
        if self.left < 0:
            raise KilledError
        await super().delete(kind, id)


class Away(MemoryRecords):
    """Does not tell what happened while the database is away."""

    def __init__(self) -> None:
        super().__init__()
        self.away = True
        self.asked = asyncio.Event()

    async def get(self, kind: str, id: str) -> Record | None:
        """Return a document, or say that the database is away."""
        if self.away and kind == "room":
            message = "away"
            raise StoreUnavailable(message)
        return await super().get(kind, id)

    async def find(
        self, kind: str, *, limit: int = 100, offset: int = 0, newest: bool = False, **columns: str
    ) -> Sequence[Record]:
        """Return documents, or say that the database is away."""
        if self.away and kind == "happening":
            self.asked.set()
            message = "away"
            raise StoreUnavailable(message)
        return await super().find(kind, limit=limit, offset=offset, newest=newest, **columns)


class KilledError(Exception):
    """The process is gone."""


async def built(records: MemoryRecords | None = None) -> Stage:
    """Return a console; its templates are read in a thread, as at start."""
    return await asyncio.to_thread(console_stage.build, records=records)


async def restarted(stage: Stage) -> Stage:
    """Return a new console on the same records, with the same inbox behind it."""
    again = await built(stage.records)
    again.inbox = stage.inbox
    return again


async def test_everything_is_there_after_a_restart() -> None:
    """Rooms, messages, members, pins."""
    stage = await built()
    await stage.network.ready()
    room = await stage.network.open_room(RoomSpec(title="SW-1", members=(ANNA.identities[0],)), key="r")
    said = await stage.acts.say(ANNA, room.id, "before")
    again = await restarted(stage)
    await again.network.ready()
    assert list(await again.network.members(room)) == [ANNA.identities[0]]
    entry = await again.acts.say(ANNA, room.id, "after")
    assert entry.seq == said.seq + 1


@pytest.mark.parametrize("writes", range(8))
async def test_no_message_is_lost_or_doubled(writes: int) -> None:
    """Wherever the line is cut: said means handed over once; not said means never heard of."""
    records = Dying()
    stage = await built(records)
    await stage.network.ready()
    records.left = writes
    said: list[str] = []
    task = asyncio.ensure_future(stage.network.run(stage.inbox))
    try:
        for n in range(4):
            await stage.acts.say(ANNA, "general", f"word {n}", once=f"once {n}")
            said.append(f"word {n}")
            await asyncio.sleep(0)
    except KilledError:
        pass
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    records.left = 10_000
    async with console_stage.running(await restarted(stage), serve=False) as again:
        await again.network.ready()
        await again.acts.say(BEN, "general", "the end")
        await stage.inbox.until(len(said) + 1)
    heard = [body.text for body in stage.inbox.taken.values() if isinstance(body, Message)]
    assert heard == [*said, "the end"]


@pytest.mark.parametrize("writes", [0, 1])
async def test_a_post_repeated_after_a_crash_stands_once(writes: int) -> None:
    """The record of the key is written with the message, so the retry finds it, or finds nothing."""
    records = Dying()
    stage = await built(records)
    await stage.network.ready()
    records.left = writes
    first = None
    try:
        first = await stage.network.post(stage.room("general"), sentence("once"), key="k")
    except KilledError:
        assert writes == 0
    records.left = 10_000
    again = await restarted(stage)
    second = await again.network.post(stage.room("general"), sentence("once"), key="k")
    assert first in {None, second}
    assert len(await records.find("entry")) == 1


async def test_a_form_sent_again_after_a_crash_is_said_once() -> None:
    """The browser's own key lives as long as the message."""
    stage = await built()
    await stage.network.ready()
    first = await stage.acts.say(ANNA, "general", "once", once="nonce")
    again = await restarted(stage)
    await again.network.ready()
    assert (await again.acts.say(ANNA, "general", "once", once="nonce")).id == first.id


async def test_an_unavailable_store_is_tried_again() -> None:
    """Nothing is forgotten before it was taken."""
    stage = await built()
    stage.inbox.failure = StoreUnavailable("away")
    async with console_stage.running(stage, serve=False):
        await stage.network.ready()
        await stage.acts.say(ANNA, "general", "wait for me")
        await stage.inbox.asked.wait()
        assert stage.inbox.taken == {}
        assert len(await stage.records.find("happening")) == 1


async def test_while_the_database_is_away_a_page_asks_for_patience(caplog: pytest.LogCaptureFixture) -> None:
    """With a page and a status that fronts understand, and without a word in the log: the engine says it once."""
    records, lines = Away(), list[Exchange]()
    stage = await asyncio.to_thread(console_stage.build, records=records, signals=Exchange(lines))
    async with console_stage.running(stage), browsing(stage.url) as browser:
        await stage.network.ready()
        records.away = False
        tab = Tab(browser, "agent-1")
        await tab.open()
        records.away = True
        answer = await browser.get("/console/agent-1/r/general")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
    assert "Error handling request" not in caplog.text


def test_a_mistyped_setting_is_refused() -> None:
    """By name."""
    with pytest.raises(SettingsError, match="colour"):
        console_stage.build(settings={"colour": "red"})


async def test_records_that_cannot_be_read_do_not_end_the_network() -> None:
    """While the database is away it waits, and hands over when it is back, instead of being started again ever later."""
    records = Away()
    clock = ManualClock()
    stage = await asyncio.to_thread(console_stage.build, clock=clock, records=records)
    async with console_stage.running(stage, serve=False):
        await stage.network.ready()
        await records.asked.wait()
        assert stage.inbox.taken == {}
        records.away = False
        await stage.acts.say(ANNA, "general", "wait for me")
        while not stage.inbox.taken:
            clock.advance(timedelta(seconds=1))
            await asyncio.sleep(0)
