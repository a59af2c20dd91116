"""Promises about a unit of work: all of it or nothing, and only on the facts it relied on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from chatops.core.commit import Outcome
from chatops.errors import StaleUnit
from chatops.ports.store import Store
from chatops.testing.clock import ManualClock
from chatops.testing.conformance.store_base import (
    StoreTests,
    claim,
    claim_posts,
    claimed,
    do,
    entry,
    event,
    post,
    put,
    timer,
    unit,
)

REFUSED: Sequence[tuple[str, dict[str, Any]]] = (
    ("version", {"puts": (put("taken"),)}),
    ("version", {"puts": (put("taken", expected=2),)}),
    ("version", {"puts": (put("missing", expected=1),)}),
    ("version", {"reads": (("swarm", "taken", 0),)}),
    ("version", {"reads": (("swarm", "missing", 1),)}),
    ("claim", {"claims": (("name", "somebody else"),)}),
)


class UnitPromises(StoreTests):
    """The commit."""

    async def test_a_commit_takes_a_secret_out_of_its_event(self, store: Store, clock: ManualClock) -> None:
        """The stored event reads as the unit says, and stays as accepted when the unit says nothing or is refused."""
        for key in ("plain", "secret"):
            await store.accept_many([event(key, "lane", room="net:!a", body='"words"')])
        (first,) = await claim(store, clock)
        await store.commit(unit(first))
        (second,) = await claim(store, clock)
        with pytest.raises(StaleUnit):
            await store.commit(unit(second, rewritten='"left out"', reads=(("swarm", "missing", 1),)))
        assert [one.body for one in await store.messages("net:!a")] == ['"words"', '"words"']
        await store.commit(unit(second, rewritten='"left out"'))
        assert [one.body for one in await store.messages("net:!a")] == ['"words"', '"left out"']

    async def test_everything_becomes_true_together(self, store: Store, clock: ManualClock) -> None:
        """Aggregates, posts, timers, journal, emitted events and the acknowledgement appear with one commit."""
        await do(
            store,
            clock,
            "root",
            puts=(put("1", case="c1"),),
            outbox=(post("root/0"),),
            armed=(timer("t", clock),),
            entries=(entry("timeline:swarm:1"),),
            emitted=(event("root>x", "other", cause="root"),),
        )

        assert (await store.get("swarm", "1")) is not None
        assert [found.key for found in await claim_posts(store, clock)] == ["root/0"]
        assert (await store.next_due()) is not None
        assert len(await store.entries("timeline:swarm:1")) == 1
        assert [(found.key, found.cause) for found in await claim(store, clock)] == [("root>x", "root")]

    @pytest.mark.parametrize(("what", "wrong"), REFUSED)
    async def test_nothing_of_a_stale_unit_is_written(
        self, store: Store, clock: ManualClock, what: str, wrong: dict[str, Any]
    ) -> None:
        """A version read or expected that has moved, or a claim held by another, refuses the whole unit."""
        await do(store, clock, "first", puts=(put("taken"),), claims=(("name", "me"),))
        found = await claimed(store, clock, "root")
        content = {
            "puts": (put("new"),),
            "ensures": (put("ensured"),),
            "outbox": (post("root/0"),),
            "armed": (timer("t", clock),),
            "entries": (entry("chain"),),
            "emitted": (event("root>x"),),
            "releases": ("name",) if "claims" not in wrong else (),
            **wrong,
        }
        if "puts" in wrong:
            content["puts"] = (put("new"), *wrong["puts"])

        with pytest.raises(StaleUnit) as refused:
            await store.commit(unit(found, **content))

        assert refused.value.what == what
        assert [await store.get("swarm", id_) for id_ in ("new", "ensured")] == [None, None]
        assert not await claim_posts(store, clock)
        assert await store.next_due() is None
        assert not await store.entries("chain")
        assert await store.accept_many([event("root>x")]) == (True,)
        assert not await store.verify()

    async def test_a_stale_unit_keeps_its_claim(self, store: Store, clock: ManualClock) -> None:
        """After a refusal for versions the same worker may try again with fresh facts."""
        await do(store, clock, "first", puts=(put("1"),))
        found = await claimed(store, clock, "root")
        with pytest.raises(StaleUnit):
            await store.commit(unit(found, puts=(put("1"),)))

        await store.commit(unit(found, puts=(put("1", expected=1),)))
        stored = await store.get("swarm", "1")
        assert stored is not None
        assert stored.version == 2

    async def test_a_unit_is_committed_once(self, store: Store, clock: ManualClock) -> None:
        """The same unit again is refused by its fence."""
        found = await claimed(store, clock, "root")
        await store.commit(unit(found, puts=(put("1"),)))
        with pytest.raises(StaleUnit) as refused:
            await store.commit(unit(found, puts=(put("1", expected=1),)))
        assert refused.value.what == "fence"

    async def test_a_retried_unit_writes_too(self, store: Store, clock: ManualClock) -> None:
        """A unit whose outcome is `retry` or `dead` writes what it holds: the answer to the person."""
        later = clock.now()
        await do(store, clock, "a", outbox=(post("a/0"),), outcome=Outcome(state="retry", not_before=later, error="x"))
        assert [found.key for found in await claim_posts(store, clock)] == ["a/0"]

    async def test_versions_count_writes(self, store: Store, clock: ManualClock) -> None:
        """A new aggregate has version 1, each write adds one."""
        await do(store, clock, "a", puts=(put("1", body='"a"'),))
        await do(store, clock, "b", puts=(put("1", expected=1, body='"b"'),))
        stored = await store.get("swarm", "1")
        assert stored is not None
        assert (stored.version, stored.body) == (2, '"b"')

    async def test_reads_that_still_hold_pass(self, store: Store, clock: ManualClock) -> None:
        """What was read and has not changed lets the unit through; 0 means it does not exist."""
        await do(store, clock, "a", puts=(put("1"),))
        await do(store, clock, "b", reads=(("swarm", "1", 1), ("swarm", "none", 0)), puts=(put("2"),))
        assert await store.get("swarm", "2") is not None

    async def test_ensures_keep_what_exists(self, store: Store, clock: ManualClock) -> None:
        """An ensured aggregate is written once; a later one changes nothing and is no conflict."""
        await do(store, clock, "a", ensures=(put("1", body='"first"', k="v"),))
        await do(store, clock, "b", ensures=(put("1", body='"second"'),))
        stored = await store.get("swarm", "1")
        assert stored is not None
        assert (stored.version, stored.body, stored.keys) == (1, '"first"', frozenset({("k", "v")}))

    async def test_a_claim_is_one_holders(self, store: Store, clock: ManualClock) -> None:
        """The holder may take it again; another only after a release, also in the releasing unit itself."""
        await do(store, clock, "a", claims=(("name", "me"),))
        await do(store, clock, "b", claims=(("name", "me"),))
        with pytest.raises(StaleUnit):
            await do(store, clock, "c", claims=(("name", "you"),))
        await do(store, clock, "d", releases=("name", "nobody has this"), claims=(("name", "you"),))
        with pytest.raises(StaleUnit):
            await do(store, clock, "e", claims=(("name", "me"),))

    async def test_posts_and_emitted_events_of_a_known_key_are_dropped(self, store: Store, clock: ManualClock) -> None:
        """A second row of the same key changes nothing and refuses nothing."""
        await do(store, clock, "a", outbox=(post("open room 1", body='"a"'),), emitted=(event("fact", "f"),))
        await do(store, clock, "b", outbox=(post("open room 1", body='"b"'),), emitted=(event("fact", "f"),))

        assert [(row.key, row.body) for row in await store.sent()] == [("open room 1", '"a"')]
        assert [found.key for found in await claim(store, clock)] == ["fact"]

    async def test_of_many_units_on_one_aggregate_one_wins(self, store: Store, clock: ManualClock) -> None:
        """64 lanes write the same aggregate at the same time: one is written, the others are refused."""
        await store.accept_many([event(f"e{n}", f"lane {n}") for n in range(64)])
        heads = await claim(store, clock)
        outcomes = await asyncio.gather(
            *(store.commit(unit(head, puts=(put("1", body=f'"{head.key}"'),))) for head in heads),
            return_exceptions=True,
        )

        assert sum(outcome is None for outcome in outcomes) == 1
        assert sum(isinstance(outcome, StaleUnit) for outcome in outcomes) == 63
        winner = heads[outcomes.index(None)].key
        stored = await store.get("swarm", "1")
        assert stored is not None
        assert stored.body == f'"{winner}"'

    async def test_64_callers_at_once(self, store: Store, clock: ManualClock) -> None:
        """Units of different lanes commit together, all of them whole, their journals sound."""
        await store.accept_many([event(f"e{n}", f"lane {n}") for n in range(64)])
        heads = await claim(store, clock)
        await asyncio.gather(
            *(
                store.commit(
                    unit(
                        head,
                        puts=(put(head.key),),
                        outbox=(post(f"{head.key}/0", target=head.lane),),
                        entries=(entry("shared", head.key), entry(head.lane)),
                    )
                )
                for head in heads
            )
        )

        assert len(await store.find("swarm", {})) == 64
        assert len(await claim_posts(store, clock)) == 64
        assert [found.seq for found in await store.entries("shared")] == list(range(1, 65))
        assert not await store.verify()
