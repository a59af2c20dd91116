"""Promises about what replicas share. A store of one process keeps them trivially."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from chatops.ports.store import Checkpoint, Store
from chatops.testing.clock import ManualClock
from chatops.testing.conformance.store_base import LEASE, StoreTests, do, put


class SharingPromises(StoreTests):
    """Allowances, names, signals."""

    async def test_an_allowance_is_a_burst_and_a_rate(self, store: Store, clock: ManualClock) -> None:
        """No more than the burst at once; then what the rate brings."""
        first = await store.take("net", wanted=8, rate=2.0, burst=10.0)
        rest = await store.take("net", wanted=8, rate=2.0, burst=10.0)
        none = await store.take("net", wanted=1, rate=2.0, burst=10.0)
        assert (first.granted, first.after, rest.granted, none.granted) == (8, 0.0, 2, 0)
        assert none.after == pytest.approx(0.5)

        clock.advance(timedelta(seconds=1))
        assert (await store.take("net", wanted=8, rate=2.0, burst=10.0)).granted == 2
        clock.advance(timedelta(hours=1))
        assert (await store.take("net", wanted=50, rate=2.0, burst=10.0)).granted == 10

    async def test_a_reserve_is_left_to_others(self, store: Store, clock: ManualClock) -> None:
        """Who leaves a reserve gets nothing of it, and is told when there will be more than that."""
        careful = await store.take("net", wanted=9, rate=2.0, burst=8.0, reserve=2.0)
        refused = await store.take("net", wanted=1, rate=2.0, burst=8.0, reserve=2.0)
        assert (careful.granted, refused.granted) == (6, 0)
        assert refused.after == pytest.approx(0.5)
        assert (await store.take("net", wanted=9, rate=2.0, burst=8.0)).granted == 2
        clock.advance(timedelta(seconds=1.5))
        assert (await store.take("net", wanted=9, rate=2.0, burst=8.0, reserve=2.0)).granted == 1

    async def test_a_checkpoint_moves_for_who_holds_its_name(self, store: Store) -> None:
        """Whoever has the name stores its checkpoint."""
        assert await store.hold("network:chat", lease=LEASE)
        await store.accept_many([], Checkpoint(name="chat", value="7", holding="network:chat"))
        assert await store.checkpoint("chat") == "7"

    async def test_allowances_are_apart(self, store: Store) -> None:
        """One that is used up does not touch another."""
        await store.take("a", wanted=10, rate=1.0, burst=1.0)
        assert (await store.take("b", wanted=1, rate=1.0, burst=1.0)).granted == 1

    async def test_an_allowance_rests(self, store: Store, clock: ManualClock) -> None:
        """Nothing is granted until the rest is over."""
        await store.rest("net", 5.0)
        refused = await store.take("net", wanted=1, rate=1.0, burst=1.0)
        assert refused.granted == 0
        assert refused.after == pytest.approx(5.0)
        clock.advance(timedelta(seconds=5))
        assert (await store.take("net", wanted=1, rate=1.0, burst=1.0)).granted == 1

    async def test_many_takers_get_no_more_than_there_is(self, store: Store) -> None:
        """Taken at the same time, the grants still add up to the burst."""
        grants = await asyncio.gather(*(store.take("net", wanted=3, rate=0.001, burst=20.0) for _ in range(20)))
        assert sum(grant.granted for grant in grants) == 20

    async def test_a_name_is_kept_by_asking_again(self, store: Store, clock: ManualClock) -> None:
        """Its holder has it as often as it asks, also after the lease ran out or it was given back."""
        assert await store.hold("sync", lease=LEASE)
        assert await store.hold("sync", lease=LEASE)
        clock.advance(2 * LEASE)
        assert await store.hold("sync", lease=LEASE)
        await store.let_go("sync")
        await store.let_go("nobody has this")
        assert await store.hold("sync", lease=LEASE)

    async def test_signals_reach_who_listens(self, store: Store) -> None:
        """Each listener of a topic hears each text, this process included."""
        heard: asyncio.Queue[str] = asyncio.Queue()
        store.signals.listen("topic", heard.put_nowait, missed=lambda: None)
        store.signals.listen("other", lambda _text: pytest.fail("heard on another topic"), missed=lambda: None)
        await store.signals.send("topic", "ünïcode 'quoted'")
        assert await asyncio.wait_for(heard.get(), 5) == "ünïcode 'quoted'"

    async def test_announced_kinds_signal_every_write(self, store: Store, clock: ManualClock) -> None:
        """The id of each aggregate written is told, of other kinds nothing."""
        store.announce("swarm")
        heard: asyncio.Queue[str] = asyncio.Queue()
        store.signals.listen("aggregate:swarm", heard.put_nowait, missed=lambda: None)
        await do(store, clock, "a", puts=(put("1"),))
        await do(store, clock, "b", ensures=(put("2"),))
        told = {await asyncio.wait_for(heard.get(), 5) for _ in range(2)}
        assert told == {"1", "2"}
