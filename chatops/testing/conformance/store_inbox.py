"""Promises about what comes in: accepted once, claimed in order, one at a time per lane."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from chatops.core.commit import Outcome
from chatops.errors import StaleUnit
from chatops.ports.store import Checkpoint, Store
from chatops.testing.clock import ManualClock
from chatops.testing.conformance.store_base import LEASE, StoreTests, claim, claimed, do, event, soon, unit


class InboxPromises(StoreTests):
    """Doors in."""

    async def test_close_twice(self, store: Store) -> None:
        """Closing twice is harmless."""
        await store.close()
        await store.close()
        await store.open()
        await store.ping()

    async def test_accepts_each_key_once(self, store: Store) -> None:
        """`accept_many` tells for each event whether it is new, also within one call."""
        assert await store.accept_many([event("a"), event("b"), event("a")]) == (True, True, False)
        assert await store.accept_many([event("b"), event("c")]) == (False, True)

    async def test_a_key_seen_before_changes_nothing(self, store: Store, clock: ManualClock) -> None:
        """The first event of a key stays as it was."""
        await store.accept_many([event("a", "first", body='{"n":1}')])
        await store.accept_many([event("a", "second", body='{"n":2}')])

        (found,) = await claim(store, clock)
        assert (found.lane, found.body) == ("first", '{"n":1}')
        assert not await store.lane_used("second")

    async def test_a_key_stays_taken_after_the_event_is_done(self, store: Store, clock: ManualClock) -> None:
        """What has been handled is not handled again."""
        await do(store, clock, "a")

        assert await store.accept_many([event("a")]) == (False,)
        assert await claim(store, clock) in ([], ())

    async def test_a_claimed_event_is_whole(self, store: Store, clock: ManualClock) -> None:
        """Every field comes back as it was given."""
        text = '{"text":"ünïcode \\u0000 😀"}'
        await store.accept_many([event("a", "x", kind="press", body=text, cause="root", room="net:!r")])

        (found,) = await claim(store, clock)
        assert (found.key, found.lane, found.kind, found.body) == ("a", "x", "press", text)
        assert (found.cause, found.room, found.attempts) == ("root", "net:!r", 0)
        assert found.accepted_at == clock.now()

    async def test_checkpoint_goes_with_the_events(self, store: Store) -> None:
        """A checkpoint is the value last stored under its name."""
        assert await store.checkpoint("net") is None
        await store.accept_many([event("a")], Checkpoint(name="net", value="s1"))
        await store.accept_many([event("a")], Checkpoint(name="net", value="s2"))
        await store.accept_many([], Checkpoint(name="other", value="x"))

        assert await store.checkpoint("net") == "s2"
        assert await store.checkpoint("other") == "x"

    async def test_lane_used(self, store: Store, clock: ManualClock) -> None:
        """A lane is used from its first event on, also when that is done."""
        assert not await store.lane_used("x")
        await store.accept_many([event("a", "x")])
        assert await store.lane_used("x")
        await store.commit(unit((await claim(store, clock))[0]))
        assert await store.lane_used("x")

    async def test_accepted(self, store: Store, clock: ManualClock) -> None:
        """A key is known from when it was accepted, also when its event is done."""
        assert not await store.accepted("a")
        await do(store, clock, "a")
        assert await store.accepted("a")

    async def test_one_at_a_time_per_lane_in_order(self, store: Store, clock: ManualClock) -> None:
        """Only a lane's oldest event is claimed, and the next only when that is done."""
        await store.accept_many([event("x1", "x"), event("y1", "y"), event("x2", "x")])

        heads = {found.key: found for found in await claim(store, clock)}
        assert heads.keys() == {"x1", "y1"}
        assert not await claim(store, clock)
        await store.commit(unit(heads["x1"]))
        assert [found.key for found in await claim(store, clock)] == ["x2"]

    async def test_limit_is_kept_and_nobody_starves(self, store: Store, clock: ManualClock) -> None:
        """Up to `limit` lanes at a time; each lane's turn comes."""
        await store.accept_many([event(f"{lane}{n}", lane) for n in range(3) for lane in "abcde"])

        first = await claim(store, clock, limit=2)
        assert len(first) == 2
        assert not await claim(store, clock, limit=0)
        rest = await claim(store, clock, limit=100)
        assert {found.lane for found in (*first, *rest)} == set("abcde")

    async def test_no_cap_below_256_lanes(self, store: Store, clock: ManualClock) -> None:
        """300 lanes can be worked on at the same time."""
        await store.accept_many([event(f"e{n}", f"lane {n}") for n in range(300)])
        assert len(await claim(store, clock, limit=300)) == 300

    async def test_not_before_rests_the_lane(self, store: Store, clock: ManualClock) -> None:
        """A head that waits for its time holds up what is behind it, and nobody else."""
        later = clock.now() + timedelta(minutes=1)
        await store.accept_many([event("x1", "x", not_before=later), event("x2", "x"), event("y1", "y")])

        assert [found.key for found in await claim(store, clock)] == ["y1"]
        clock.advance(timedelta(seconds=59))
        assert [found.key for found in await claim(store, clock)] == ["y1"]
        clock.advance(timedelta(seconds=1))
        assert [found.key for found in await claim(store, clock)] == ["x1"]

    async def test_a_lease_that_ran_out_is_taken_over(self, store: Store, clock: ManualClock) -> None:
        """Another worker gets the same event with a higher fence; the first one's unit and renewal are refused."""
        late = await claimed(store, clock, "a")
        clock.advance(LEASE)
        (taken,) = await claim(store, clock)

        assert taken.key == "a"
        assert taken.fence > late.fence
        assert not await store.renew(late.seq, late.fence, until=clock.now() + LEASE)
        with pytest.raises(StaleUnit) as refused:
            await store.commit(unit(late))
        assert refused.value.what == "fence"
        await store.commit(unit(taken))
        assert not await claim(store, clock)

    async def test_renewing_keeps_a_claim(self, store: Store, clock: ManualClock) -> None:
        """A renewed claim lasts until the new time, and ends then."""
        found = await claimed(store, clock, "a")
        assert await store.renew(found.seq, found.fence, until=clock.now() + 2 * LEASE)
        clock.advance(LEASE + timedelta(seconds=1))
        assert not await claim(store, clock)
        clock.advance(LEASE)
        assert [again.key for again in await claim(store, clock)] == ["a"]

    async def test_renewing_what_is_done(self, store: Store, clock: ManualClock) -> None:
        """A finished claim cannot be kept."""
        found = await claimed(store, clock, "a")
        await store.commit(unit(found))
        assert not await store.renew(found.seq, found.fence, until=clock.now() + LEASE)

    async def test_retry_puts_it_back_at_the_head(self, store: Store, clock: ManualClock) -> None:
        """After `retry` the event waits for its time, counts the attempt, and its lane waits with it."""
        await store.accept_many([event("x1", "x"), event("x2", "x")])
        (found,) = await claim(store, clock)
        later = clock.now() + timedelta(seconds=10)
        await store.commit(unit(found, outcome=Outcome(state="retry", not_before=later, error="TryLater")))

        assert not await claim(store, clock)
        clock.advance(timedelta(seconds=10))
        (again,) = await claim(store, clock)
        assert (again.key, again.attempts) == ("x1", 1)
        assert again.fence > found.fence

    async def test_dead_lets_the_lane_go_on(self, store: Store, clock: ManualClock) -> None:
        """An event that is given up makes way for the next."""
        await store.accept_many([event("x1", "x"), event("x2", "x")])
        (found,) = await claim(store, clock)
        await store.commit(unit(found, outcome=Outcome(state="dead", error="ref-1 KeyError")))

        assert [after.key for after in await claim(store, clock)] == ["x2"]

    async def test_waiting_ends_with_a_new_event(self, store: Store, clock: ManualClock) -> None:
        """`wait_events` returns when something is accepted, without time passing."""
        await store.wait_events(0)
        waiting = asyncio.ensure_future(store.wait_events(60))
        await asyncio.sleep(0)
        await store.accept_many([event("a")])
        await soon(waiting)

    async def test_a_ring_before_the_wait_is_not_lost(self, store: Store, clock: ManualClock) -> None:
        """What was accepted between looking and waiting ends the wait at once."""
        assert not await claim(store, clock)
        await store.accept_many([event("a")])
        await soon(asyncio.ensure_future(store.wait_events(60)))

    async def test_waiting_ends_in_time(self, store: Store, clock: ManualClock) -> None:
        """`wait_events` returns at the latest after `at_most` seconds."""
        await store.wait_events(0)
        waiting = asyncio.ensure_future(store.wait_events(5))
        for _ in range(20):
            await asyncio.sleep(0)
        clock.advance(timedelta(seconds=5))
        await soon(waiting)
