"""What one replica is told of a room holds at the others, and two that are told at once agree."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from chatops.core.rooms import Room
from chatops.rooms.plugin import RoomsPlugin
from chatops.testing.clock import ManualClock
from chatops.testing.context import plugin_context
from chatops.testing.directory import FakeDirectory
from chatops.testing.network import FakeNetwork
from chatops.testing.replicas import Replicas
from chatops.testing.stage import Stage, person

LOUNGE = "fake:lounge"


@pytest.fixture
async def two() -> AsyncIterator[tuple[Stage, Stage]]:
    """Return two stages with their database and their network in common."""
    clock = ManualClock()
    replicas, town = Replicas(clock), FakeNetwork(clock=clock)
    directory = FakeDirectory()
    for one in (person("lea", "pod_lead"), person("mia", "manager"), person("olga", "agent")):
        directory.add(one)

    def stage() -> Stage:
        plugin = RoomsPlugin(plugin_context(clock=clock, people=directory))
        return Stage(plugins=(plugin,), directory=directory, clock=clock, store=replicas.store(), network=town.beside())

    first, second = stage(), stage()
    async with first, second:
        yield first, second


async def both(two: tuple[Stage, Stage]) -> None:
    """Wait until neither has anything to do."""
    for _turn in range(3):
        for one in two:
            await one.settle()


async def chats(two: tuple[Stage, Stage], stage: Stage) -> int:
    """Let one replica hear something said to nobody in particular; return how many messages are stored more."""
    before = len(await stage.store.messages(LOUNGE))
    await stage.says("olga", "lunch?", room="lounge", addressed=False)
    await both(two)
    return len(await stage.store.messages(LOUNGE)) - before


async def test_the_other_replica_keeps_and_stops_keeping_as_well(two: tuple[Stage, Stage]) -> None:
    """Without a restart."""
    first, second = two
    assert await chats(two, second) == 0
    await first.says("lea", "room watch", room="lounge")
    await both(two)
    assert await chats(two, second) == 1
    await second.says("mia", "room unwatch", room="lounge")
    await both(two)
    assert await chats(two, first) == 0
    await first.says("lea", "room watch", room="lounge")
    await both(two)
    assert await chats(two, second) == 1


async def test_two_who_say_it_at_once_watch_one_room(two: tuple[Stage, Stage]) -> None:
    """The second is told that it is watched already."""
    first, second = two
    await asyncio.gather(
        first.says("lea", "room watch", room="lounge"), second.says("mia", "room watch", room="lounge")
    )
    await both(two)
    assert len(await first.store.find(Room.kind, {"remote": LOUNGE})) == 1
    told = [post.body.plain for post in first.network.history("lounge")]
    assert sum("This room is watched from now on" in words for words in told) == 1
    assert sum("watched already" in words for words in told) == 1
