"""Replicas that speak for one account: what one knows, the others find out."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from chatops.ports.records import Write
from chatops.testing.clock import ManualClock
from chatops.testing.context import plugin_context
from chatops.testing.records import MemoryRecords
from chatops.testing.replicas import Exchange
from chatops.testing.secrets import MemorySecrets
from matrix_network.account import Account
from matrix_network.buttons import Buttons
from matrix_network.directs import Directs
from matrix_network.fellows import TURN, Fellows
from matrix_network.homeserver import Homeserver
from matrix_network.marks import Marks
from matrix_network.render import CARD
from matrix_network.session import Kept, Session

ANNA = "@anna:home.test"
US = Account(homeserver="https://home.test", user="@chatops:home.test", device="A")


class House:
    """What replicas have in common."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.records = MemoryRecords()
        self.secrets = MemorySecrets()
        self.lines: list[Exchange] = []

    def context(self) -> Any:
        """Return the context of one more replica."""
        return plugin_context(
            name="matrix", clock=self.clock, records=self.records, secrets=self.secrets, signals=Exchange(self.lines)
        )

    def session(self) -> Session:
        """Return the login as one more replica has it."""
        return Session(self.secrets, self.clock.now, Fellows(self.context()))


@pytest.fixture
def house() -> House:
    """Nobody there yet."""
    return House()


def kept(token: str, **more: Any) -> Kept:
    """A login."""
    return Kept(homeserver=US.homeserver, user=US.user, device=US.device, access_token=token, **more)


async def test_a_direct_chat_made_by_one_is_one_for_the_other() -> None:
    """And one that has ended for one has ended for the other, with what ended it."""
    records = MemoryRecords()
    one, two = Directs(records, shared=True), Directs(records, shared=True)
    await one.load()
    await two.load()
    await one.remember(ANNA, "!old")
    await two.remember(ANNA, "!new")
    for directs in (one, two):
        assert await directs.room(ANNA) == "!new"
        assert await directs.user("!old") == ANNA
    await one.forget("!new", by="$joined")
    assert await two.user("!new") is None
    assert await two.was("!new")
    assert await two.until("!new", {"$joined"}) == ANNA
    assert await two.room(ANNA) == "!old"


async def test_direct_chats_written_before_there_were_replicas_are_found() -> None:
    """They cannot be looked for by their user."""
    records = MemoryRecords()
    await records.write(Write(kind="direct", id="!old", body={"user": ANNA, "number": 1}))
    directs = Directs(records, shared=True)
    assert await directs.room(ANNA) == "!old"


async def test_a_login_at_one_is_a_login_at_all(house: House) -> None:
    """Also for one that was refused, and for one that heard nothing of it."""
    one, two = house.session(), house.session()
    await one.begin(kept("first"))
    assert await two.current() == "first"
    await one.begin(kept("second"))
    assert await two.current() == "second"
    house.lines[1].cut = True
    await one.begin(kept("third"))
    assert await two.current() == "second"
    assert await two.renewed("second", soft=False) == "third"


async def test_a_token_is_renewed_by_one_at_a_time(house: House) -> None:
    """Who comes second finds what the first has kept."""
    done: list[str] = []

    async def renew(fellows: Fellows, name: str) -> None:
        async with fellows.turn():
            done.append(f"{name} begins")
            for _turn in range(20):
                await asyncio.sleep(0)
            assert fellows.ours
            done.append(f"{name} ends")

    both = [asyncio.ensure_future(renew(Fellows(house.context()), name)) for name in ("one", "two")]
    while not all(task.done() for task in both):
        house.clock.advance(timedelta(milliseconds=10))
        await asyncio.sleep(0)
    assert [task.exception() for task in both] == [None, None]
    assert done in (
        ["one begins", "one ends", "two begins", "two ends"],
        ["two begins", "two ends", "one begins", "one ends"],
    )


async def test_a_turn_ends_by_itself(house: House) -> None:
    """Whoever was stopped in the middle of it has lost it, and sees that."""
    one, two = Fellows(house.context()), Fellows(house.context())
    async with one.turn():
        house.clock.advance(TURN + timedelta(seconds=1))
        async with two.turn():
            assert not one.ours
            assert two.ours


class Cards(Homeserver):
    """A homeserver with one card."""

    def __init__(self) -> None:
        self.meanings: dict[str, str] = {}
        self.asked = 0

    async def call(self, request: Any, **_more: Any) -> dict[str, Any]:
        """Return the card."""
        self.asked += 1
        content = {CARD: {"buttons": dict(self.meanings), "shown": list(self.meanings)}}
        return {"sender": US.user, "content": content}


class Us:
    """Knows who we are."""

    async def account(self) -> Account:
        """Return it."""
        return US


async def test_a_button_added_by_another_replica_can_be_pressed(house: House) -> None:
    """Between its mark and the text of the card by word of it; after that because the card is read again."""
    cards = Cards()
    one, two = (Buttons(cards, Us(), context=house.context()) for _replica in range(2))
    cards.meanings = {"1": "old"}
    assert await one.pressed("!r", "$m", "1") == "old"
    assert await one.pressed("!r", "$m", "2") is None
    marks = Marks(meanings={"1": "old", "2": "new"}, shown=("1", "2"))
    two.remember("!r", "$m", marks)
    await two.tell("!r", "$m", marks)
    assert await one.pressed("!r", "$m", "2") == "new"

    house.lines[0].cut = True
    await two.tell("!r", "$m", Marks(meanings={"3": "newer"}, shown=("3",)))
    cards.meanings = {"1": "old", "2": "new", "3": "newer"}
    assert await one.pressed("!r", "$m", "3") == "newer"
    asked = cards.asked
    assert await one.pressed("!r", "$m", "1") == "old"
    assert cards.asked == asked
