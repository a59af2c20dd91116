"""Promises about what can be looked up."""

from __future__ import annotations

import asyncio

import pytest

from chatops.ports.store import Store
from chatops.testing.clock import ManualClock
from chatops.testing.conformance.store_base import StoreTests, claimed, do, entry, event, put, unit


class FactPromises(StoreTests):
    """Facts."""

    async def test_get(self, store: Store, clock: ManualClock) -> None:
        """An aggregate comes back whole; another kind or id is None."""
        await do(store, clock, "a", puts=(put("1", body='{"t":"ü"}', case="c:1", room="r"),))

        stored = await store.get("swarm", "1")
        assert stored is not None
        assert (stored.kind, stored.id, stored.version, stored.body) == ("swarm", "1", 1, '{"t":"ü"}')
        assert stored.keys == {("case", "c:1"), ("room", "r")}
        assert await store.get("swarm", "2") is None
        assert await store.get("room", "1") is None

    async def test_find_by_all_keys_oldest_first(self, store: Store, clock: ManualClock) -> None:
        """All of the keys must fit; the order is that of creation, whatever is written later."""
        await do(store, clock, "a", puts=(put("z", state="open", case="1"), put("a", state="open", case="2")))
        await do(store, clock, "b", puts=(put("m", state="closed", case="1"), put("z", 1, state="open", case="1")))

        async def found(limit: int = 200, **keys: str) -> list[str]:
            return [stored.id for stored in await store.find("swarm", keys, limit=limit)]

        assert await found() == ["z", "a", "m"]
        assert await found(state="open") == ["z", "a"]
        assert await found(state="open", case="1") == ["z"]
        assert await found(state="open", case="3") == []
        assert await found(limit=2) == ["z", "a"]

    @pytest.mark.parametrize("name", ["x" * 600, "nul\0", "half\ud800"], ids=["long", "NUL", "surrogate"])
    async def test_what_cannot_be_stored_is_not_there(self, store: Store, name: str) -> None:
        """Asked for by a name that no database takes, a store finds nothing; it is not unwell."""
        assert await store.get("swarm", name) is None
        assert not await store.find("swarm", {"case": name})
        assert not await store.messages(name)
        assert not await store.lane_used(name)

    async def test_keys_are_replaced(self, store: Store, clock: ManualClock) -> None:
        """A write leaves no key of the version before; one name may have several values."""
        await do(store, clock, "a", puts=(put("1", state="open"),))
        await do(store, clock, "b", puts=(put("1", 1, state="closed"),))

        assert not await store.find("swarm", {"state": "open"})
        assert [stored.id for stored in await store.find("swarm", {"state": "closed"})] == ["1"]

    async def test_reads_see_only_what_is_committed(self, store: Store, clock: ManualClock) -> None:
        """Before the commit nothing is seen."""
        found = await claimed(store, clock, "a")
        assert await store.get("swarm", "1") is None
        await store.commit(unit(found, puts=(put("1"),)))
        assert await store.get("swarm", "1") is not None

    async def test_sequences_start_at_1_and_never_repeat(self, store: Store) -> None:
        """64 callers get 64 numbers; each sequence counts for itself."""
        numbers = await asyncio.gather(*(store.allocate("swarm") for _ in range(64)))

        assert sorted(numbers) == list(range(1, 65))
        assert await store.allocate("incident") == 1

    async def test_entries_in_pages(self, store: Store, clock: ManualClock) -> None:
        """Entries come oldest first, after a number, up to a limit; their times are the commit's."""
        await do(store, clock, "a", entries=tuple(entry("chain", f'"{n}"') for n in range(5)))

        page = await store.entries("chain", after=1, limit=2)
        assert [(found.seq, found.payload) for found in page] == [(2, '"1"'), (3, '"2"')]
        assert {found.recorded_at for found in page} == {clock.now()}
        assert await store.entries("none") in ([], ())

    async def test_the_newest_entries(self, store: Store, clock: ManualClock) -> None:
        """Of many entries the newest, oldest first, and none up to the number given; of few, all."""
        await do(store, clock, "a", entries=tuple(entry("chain", f'"{n}"') for n in range(300)))

        assert [found.seq for found in await store.entries("chain", limit=3, newest=True)] == [298, 299, 300]
        assert [found.seq for found in await store.entries("chain", after=299, limit=3, newest=True)] == [300]
        assert len(await store.entries("chain", limit=1000, newest=True)) == 300
        assert await store.entries("none", newest=True) in ([], ())

    async def test_messages_of_a_room(self, store: Store) -> None:
        """The newest events of a remote room, oldest first."""
        await store.accept_many([event(f"m{n}", room="net:!a") for n in range(5)] + [event("x", room="net:!b")])

        assert [found.key for found in await store.messages("net:!a", limit=3)] == ["m2", "m3", "m4"]
        assert not await store.messages("net:!none")
