"""One of everything that a store does, in real time: whether its statements still fit the tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from chatops.core.clock import SystemClock
from chatops.core.commit import TimerRow
from chatops.ports.store import Checkpoint, ClaimedEvent, Mark, Placed, Store
from chatops.testing.conformance.store_base import LEASE, entry, event, post, put, unit

CLOCK = SystemClock()


async def everything(store: Store, name: str) -> None:
    """Do it. `name` has never been used before on the database, and nobody else works there meanwhile."""
    await store.ping()
    await store.accept_many(
        [event(name, name, room=name), event(f"{name} then", name, cause=name)], Checkpoint(name=name, value="7")
    )
    (first,) = await _claimed(store)
    assert await store.renew(first.seq, first.fence, until=CLOCK.now() + LEASE)
    due = CLOCK.now() - timedelta(seconds=1)
    ring = TimerRow(
        series=name, lane=name, kind="wake", body="{}", due=due, zone="UTC", rule=None, missed="all", cause=name
    )
    await store.commit(
        unit(
            first,
            puts=(put(name, word=name),),
            entries=(entry(name),),
            claims=((f"claim {name}", name),),
            outbox=(post(name, name, cause=name, slot="s"),),
            armed=(ring,),
        )
    )
    (then,) = await _claimed(store)
    await store.commit(
        unit(then, reads=(("swarm", name, 1),), puts=(put(name, expected=1),), releases=(f"claim {name}",))
    )
    assert await store.next_due() == due
    assert await store.fire_due(CLOCK.now()) == 1
    (rang,) = await _claimed(store)
    await store.commit(unit(rang, disarmed=(name,)))
    await _sent(store, name)
    await _read(store, name)
    await _shared(store, name)
    await store.anchor()
    await store.purge(events_before=CLOCK.now() - timedelta(days=1), posts_before=CLOCK.now() - timedelta(days=1))
    assert not await store.verify()


async def _claimed(store: Store) -> Sequence[ClaimedEvent]:
    return await store.claim_events(limit=9, now=CLOCK.now(), lease=LEASE)


async def _sent(store: Store, name: str) -> None:
    (sending,) = [
        one for one in await store.claim_posts(limit=999, now=CLOCK.now(), lease=LEASE, bulk=True) if one.target == name
    ]
    await store.plan(sending.id, sending.fence, "{}")
    placed = Placed(target=name, slot="s", remote="m1", room=name, outbox_id=sending.id, inbox_seq=0)
    await store.mark(Mark(id=sending.id, fence=sending.fence, state="sent", remote="m1", placed=placed))
    assert await store.placed(name, "s") == placed
    assert await store.scrolled(placed) == 1
    assert (await store.settlement(name)).sent[0].remote == "m1"
    assert await store.sent(after=sending.id - 1, limit=1)


async def _read(store: Store, name: str) -> None:
    stored = await store.get("swarm", name)
    assert stored is not None
    assert stored.version == 2
    assert not await store.find("swarm", {"word": name})
    assert [one.seq for one in await store.entries(name)] == [1]
    assert await store.checkpoint(name) == "7"
    assert await store.lane_used(name)
    assert [one.key for one in await store.messages(name)] == [name]
    assert (await store.depths()).dead == 0
    assert not await store.dead_letters()


async def _shared(store: Store, name: str) -> None:
    assert await store.allocate(name) == 1
    assert (await store.take(name, wanted=1, rate=1, burst=1)).granted == 1
    await store.rest(name, 1)
    assert await store.hold(name, lease=LEASE)
    await store.let_go(name)
