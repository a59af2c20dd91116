"""Promises to operators: what waits, what was given up, what is forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from chatops.core.commit import Outcome, Put
from chatops.core.frozen import replace
from chatops.ports.store import Store
from chatops.testing.clock import ManualClock
from chatops.testing.conformance.store_base import (
    StoreTests,
    claim,
    claim_posts,
    claimed,
    do,
    event,
    mark,
    post,
    put,
    sending,
    timer,
    unit,
)

DAY = timedelta(days=1)


class OperatorPromises(StoreTests):
    """Upkeep."""

    async def test_depths(self, store: Store, clock: ManualClock) -> None:
        """Waiting events and effects, what was given up, timers, and how long the oldest of them wait."""
        empty = await store.depths()
        assert (empty.inbox, empty.outbox, empty.dead, empty.timers, empty.oldest) == (0, 0, 0, 0, None)
        assert (empty.sending, empty.oldest_post) == (0, None)

        since = clock.now()
        await do(store, clock, "done", outbox=(post("a"), post("b")), armed=(timer("t", clock),))
        await store.accept_many([event("waits", "w")])
        clock.advance(timedelta(minutes=1))
        await store.accept_many([event("waits too", "w")])
        await do(store, clock, "dead", outcome=Outcome(state="dead", error="x"))
        depths = await store.depths()
        assert (depths.inbox, depths.outbox, depths.dead, depths.timers, depths.oldest) == (2, 2, 1, 1, since)
        assert (depths.sending, depths.oldest_post) == (0, since)
        assert len(await claim_posts(store, clock)) == 1
        under_way = await store.depths()
        assert (under_way.outbox, under_way.sending, under_way.oldest_post) == (2, 1, since)

    async def test_dead_letters_newest_first(self, store: Store, clock: ManualClock) -> None:
        """Events and effects given up are listed with what went wrong."""
        began = clock.now()
        await store.accept_many([event("e", "lane of e", kind="press")])
        (found,) = await claim(store, clock)
        await store.commit(unit(found, outcome=Outcome(state="retry", not_before=clock.now(), error="ref-0 OSError")))
        clock.advance(timedelta(minutes=1))
        (found,) = await claim(store, clock)
        await store.commit(unit(found, outcome=Outcome(state="dead", error="ref-1 KeyError")))
        clock.advance(timedelta(minutes=1))
        row = await sending(store, clock, post("p", kind="ticket.note", lane="swarm:1"))
        await store.mark(mark(row, "dead", reason="no answer"))

        effect, dead = await store.dead_letters()
        assert (effect.kind, effect.key, effect.lane, effect.body_kind) == ("effect", "p", "swarm:1", "ticket.note")
        assert (effect.error, effect.at) == ("no answer", clock.now())
        assert (effect.target, effect.tries, effect.since) == ("room:1", 1, clock.now())
        assert (dead.target, dead.tries, dead.since) == ("", 2, began)
        assert (dead.kind, dead.key, dead.lane, dead.body_kind) == ("event", "e", "lane of e", "press")
        assert (dead.error, dead.at) == ("ref-1 KeyError", clock.now() - timedelta(minutes=1))
        assert [one.key for one in await store.dead_letters(limit=1)] == ["p"]

    async def test_what_may_have_happened_is_listed_as_such(self, store: Store, clock: ManualClock) -> None:
        """A send whose outcome nobody knows waits for people to look."""
        await do(store, clock, "e", outbox=(post("p"), post("q", "room:2")))
        cut_off, refused = await claim_posts(store, clock)
        await store.mark(mark(cut_off, "unknown", reason="cut off"))
        await store.mark(mark(refused, "failed", reason="no"))

        assert {one.key: one.uncertain for one in await store.dead_letters()} == {"p": True, "q": False}

    async def test_replaying_an_event(self, store: Store, clock: ManualClock) -> None:
        """It comes back to its place in the lane, its attempts forgotten, and is no dead letter any more."""
        found = await claimed(store, clock, "a", lane="x")
        await store.commit(unit(found, outcome=Outcome(state="retry", not_before=clock.now(), error="1")))
        (found,) = await claim(store, clock)
        await store.commit(unit(found, outcome=Outcome(state="dead", error="2")))
        await store.accept_many([event("b", "x"), event("c", "x")])
        (busy,) = await claim(store, clock)
        assert await store.replay("a")

        assert not await claim(store, clock)
        await store.commit(unit(busy))
        (again,) = await claim(store, clock)
        assert (again.key, again.attempts) == ("a", 0)
        assert not await store.dead_letters()

    @pytest.mark.parametrize("state", ["dead", "failed", "unknown"])
    async def test_replaying_an_effect(self, store: Store, clock: ManualClock, state: Any) -> None:
        """It is sent again, not as one that was cut off."""
        row = await sending(store, clock, post("p"))
        await store.mark(mark(row, state, reason="x"))
        assert await store.replay("p")

        (again,) = await claim_posts(store, clock)
        assert (again.key, again.attempts, again.resumed) == ("p", 0, False)

    async def test_replaying_what_is_no_dead_letter(self, store: Store, clock: ManualClock) -> None:
        """Unknown, waiting and finished keys are left alone."""
        await do(store, clock, "done", outbox=(post("p"),))
        await store.accept_many([event("waiting", "w")])

        assert [await store.replay(key) for key in ("none", "done", "waiting", "p")] == [False] * 4
        assert [found.key for found in await claim(store, clock)] == ["waiting"]

    async def test_dropping(self, store: Store, clock: ManualClock) -> None:
        """A dropped dead letter is none any more, stays undone, and its key stays taken."""
        await do(store, clock, "e", outcome=Outcome(state="dead", error="x"))
        row = await sending(store, clock, post("p"))
        await store.mark(mark(row, "failed", reason="x"))

        assert [await store.drop(key) for key in ("e", "p", "e", "p", "root", "none")] == [True, True] + [False] * 4
        assert not await store.dead_letters()
        assert not await store.replay("e")
        assert not await store.replay("p")
        assert not await claim(store, clock)
        assert not await claim_posts(store, clock)
        assert await store.accept_many([event("e")]) == (False,)

    async def test_purging_forgets_only_what_is_settled_and_old(self, store: Store, clock: ManualClock) -> None:
        """Waiting events, posts in hand and dead letters stay, however old."""
        await do(store, clock, "old", outbox=(post("old/0", "room:a", cause="old"),))
        (row,) = await claim_posts(store, clock)
        await store.mark(mark(row))
        await do(store, clock, "dead", outcome=Outcome(state="dead", error="x"))
        await do(store, clock, "open", outbox=(post("open/0", "room:b", cause="open"),))
        await store.accept_many([event("waiting", "w")])
        clock.advance(30 * DAY)
        await do(store, clock, "new")

        before = clock.now() - DAY
        await store.purge(events_before=before, posts_before=before)
        assert not (await store.settlement("old")).known
        assert [one.key for one in await store.sent()] == ["open/0"]
        assert [one.key for one in await store.dead_letters()] == ["dead"]
        assert (await store.settlement("new")).known
        assert [one.key for one in await claim(store, clock)] == ["waiting"]
        assert await store.purge(events_before=before, posts_before=before) == 0

    async def test_purged_keys_stay_taken_for_a_time(self, store: Store, clock: ManualClock) -> None:
        """What comes again is not handled again, until its key is given free as well, long after."""
        await do(store, clock, "e", outbox=(post("p", cause="e"),))
        (row,) = await claim_posts(store, clock)
        await store.mark(mark(row))
        clock.advance(30 * DAY)
        assert await store.purge(events_before=clock.now(), posts_before=clock.now()) == 2
        clock.advance(400 * DAY)

        before = clock.now() - 500 * DAY
        assert await store.purge(events_before=before, posts_before=before, keys_before=before) == 0
        assert await store.accept_many([event("e")]) == (False,)
        await do(store, clock, "again", outbox=(post("p"),))
        assert not await claim_posts(store, clock)

        assert await store.purge(events_before=before, posts_before=before, keys_before=clock.now()) == 2
        assert await store.accept_many([event("e")]) == (True,)
        await do(store, clock, "and again", outbox=(post("p"),))
        assert [one.key for one in await claim_posts(store, clock)] == ["p"]

    async def test_purging_keeps_facts_and_journals(self, store: Store, clock: ManualClock) -> None:
        """Only events and posts are forgotten."""
        await do(store, clock, "a", armed=(timer("t", clock, due=60 * DAY),))
        clock.advance(30 * DAY)
        assert await store.purge(events_before=clock.now(), posts_before=clock.now()) == 1
        assert await store.next_due() is not None
        assert not await store.verify()

    async def test_purging_forgets_what_has_expired(self, store: Store, clock: ManualClock) -> None:
        """Written or ensured, an aggregate goes once its time has come, with its keys, and may be made anew."""
        soon, late = clock.now() + DAY, clock.now() + 3 * DAY
        made = (put("a", case="c"), put("b", case="c"), put("kept", case="c"))
        await do(store, clock, "1", puts=(expiring(made[0], soon), expiring(made[1], late), made[2]))
        await do(store, clock, "2", ensures=(expiring(put("d", case="c"), soon), expiring(put("kept"), soon)))
        before = clock.now() - DAY
        assert await store.purge(events_before=before, posts_before=before) == 0

        clock.advance(DAY)
        assert await store.purge(events_before=before, posts_before=before) == 2
        assert await store.get("swarm", "a") is None
        assert [found.id for found in await store.find("swarm", {"case": "c"})] == ["b", "kept"]
        await do(store, clock, "3", puts=(put("a", case="c"),))
        assert [found.id for found in await store.find("swarm", {"case": "c"})] == ["b", "kept", "a"]

    async def test_a_later_write_says_when_it_expires(self, store: Store, clock: ManualClock) -> None:
        """Later, or not at all any more."""
        soon = clock.now() + DAY
        await do(store, clock, "1", puts=(expiring(put("a"), soon), expiring(put("b"), soon)))
        await do(store, clock, "2", puts=(expiring(put("a", 1), soon + DAY), put("b", 1)))

        clock.advance(DAY)
        before = clock.now() - 30 * DAY
        assert await store.purge(events_before=before, posts_before=before) == 0
        clock.advance(DAY)
        assert await store.purge(events_before=before, posts_before=before) == 1
        assert [found.id for found in await store.find("swarm", {})] == ["b"]


def expiring(made: Put, at: datetime) -> Put:
    """The same, until then."""
    return replace(made, expires=at)
