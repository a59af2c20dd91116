"""A code is kept no longer than it is of use: in the database, in the chat, in the log."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import structlog
from structlog.testing import LogCapture

from chatops.core.command import Option, command
from chatops.core.journal import AuditRecord, TimelineNote
from chatops.core.message import Message, MessageRef
from chatops.core.params import Rest
from chatops.core.text import _
from chatops.core.unit import Unit
from chatops.errors import PortError
from chatops.hookspecs import Listener
from chatops.people.links import LinkedIdentity, LinkOffer, LinkTries
from chatops.storage.schema import migrate
from chatops.storage.sqlite_file import url
from chatops.testing.clock import ManualClock
from chatops.testing.stage import Stage, person
from linking_house import House
from sqlite_stores import sqlite_store

MINUTE = timedelta(minutes=1)


@pytest.fixture
def logged() -> Iterator[LogCapture]:
    """Everything that is logged meanwhile."""
    before, capture = structlog.get_config(), LogCapture()
    structlog.configure(processors=[capture])
    yield capture
    structlog.configure(**before)


def written(code: str) -> re.Pattern[bytes]:
    """Return what finds a code however it is written: with or without the dash, in any case."""
    return re.compile(rf"{code[:5]}[- ]?{code[6:]}".encode(), re.IGNORECASE)


def found(code: str, folder: Path) -> list[str]:
    """Return the database's files in which a code stands."""
    return [
        one.name
        for one in folder.iterdir()
        if one.name.startswith("chatops.db") and written(code).search(one.read_bytes())
    ]


class Curious:
    """A plugin that listens to whatever is said."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def chatops_register_listeners(self, register: object) -> None:
        """Register two listeners, so that each hears by an event of its own."""
        for name in ("one", "two"):
            register(Listener(name=name, of=Message, handle=self._hears))  # type: ignore[operator]

    async def _hears(self, _unit: Unit, message: Message) -> None:
        self.heard.append(message.text)


async def test_a_code_is_nowhere_readable(caplog: pytest.LogCaptureFixture) -> None:
    """Neither in the audit, also when the command is misspelt, nor in an aggregate, a timeline or a log."""
    async with House() as house:
        code = await house.code()
        await house.says("anna", f"lnk {code}")
        await house.says("anna2", f"link {code}")
        await house.presses("anna", "It is me", "dm-anna")
        plain = {code, code.replace("-", "")}
        store = house.stage.store
        for kind in (LinkOffer.kind, LinkedIdentity.kind):
            for stored in await store.find(kind, {}):
                assert not any(word in stored.body for word in plain)
        records = 0
        for lane in ("person:anna", "room:fake:dm-anna", "room:fake:dm-anna2"):
            for entry in await store.entries(f"audit:{lane}"):
                assert entry.kind in {AuditRecord.kind, TimelineNote.kind}
                assert not any(word in (entry.payload or "") for word in plain)
                records += 1
        assert records >= 4
        assert not any(word in caplog.text for word in plain)


async def test_the_whole_database_holds_no_code(tmp_path: Path, logged: LogCapture) -> None:
    """After a journey with slips, wrong accounts and edits, no file of the database holds a code, nor does a log."""
    await migrate(url(tmp_path / "chatops.db"))
    clock, curious = ManualClock(), Curious()
    store = sqlite_store(tmp_path / "chatops.db", clock)
    house = House(store=store, clock=clock, also=[curious])
    async with house:
        code = await house.code()
        await house.says("anna", f"lnk {code}")
        await house.says("anna", f"help {code}")
        await house.says("bert", f"link {code}")
        await house.says("bert", f"please take {code.lower()} for me")
        await house.says("anna2", code)
        await house.says("anna2", f"lnk {code.replace('-', '')}")
        await house.says("anna2", f"link {code}")
        await house.stage.says("anna", f"link {code}", room="general")
        await house.stage.says("newcomer", f"link {code}", room="general")
        await house.stage.says("anna", f"lnk {code}", room="general")
        await house.stage.network.say(house.stage.identity("anna"), f"link {code}", "dm-anna", direct=True, edited=True)
        await house.stage.settle()
        await house.presses("anna", "It is me", "dm-anna")
        assert house.owner("anna2") == "anna"
        assert curious.heard
        assert not any(written(code).search(text.encode()) for text in curious.heard)
    assert found(code, tmp_path) == []
    assert not written(code).search(repr(logged.entries).encode())


async def test_a_flood_of_codes_is_not_kept_either(tmp_path: Path) -> None:
    """What is no longer answered loses its code as well."""
    await migrate(url(tmp_path / "chatops.db"))
    clock = ManualClock()
    async with House(store=sqlite_store(tmp_path / "chatops.db", clock), clock=clock) as house:
        code = await house.code("bert")
        for _one in range(40):
            await house.says("mallory", "link AAAAA-AAAA9")
        await house.says("mallory", f"link {code}")
    assert found(code, tmp_path) == []
    assert found("AAAAA-AAAA9", tmp_path) == []


@pytest.mark.parametrize("end", ["typed", "newer", "late", "dead"])
async def test_a_code_leaves_the_chat_when_it_is_over(end: str) -> None:
    """Its card says so: when the code was typed, replaced, not used in time, or guessed at too often."""
    async with House() as house:
        code = await house.code()
        card = next(one for one in house.stage.network.posted if code in one.body.plain)
        match end:
            case "typed":
                await house.says("anna2", f"link {code}")
            case "newer":
                await house.code()
            case "late":
                await house.stage.advance(5 * MINUTE)
            case _:
                for number in range(5):
                    await house.says(f"guesser{number}", f"link {code[:10]}{'0' if code[10] != '0' else '1'}")
        assert "This code is over" in card.body.plain
        assert code not in card.body.plain


async def test_a_code_whose_card_could_not_be_sent_is_not_kept() -> None:
    """A code that never arrived is left out of the dead letter as well."""
    async with House() as house:
        house.stage.network.fail(PortError("a bug"))
        await house.says("anna", "link")
        (card,) = [row for row in await house.stage.store.sent() if "link:" in row.body]
        assert card.state == "failed"
        assert "…" in card.body
        assert "Your code" not in card.body


async def test_a_secret_that_came_late_is_asked_for_again() -> None:
    """A button to run it now would keep its words for weeks."""
    async with Stage(commands=[Whispers()], people=[person("anna", "agent")]) as stage:
        before = stage.clock.now() - 20 * MINUTE
        message = await _said(stage, "whisper the vault is open", before)
        assert "came late" in message
        assert not any("vault" in row.body for row in await stage.store.sent())


class Whispers:
    """A command whose words are secret."""

    @command(
        "whisper",
        who="anyone",
        summary=_("Say"),
        examples=("whisper x",),
        options={"text": Option(label=_("t"))},
        secret=True,
    )
    async def whisper(self, unit: Unit, text: Rest) -> None:
        """Do nothing with it."""


async def _said(stage: Stage, text: str, at: datetime) -> str:
    room = stage.network.room("dm-anna", direct=True).ref
    who = stage.identity("anna")
    message = Message(ref=MessageRef(room=room, id="old"), sender=who, text=text, at=at, addressed=True, direct=True)
    await stage.network.deliver(("old", message))
    await stage.settle()
    return stage.network.posted[-1].body.plain


async def test_what_is_over_is_forgotten() -> None:
    """Codes, counts of tries and links taken away go when their days are over; a link that stands stays."""
    async with House() as house:
        await house.says("anna2", f"link {await house.code()}")
        await house.presses("anna", "It is me", "dm-anna")
        await house.says("bert2", f"link {await house.code('bert')}")
        await house.presses("bert", "It is me", "dm-bert")
        await house.says("bert", "unlink fake")
        store, clock = house.stage.store, house.stage.clock

        async def left() -> tuple[int, ...]:
            long_ago = clock.now() - timedelta(days=400)
            await store.purge(events_before=long_ago, posts_before=long_ago)
            kinds = (LinkOffer.kind, LinkTries.kind, LinkedIdentity.kind)
            return tuple([len(await store.find(kind, {})) for kind in kinds])

        await house.stage.advance(timedelta(days=29))
        assert await left() == (2, 0, 2)
        await house.stage.advance(timedelta(days=2))
        assert await left() == (0, 0, 1)
        assert house.owner("anna2") == "anna"


async def test_a_link_made_after_an_older_one_was_forgotten_is_the_later_one() -> None:
    """Replicas that still remember the one taken away believe the new one."""
    async with House() as house:
        numbers = []
        for _twice in range(2):
            await house.says("anna2", f"link {await house.code()}")
            await house.presses("anna", "It is me", "dm-anna")
            (stored,) = await house.stage.store.find(LinkedIdentity.kind, {})
            numbers.append(house.stage.codec.decode_as(LinkedIdentity, stored.body).number)
            await house.says("anna", "unlink fake")
            await house.stage.advance(timedelta(days=31))
            now = house.stage.clock.now()
            await house.stage.store.purge(events_before=now, posts_before=now)
            assert not await house.stage.store.find(LinkedIdentity.kind, {})
        assert numbers[1] > numbers[0] + 1
