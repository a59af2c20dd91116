"""One network's limit among replicas: never more than it allows, little asked of the database, a rest for answers."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from chatops.core.frozen import replace
from chatops.engine.settings import EngineSettings
from chatops.engine.share import QUARTER, RECKONED, Share
from chatops.errors import RateLimited
from chatops.ports.chat import Capabilities
from chatops.ports.store import Grant
from chatops.testing.clock import ManualClock
from chatops.testing.memory_store import MemoryStore
from chatops.testing.network import EVERYTHING
from chatops.testing.replicas import together
from replica_pair import Pair
from theatre import Theatre

RATE = 40.0


class CountingStore(MemoryStore):
    """Counts how often it is asked for more."""

    asked = 0

    async def take(self, bucket: str, *, wanted: int, rate: float, burst: float, reserve: float = 0.0) -> Grant:
        """Take, and count."""
        self.asked += 1
        return await super().take(bucket, wanted=wanted, rate=rate, burst=burst, reserve=reserve)


def shares(store: MemoryStore, clock: ManualClock, number: int) -> list[Share]:
    """Return the shares of so many replicas."""
    return [Share("network:x", store=store, clock=clock, rate=RATE, reserve=0.25) for _replica in range(number)]


@settings(max_examples=50)
@given(
    replicas=st.integers(1, 4),
    steps=st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.floats(0, 0.3)), min_size=10, max_size=60),
)
def test_replicas_together_keep_the_limit(replicas: int, steps: list[tuple[int, bool, float]]) -> None:
    """However they take turns: a burst and the rate, and what was taken a quarter of a second ago at the earliest."""

    async def story() -> None:
        clock = ManualClock()
        all_ = shares(MemoryStore(clock=clock), clock, replicas)
        sent: list[float] = []
        for who, bulk, pause in steps:
            clock.advance(timedelta(seconds=pause))
            while await all_[who % replicas].take(bulk=bulk) == 0:
                sent.append(clock.monotonic())
        for first, began in enumerate(sent):
            for gone, at in enumerate(sent[first:], start=1):
                assert gone <= RATE + RATE * (at - began + QUARTER) + 1

    asyncio.run(story())


async def test_a_busy_replica_asks_seldom() -> None:
    """While there is much to send, a quarter of a second's worth at a time."""
    clock = ManualClock()
    store = CountingStore(clock=clock)
    (share,) = shares(store, clock, 1)
    sent = 0
    for _step in range(200):
        clock.advance(timedelta(seconds=0.05))
        while await share.take(bulk=False) == 0:
            sent += 1
    assert sent >= RATE * 10
    assert store.asked <= sent / 4


async def test_broadcasts_leave_something_to_all() -> None:
    """When no replica may broadcast any more, each may still answer."""
    clock = ManualClock()
    one, two = shares(MemoryStore(clock=clock), clock, 2)
    for share in (one, two, one, two):
        while await share.take(bulk=True) == 0:
            pass
        clock.advance(timedelta(milliseconds=1))
    assert await one.take(bulk=True) > 0
    assert await one.take(bulk=False) == 0
    assert await two.take(bulk=False) == 0


async def test_a_rest_is_a_rest_for_all_broadcasts() -> None:
    """Whoever the network told; answers go on."""
    clock = ManualClock()
    one, two = shares(MemoryStore(clock=clock), clock, 2)
    await one.rest(30.0)
    assert await two.take(bulk=True) > QUARTER
    assert await two.take(bulk=False) == 0
    clock.advance(timedelta(seconds=30))
    assert await two.take(bulk=True) == 0


async def test_without_the_store_each_keeps_to_a_small_part() -> None:
    """It goes on, and were there as many replicas as are reckoned with, they would keep the limit."""
    clock = ManualClock()
    store = MemoryStore(clock=clock)
    (share,) = shares(store, clock, 1)
    store.broken = True
    sent = 0
    for _step in range(100):
        clock.advance(timedelta(seconds=0.1))
        while await share.take(bulk=False) == 0:
            sent += 1
    await share.rest(1.0)
    assert RATE / RECKONED * 9 <= sent <= RATE / RECKONED * 11 + 1


async def test_two_replicas_send_a_broadcast_within_the_limit(theatre: Theatre) -> None:
    """Each room once, whoever sends; and not sooner than the limit allows."""
    limited: Capabilities = replace(EVERYTHING, per_second=4.0)
    pair, brief = Pair(theatre, limited), EngineSettings(drain=0.1)
    one, two = await pair.stage(settings=brief), await pair.stage(settings=brief)
    for number in range(40):
        one.network.room(f"many{number}")
    one.network.fail(RateLimited("slow down", retry_after=2.0))
    await one.network.say(one.identity("anna"), "tally broadcast 40", "general")
    await together(one, two)
    began = one.clock.monotonic()
    while len(one.network.posted) < 40:
        one.clock.advance(timedelta(seconds=0.25))
        one.engine.ring()
        two.engine.ring()
        await together(one, two)
        assert len(one.network.posted) <= 4 + 4 * (one.clock.monotonic() - began + QUARTER) + 1
    rooms = {posted.ref.room.id for posted in one.network.posted if posted.ref.room.id != "general"}
    assert len(rooms) == len([posted for posted in one.network.posted if posted.ref.room.id != "general"])
