"""Rooms that the settings name are watched from the start, as long as they name them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chatops.core.journal import AuditRecord, audit_chain
from chatops.core.message import Identity
from chatops.core.rooms import Room
from chatops.errors import PluginError, SettingsError
from chatops.rooms.plugin import RoomsPlugin
from chatops.settings import load
from chatops.testing.clock import ManualClock
from chatops.testing.context import plugin_context
from chatops.testing.directory import FakeDirectory
from chatops.testing.memory_store import MemoryStore
from chatops.testing.network import FakeNetwork
from chatops.testing.stage import Stage, person

US = Identity(network="fake", id="server")


class House:
    """One database and one network, under different settings one after the other."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.store = MemoryStore(clock=self.clock)
        self.network = FakeNetwork(clock=self.clock)
        self.network.room("lounge")
        self.directory = FakeDirectory()
        for one in (person("lea", "pod_lead"), person("olga", "agent")):
            self.directory.add(one)

    def stage(self, *watched: str, days: int = 30) -> Stage:
        """Return a server that is told these rooms."""
        self.clock.advance(timedelta(seconds=1))
        told = {"watched": watched, "keep_days": days}
        plugin = RoomsPlugin(plugin_context(told, clock=self.clock, people=self.directory))
        return Stage(
            plugins=(plugin,), directory=self.directory, clock=self.clock, store=self.store, network=self.network
        )

    @property
    def read(self) -> list[str]:
        """What stands in the lounge."""
        return [post.body.plain for post in self.network.history("lounge")]


@pytest.fixture
def house() -> House:
    """Return a house with a lounge."""
    return House()


async def kept(stage: Stage) -> bool:
    """Whether what is said to nobody in particular is kept."""
    before = len(await stage.store.messages("fake:lounge"))
    await stage.says("olga", "lunch?", room="lounge", addressed=False)
    return len(await stage.store.messages("fake:lounge")) > before


async def test_they_are_told_once_and_watched_until_the_settings_name_them_no_more(house: House) -> None:
    """Each change is audited as the settings'."""
    for _start in range(2):
        async with house.stage("fake:lounge", days=9) as stage:
            assert await kept(stage)
    assert len(house.read) == 1
    assert "keep it for 9 days" in house.read[0]
    for _start in range(2):
        async with house.stage() as stage:
            assert not await kept(stage)
    assert len(house.read) == 2
    assert "watched no more" in house.read[1]
    records = [
        house.stage().codec.decode_as(AuditRecord, entry.payload or "")
        for entry in await house.store.entries(audit_chain("engine.started"))
    ]
    assert [(one.via, one.command) for one in records] == [("settings", "room watch"), ("settings", "room unwatch")]


async def test_nobody_ends_what_the_settings_want(house: House) -> None:
    """They are told where it is written; put out of the room and let in, it is told again."""
    async with house.stage("fake:lounge") as stage:
        (post,) = await stage.says("lea", "room unwatch", room="lounge")
        assert "The settings name this room." in post.body.plain
        assert "rooms.watched" in post.body.plain
        (post,) = await stage.says("lea", "room show", room="lounge")
        assert "This room is watched" in post.body.plain
        before = len(house.read)
        for change in ("removed", "joined"):
            await stage.network.member(US, "lounge", change, ourselves=True)
            await stage.settle()
        assert await kept(stage)
        assert "This room is watched from now on" in house.read[before]


async def test_what_a_person_wanted_stays_whatever_the_settings_say(house: House) -> None:
    """Until they name the room, and then no more: from then on it is theirs."""
    async with house.stage() as stage:
        await stage.says("lea", "room watch", room="lounge")
    for watched, still in (((), True), (("fake:lounge",), True), ((), False)):
        async with house.stage(*watched) as stage:
            assert await kept(stage) == still


async def test_a_room_of_our_own_is_left_alone(house: House) -> None:
    """It is kept anyway."""
    async with house.stage() as stage:
        await stage.room("swarm:1/main", remote="lounge", subject="swarm:1")
    async with house.stage("fake:lounge") as stage:
        (stored,) = await stage.store.find(Room.kind, {"remote": "fake:lounge"})
        assert not stage.codec.decode_as(Room, stored.body).watched
    assert house.read == []


@pytest.mark.parametrize("wrong", ["lounge", ":lounge", "fake:"])
def test_a_room_is_written_with_its_network(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings and the plugin say so."""
    with pytest.raises(PluginError, match="NETWORK:ID"):
        RoomsPlugin(plugin_context({"watched": [wrong]}))
    monkeypatch.setenv("CHATOPS_ROOMS__WATCHED", f'["{wrong}"]')
    with pytest.raises(SettingsError, match=r"rooms\.watched"):
        load(None)
