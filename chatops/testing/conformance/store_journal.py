"""Promises about audit and timelines, as far as the port shows them. Tampering is for each store's own tests."""

from __future__ import annotations

import asyncio

import pytest

from chatops.errors import StaleUnit
from chatops.ports.store import Store
from chatops.testing.clock import ManualClock
from chatops.testing.conformance.store_base import StoreTests, claimed, do, entry, put, unit


class JournalPromises(StoreTests):
    """Journals."""

    async def test_an_empty_store_verifies(self, store: Store) -> None:
        """No entries, no findings; an anchor of nothing is none either."""
        assert not await store.verify()
        await store.anchor()
        assert not await store.verify()

    async def test_chains_verify(self, store: Store, clock: ManualClock) -> None:
        """Entries of several chains, over several units, with anchors between."""
        for n in range(4):
            await do(store, clock, f"e{n}", entries=(entry("timeline:swarm:1"), entry(f"audit:{n % 2}")))
            await store.anchor()

        assert [found.seq for found in await store.entries("timeline:swarm:1")] == [1, 2, 3, 4]
        assert not await store.verify()

    async def test_a_refused_unit_leaves_no_gap(self, store: Store, clock: ManualClock) -> None:
        """Units that fail between others that commit at the same time do not show in the chain."""
        await do(store, clock, "first", puts=(put("1"),))
        events = [await claimed(store, clock, f"e{n}") for n in range(20)]
        units = [
            unit(found, entries=(entry("chain", found.key),), reads=(("swarm", "1", n % 2),))
            for n, found in enumerate(events)
        ]
        outcomes = await asyncio.gather(*map(store.commit, units), return_exceptions=True)

        assert sum(isinstance(outcome, StaleUnit) for outcome in outcomes) == 10
        assert [found.seq for found in await store.entries("chain")] == list(range(1, 11))
        assert not await store.verify()

    async def test_erasing(self, store: Store, clock: ManualClock) -> None:
        """Payload and salt go, the record of it comes, the chain verifies; doing it twice is the same as once."""
        await do(store, clock, "a", entries=(entry("chain", '"keep"'), entry("chain", '"forget"')))
        await store.anchor()
        await store.erase("chain", 2)
        await store.erase("chain", 2)

        found = await store.entries("chain")
        assert [(one.seq, one.kind, one.payload) for one in found[:2]] == [(1, "note", '"keep"'), (2, "note", None)]
        assert found[1].salt is None
        assert [one.kind for one in found[2:]] == ["erased"]
        assert not await store.verify()

    async def test_erasing_what_is_not_there(self, store: Store, clock: ManualClock) -> None:
        """An unknown chain or number is a mistake."""
        await do(store, clock, "a", entries=(entry("chain"),))
        with pytest.raises(LookupError):
            await store.erase("none", 1)
