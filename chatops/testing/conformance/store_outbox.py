"""Promises about what goes out: in order per target, `sending` written first, outcomes recorded once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from chatops.errors import StaleUnit
from chatops.ports.store import Placed, Store
from chatops.testing.clock import ManualClock
from chatops.testing.conformance.store_base import (
    LEASE,
    StoreTests,
    claim,
    claim_posts,
    do,
    event,
    mark,
    post,
    sending,
    soon,
)

PLACED = Placed(target="room:1", slot="card", remote="$1", room="net:!a", outbox_id=1, inbox_seq=1)


class OutboxPromises(StoreTests):
    """The way out."""

    async def test_a_claimed_post_is_whole(self, store: Store, clock: ManualClock) -> None:
        """Every field comes back as it was given."""
        found = await sending(store, clock, post("k", "room:7", kind="room.open", body='"ü"', slot="s", bulk=True))

        assert (found.key, found.target, found.kind, found.body) == ("k", "room:7", "room.open", '"ü"')
        assert (found.cause, found.lane, found.slot, found.bulk) == ("root", "lane", "s", True)
        assert (found.attempts, found.resumed, found.plan) == (0, False, None)
        assert found.created_at == clock.now()

    async def test_an_outcome_takes_a_secret_out_of_its_row(self, store: Store, clock: ManualClock) -> None:
        """Once it is sent, the row reads as its outcome says; while it waits for another try it is whole."""
        found = await sending(store, clock, post("a", body='"words"'))
        await store.mark(mark(found, "ready"))
        assert [row.body for row in await store.sent()] == ['"words"']
        (again,) = await claim_posts(store, clock)
        await store.mark(mark(again, rewritten='"left out"'))
        assert [(row.body, row.state) for row in await store.sent()] == [('"left out"', "sent")]

    async def test_sending_is_written_before_the_claim_returns(self, store: Store, clock: ManualClock) -> None:
        """Whoever looks at the row of a claimed post sees `sending`."""
        await sending(store, clock, post("a"))
        assert [row.state for row in await store.sent()] == ["sending"]

    async def test_one_at_a_time_per_target_in_order(self, store: Store, clock: ManualClock) -> None:
        """Only a target's oldest row is claimed, and the next only when that is sent."""
        rows = (post("a1", "room:a"), post("b1", "room:b"), post("a2", "room:a"))
        await do(store, clock, "root", outbox=rows)

        heads = {found.key: found for found in await claim_posts(store, clock)}
        assert heads.keys() == {"a1", "b1"}
        assert not await claim_posts(store, clock)
        await store.mark(mark(heads["a1"]))
        assert [found.key for found in await claim_posts(store, clock)] == ["a2"]

    @pytest.mark.parametrize("state", ["sent", "failed", "unknown", "dead"])
    async def test_a_row_that_is_done_with_makes_way(self, store: Store, clock: ManualClock, state: Any) -> None:
        """Neither sent rows nor given-up ones hold up their target."""
        found = await sending(store, clock, post("a1"), post("a2"))
        await store.mark(mark(found, state, remote="$x", reason="because"))

        row = (await store.sent())[0]
        assert (row.state, row.remote, row.reason) == (state, "$x", "because")
        assert [after.key for after in await claim_posts(store, clock)] == ["a2"]

    async def test_ready_again_rests_the_target(self, store: Store, clock: ManualClock) -> None:
        """A row put back is tried again at its time, before what is behind it, and counts its attempts."""
        found = await sending(store, clock, post("a1"), post("a2"))
        await store.mark(mark(found, "ready", reason="429", not_before=clock.now() + timedelta(seconds=7)))

        assert not await claim_posts(store, clock)
        clock.advance(timedelta(seconds=7))
        (again,) = await claim_posts(store, clock)
        assert (again.key, again.attempts, again.resumed) == ("a1", 1, False)

    async def test_interactive_claims_pass_bulk_heads_by(self, store: Store, clock: ManualClock) -> None:
        """`bulk=False` yields no bulk heads, and what stands behind one waits for it."""
        rows = (post("b1", "room:b", bulk=True), post("b2", "room:b"), post("i1", "room:i"))
        await do(store, clock, "root", outbox=rows)

        assert [found.key for found in await claim_posts(store, clock)] == ["i1"]
        assert [found.key for found in await claim_posts(store, clock, bulk=True)] == ["b1"]

    async def test_only_wanted_kinds(self, store: Store, clock: ManualClock) -> None:
        """A sender for some kinds gets heads of those kinds only."""
        await do(store, clock, "root", outbox=(post("a", "room:a"), post("t", "ticket:1", kind="ticket.note")))

        found = await claim_posts(store, clock, kinds={"ticket.note"})
        assert [one.key for one in found] == ["t"]
        assert not await claim_posts(store, clock, kinds=())

    async def test_limit_of_targets(self, store: Store, clock: ManualClock) -> None:
        """Up to `limit` targets at a time, oldest first."""
        await do(store, clock, "root", outbox=tuple(post(f"p{n}", f"room:{n}") for n in range(5)))
        assert [found.key for found in await claim_posts(store, clock, limit=2)] == ["p0", "p1"]

    async def test_a_lease_that_ran_out_is_resumed(self, store: Store, clock: ManualClock) -> None:
        """The next claim says `resumed`; the first sender's mark and plan are refused."""
        late = await sending(store, clock, post("a"))
        await store.plan(late.id, late.fence, "plan A")
        clock.advance(LEASE)
        (taken,) = await claim_posts(store, clock)

        assert (taken.key, taken.resumed, taken.attempts, taken.plan) == ("a", True, 1, "plan A")
        assert taken.fence > late.fence
        with pytest.raises(StaleUnit):
            await store.mark(mark(late))
        with pytest.raises(StaleUnit):
            await store.plan(late.id, late.fence, "plan B")
        await store.mark(mark(taken))
        assert [row.state for row in await store.sent()] == ["sent"]

    async def test_reopening_resumes_what_was_being_sent(self, store: Store, clock: ManualClock) -> None:
        """Rows left `sending` are claimable at once after `open`, marked `resumed`; others are not."""
        await do(store, clock, "root", outbox=(post("a", "room:a"), post("b", "room:b")))
        (first,) = await claim_posts(store, clock, limit=1)
        await store.close()
        await store.open()

        found = {one.key: one.resumed for one in await claim_posts(store, clock)}
        assert found == {first.key: True, "b": False}

    async def test_an_outcome_is_recorded_once(self, store: Store, clock: ManualClock) -> None:
        """A second mark of the same claim is refused and changes nothing."""
        found = await sending(store, clock, post("a"))
        await store.mark(mark(found, remote="$1"))
        with pytest.raises(StaleUnit):
            await store.mark(mark(found, "failed", receipt=event("r")))

        assert [(row.state, row.remote) for row in await store.sent()] == [("sent", "$1")]
        assert not await claim(store, clock)

    async def test_what_follows_from_a_mark_comes_with_it(self, store: Store, clock: ManualClock) -> None:
        """Receipt, place and further rows are written with the outcome."""
        found = await sending(store, clock, post("a", slot="card"))
        where = Placed(target="room:1", slot="card", remote="$1", room="net:!a", outbox_id=found.id, inbox_seq=found.id)
        await store.mark(
            mark(found, remote="$1", placed=where, receipt=event("receipt", cause="root"), follow_up=(post("a+line"),))
        )

        assert await store.placed("room:1", "card") == where
        assert [one.key for one in await claim(store, clock)] == ["receipt"]
        assert [one.key for one in await claim_posts(store, clock)] == ["a+line"]

    async def test_a_slot_has_one_place(self, store: Store, clock: ManualClock) -> None:
        """A newer place replaces the older; a forgotten one is gone."""
        assert await store.placed("room:1", "card") is None
        first = await sending(store, clock, post("a"), post("b"), post("c"))
        await store.mark(mark(first, placed=PLACED))
        newer = Placed(target="room:1", slot="card", remote="$2", room="net:!b", outbox_id=2, inbox_seq=9)
        (second,) = await claim_posts(store, clock)
        await store.mark(mark(second, placed=newer))
        assert await store.placed("room:1", "card") == newer
        (third,) = await claim_posts(store, clock)
        await store.mark(mark(third, forget=("room:1", "card")))
        assert await store.placed("room:1", "card") is None

    async def test_scrolled_counts_what_came_after(self, store: Store, clock: ManualClock) -> None:
        """Messages into the remote room and posts to the target count; older ones, other rooms and edits do not."""
        await store.accept_many([event("m0", room="net:!a")])
        (before,) = await claim(store, clock)
        found = await sending(store, clock, post("card"), post("edit of the card"), post("other"))
        where = Placed(
            target="room:1", slot="card", remote="$1", room="net:!a", outbox_id=found.id, inbox_seq=before.seq
        )
        await store.mark(mark(found, remote="$1", placed=where))
        assert await store.scrolled(where) == 0
        await store.accept_many([event("m1", room="net:!a"), event("m2", room="net:!b")])
        await store.accept_many([event("press", room="net:!a", kind="press")])
        assert await store.scrolled(where) == 1
        for remote in ("$1", "$2"):
            (after,) = await claim_posts(store, clock)
            await store.mark(mark(after, remote=remote))
        assert await store.scrolled(where) == 2

    async def test_settlement_follows_a_root_to_its_end(self, store: Store, clock: ManualClock) -> None:
        """Open events and effects of a cause are counted until nothing is left; what was sent is listed in order."""
        assert not (await store.settlement("root")).known
        await store.accept_many([event("root")])
        seen = await store.settlement("root")
        assert (seen.known, seen.open_events, seen.open_effects, seen.sent) == (True, 1, 0, ())

        await do(store, clock, "root", outbox=(post("root/0", reply=True), post("root/1", "room:2")))
        seen = await store.settlement("root")
        assert (seen.open_events, seen.open_effects) == (0, 2)
        first, second = await claim_posts(store, clock)
        await store.mark(mark(first, remote="$1"))
        await store.mark(mark(second, "unknown", receipt=event("root/1!", cause="root")))
        seen = await store.settlement("root")
        assert (seen.open_events, seen.open_effects) == (1, 0)
        (receipt,) = await claim(store, clock)
        assert receipt.key == "root/1!"
        assert [(row.key, row.reply, row.state, row.remote) for row in seen.sent] == [
            ("root/0", True, "sent", "$1"),
            ("root/1", False, "unknown", None),
        ]

    async def test_waiting_for_posts(self, store: Store, clock: ManualClock) -> None:
        """`wait_posts` returns when a row is committed, and when one is done with."""
        await store.wait_posts(0)
        waiting = asyncio.ensure_future(store.wait_posts(60))
        await asyncio.sleep(0)
        found = await sending(store, clock, post("a"))
        await soon(waiting)
        await store.wait_posts(0)
        waiting = asyncio.ensure_future(store.wait_posts(60))
        await asyncio.sleep(0)
        await store.mark(mark(found))
        await soon(waiting)

    async def test_waiting_for_settlement(self, store: Store, clock: ManualClock) -> None:
        """`wait_settled` returns when something of the cause changes."""
        found = await sending(store, clock, post("a"))
        waiting = asyncio.ensure_future(store.wait_settled("root", 60))
        for _ in range(5):
            await asyncio.sleep(0)
        await store.mark(mark(found))
        await soon(waiting)

    async def test_sent_in_pages(self, store: Store, clock: ManualClock) -> None:
        """All rows in order of id, after one, up to a limit."""
        await do(store, clock, "root", outbox=tuple(post(f"p{n}", f"room:{n}") for n in range(5)))
        rows = await store.sent()

        assert [row.key for row in rows] == ["p0", "p1", "p2", "p3", "p4"]
        assert [row.key for row in await store.sent(after=rows[1].id, limit=2)] == ["p2", "p3"]
