"""Several stores on one database behave as one: replicas, as far as the database is concerned."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from chatops.errors import StaleUnit
from chatops.ports.store import ClaimedEvent, Store
from chatops.storage.postgres import PostgresStore
from chatops.testing.clock import ManualClock
from chatops.testing.conformance.store_base import (
    LEASE,
    claim,
    claim_posts,
    do,
    entry,
    event,
    mark,
    post,
    put,
    soon,
    timer,
    unit,
)
from postgres_stores import postgres_store

Stores = tuple[Store, ...]


@pytest.fixture
def clock() -> ManualClock:
    """All stores' clock."""
    return ManualClock()


@pytest.fixture
async def stores(postgres_url: str, clock: ManualClock) -> AsyncIterator[Stores]:
    """Three of them, open."""
    made = tuple(postgres_store(postgres_url, clock, name=name) for name in ("one", "two", "three"))
    for store in made:
        await store.open()
    yield made
    for store in made:
        await store.close()


async def test_a_claimed_lane_is_nobody_elses(stores: Stores, clock: ManualClock) -> None:
    """Neither its head nor what comes behind; another lane is."""
    one, two, _three = stores
    await one.accept_many([event("a1", "a"), event("a2", "a"), event("b1", "b")])

    (mine,) = await claim(one, clock, limit=1)
    theirs = await claim(two, clock)

    assert {mine.lane, *(found.lane for found in theirs)} == {"a", "b"}
    assert len(theirs) == 1
    assert not await claim(one, clock)


async def test_a_zombie_is_fenced(stores: Stores, clock: ManualClock) -> None:
    """Whoever hung longer than the lease can neither commit, renew nor mark: another has done it meanwhile."""
    one, two, _three = stores
    await do(one, clock, "root", outbox=(post("p"),))
    await one.accept_many([event("e")])
    (late,) = await claim(one, clock)
    (sending,) = await claim_posts(one, clock)

    assert not await claim(two, clock)
    assert not await claim_posts(two, clock)
    clock.advance(LEASE + timedelta(seconds=1))
    (taken,) = await claim(two, clock)
    (resent,) = await claim_posts(two, clock)

    assert (taken.key, resent.key, resent.resumed) == ("e", "p", True)
    assert not await one.renew(late.seq, late.fence, until=clock.now() + LEASE)
    with pytest.raises(StaleUnit):
        await one.commit(unit(late, puts=(put("late"),)))
    with pytest.raises(StaleUnit):
        await one.mark(mark(sending))
    with pytest.raises(StaleUnit):
        await one.plan(sending.id, sending.fence, "late")
    await two.commit(unit(taken, puts=(put("in time"),)))
    await two.mark(mark(resent))
    with pytest.raises(StaleUnit):
        await one.commit(unit(late, puts=(put("later"),)))
    assert [stored.id for stored in await one.find("swarm", {})] == ["in time"]


async def test_a_store_that_closes_leaves_its_claims_to_others(stores: Stores, clock: ManualClock) -> None:
    """At once, without waiting for the lease."""
    one, two, _three = stores
    await one.accept_many([event("e")])
    await claim(one, clock)
    assert not await claim(two, clock)

    await one.close()

    assert [found.key for found in await claim(two, clock)] == ["e"]


async def test_a_server_started_again_takes_up_what_it_left(
    stores: Stores, clock: ManualClock, postgres_url: str
) -> None:
    """One that was killed has claims under its name; its next start ends them, and none of anybody who lives."""
    one, two, _three = stores
    await one.accept_many([event("mine", "a"), event("theirs", "b")])
    await claim(one, clock, limit=1)
    await claim(two, clock, limit=1)

    beside = postgres_store(postgres_url, clock, name="one")
    await beside.open()
    while_it_lives = await claim(beside, clock)
    await beside.close()
    assert isinstance(one, PostgresStore)
    await one.signals.close()  # its sign of life, which a kill ends
    again = postgres_store(postgres_url, clock, name="one")
    await again.open()
    found = await claim(again, clock)
    await again.close()

    assert not while_it_lives
    assert len(found) == 1


async def test_the_same_key_at_all_of_them_at_once(stores: Stores, clock: ManualClock) -> None:
    """One accepts it, the others are told that it is known, and there is one event."""
    for n in range(20):
        answers = await asyncio.gather(*(store.accept_many([event(f"k{n}", f"lane {n}")]) for store in stores))
        assert sorted(new for (new,) in answers) == [False, False, True]

    found = await claim(stores[0], clock)
    assert Counter(one.key for one in found) == {f"k{n}": 1 for n in range(20)}


async def test_the_same_keys_in_batches_that_cross(stores: Stores, clock: ManualClock) -> None:
    """Whatever the order of keys and lanes in a batch, nobody waits for ever and each key is new once."""
    keys = [f"k{n}" for n in range(30)]
    new: Counter[str] = Counter()

    async def accept(store: Store, seed: int) -> None:
        chance = random.Random(seed)
        for _round in range(5):
            mine = chance.sample(keys, 20)
            answers = await store.accept_many([event(key, f"lane {chance.randrange(5)}") for key in mine])
            new.update(key for key, fresh in zip(mine, answers, strict=True) if fresh)

    await asyncio.gather(*(accept(store, seed) for seed, store in enumerate(stores * 2)))

    assert set(new.values()) == {1}
    assert set(new) <= set(keys)


async def test_lanes_keep_their_order(stores: Stores, clock: ManualClock) -> None:
    """While all accept into the same lanes and all work on them: each once, in the order it was accepted."""
    lanes, each = [f"lane {n}" for n in range(8)], 25
    accepted: dict[str, list[str]] = defaultdict(list)
    handled: dict[str, list[str]] = defaultdict(list)
    left = len(lanes) * each

    async def feed(store: Store, lane: str) -> None:
        for n in range(each):
            key = f"{lane}/{n}"
            assert await store.accept_many([event(key, lane)]) == (True,)
            accepted[lane].append(key)

    async def handle(store: Store, found: ClaimedEvent) -> None:
        nonlocal left
        await store.commit(unit(found, entries=(entry(found.lane, f'"{found.key}"'),)))
        handled[found.lane].append(found.key)
        left -= 1

    async def work(store: Store) -> None:
        while left:
            found = await claim(store, clock, limit=4)
            await asyncio.gather(*(handle(store, one) for one in found))

    async with asyncio.timeout(18):
        await asyncio.gather(
            *(feed(stores[n % 3], lane) for n, lane in enumerate(lanes)), *(work(store) for store in stores)
        )

    assert handled == accepted
    for lane in lanes:
        assert [found.payload for found in await stores[0].entries(lane)] == [f'"{key}"' for key in accepted[lane]]
    assert not await stores[0].verify()


async def test_many_writers_into_one_lane(stores: Stores, clock: ManualClock) -> None:
    """Three accept at once; what is claimed never comes from before something already handled."""
    total, handled = 90, list[int]()

    async def feed(store: Store, who: int) -> None:
        for n in range(total // 3):
            await store.accept_many([event(f"{who}/{n}")])

    async def work(store: Store) -> None:
        while len(handled) < total:
            for found in await claim(store, clock):
                await store.commit(unit(found))
                handled.append(found.seq)

    async with asyncio.timeout(18):
        await asyncio.gather(
            *(feed(store, who) for who, store in enumerate(stores)), *(work(store) for store in stores)
        )

    assert handled == sorted(set(handled))
    assert len(handled) == total


async def test_targets_keep_their_order(stores: Stores, clock: ManualClock) -> None:
    """Each post is sent once, by whomever, and those to one target in the order of their commits."""
    targets = [f"room:{n}" for n in range(5)]
    for n in range(8):
        rows = tuple(post(f"{target}/{n}", target) for target in targets)
        await do(stores[n % 3], clock, f"root{n}", outbox=rows)
    sent: dict[str, list[str]] = defaultdict(list)

    async def send(store: Store) -> None:
        while sum(map(len, sent.values())) < 8 * len(targets):
            for found in await claim_posts(store, clock, limit=2):
                sent[found.target].append(found.key)
                await store.mark(mark(found))

    async with asyncio.timeout(18):
        await asyncio.gather(*(send(store) for store in stores))

    assert sent == {target: [f"{target}/{n}" for n in range(8)] for target in targets}


async def test_units_that_read_the_same_do_not_both_win(stores: Stores, clock: ManualClock) -> None:
    """Of two units that read one version one is stale and is done again: no update is lost, none runs twice."""
    await do(stores[0], clock, "make", puts=(put("count", body="0"),))

    async def count(store: Store, found: ClaimedEvent) -> None:
        while True:
            stored = await store.get("swarm", "count")
            assert stored is not None
            more = str(int(stored.body) + 1)
            try:
                await store.commit(unit(found, puts=(put("count", expected=stored.version, body=more),)))
            except StaleUnit:
                continue
            return

    async with asyncio.timeout(18):
        for n in range(10):
            await stores[0].accept_many([event(f"{n}/{place}", f"{n}/{place}") for place in range(3)])
            found = await claim(stores[0], clock)
            await asyncio.gather(*(count(store, one) for store, one in zip(stores, found, strict=True)))

    stored = await stores[0].get("swarm", "count")
    assert stored is not None
    assert stored.body == "30"


async def test_the_same_thing_is_made_once(stores: Stores, clock: ManualClock) -> None:
    """Two units that both saw that it is not there: one makes it, the other is stale."""
    for n in range(10):
        await stores[0].accept_many([event(f"{n}/{place}", f"{n}/{place}") for place in range(3)])
        found = await claim(stores[0], clock)
        outcomes = await asyncio.gather(
            *(
                store.commit(unit(one, puts=(put(f"s{n}", body=one.key),)))
                for store, one in zip(stores, found, strict=True)
            ),
            return_exceptions=True,
        )
        assert sum(outcome is None for outcome in outcomes) == 1
        assert sum(isinstance(outcome, StaleUnit) for outcome in outcomes) == 2


async def test_numbers_are_given_out_once(stores: Stores) -> None:
    """A sequence is one for all."""
    numbers = await asyncio.gather(*(store.allocate("swarm") for store in stores * 10))

    assert sorted(numbers) == list(range(1, 31))


async def test_timers_fire_once(stores: Stores, clock: ManualClock) -> None:
    """Whoever looks first fires them; nobody fires one again, recurring ones go on."""
    timers = tuple(timer(f"t{n}", clock, lane=f"lane {n % 7}") for n in range(60))
    daily = timer("daily", clock, rule="daily 09:00", lane="daily")
    await do(stores[0], clock, "arm", armed=(*timers, daily))
    clock.advance(timedelta(days=1, minutes=1))

    fired = await asyncio.gather(*(store.fire_due(clock.now(), limit=20) for store in stores * 6))

    assert sum(fired) == 61
    events: list[str] = []
    while found := await claim(stores[0], clock):
        for one in found:
            events.append(one.key)
            await stores[0].commit(unit(one))
    assert len(set(events)) == len(events) == 61
    assert await stores[0].next_due() is not None


async def test_an_allowance_is_shared(stores: Stores, clock: ManualClock) -> None:
    """Together they get what one would, and rest together."""
    grants = await asyncio.gather(
        *(store.take("net", wanted=7, rate=10, burst=100) for store in stores for _time in range(10))
    )
    assert sum(grant.granted for grant in grants) == 100

    clock.advance(timedelta(seconds=2))
    again = await asyncio.gather(*(store.take("net", wanted=15, rate=10, burst=100) for store in stores))
    assert sum(grant.granted for grant in again) == 20

    await stores[0].rest("net", 5)
    clock.advance(timedelta(seconds=4))
    resting = await stores[1].take("net", wanted=1, rate=10, burst=100)
    assert resting.granted == 0
    assert 0 < resting.after <= 1
    clock.advance(timedelta(seconds=2))
    assert (await stores[2].take("net", wanted=1, rate=10, burst=100)).granted == 1


async def test_a_name_is_held_by_one(stores: Stores, clock: ManualClock) -> None:
    """Of all who want it one has it, until it lets go, closes, or its lease ends."""

    async def all_want() -> list[Store]:
        had = await asyncio.gather(*(store.hold("sync", lease=LEASE) for store in stores))
        return [store for store, has in zip(stores, had, strict=True) if has]

    (holder,) = await all_want()
    assert await all_want() == [holder]
    await holder.let_go("sync")
    (next_one,) = await all_want()
    clock.advance(LEASE + timedelta(seconds=1))
    others = [store for store in stores if store is not next_one]
    assert await others[0].hold("sync", lease=LEASE)
    assert not await next_one.hold("sync", lease=LEASE)
    await others[0].close()
    assert await next_one.hold("sync", lease=LEASE)


async def test_signals_reach_all(stores: Stores, clock: ManualClock) -> None:
    """Everybody, the sender included; what is written is announced once it can be read."""
    heard: dict[int, list[str]] = defaultdict(list)
    told = asyncio.Event()

    def listen(place: int, store: Store, topic: str) -> None:
        def note(text: str) -> None:
            heard[place].append(f"{topic} {text}")
            told.set()

        store.signals.listen(topic, note, missed=lambda: None)

    for place, store in enumerate(stores):
        store.announce("swarm")
        listen(place, store, "hello")
        listen(place, store, "aggregate:swarm")

    await stores[0].signals.send("hello", "ünï")
    await do(stores[1], clock, "make", puts=(put("7"),))

    async with asyncio.timeout(5):
        while any(len(heard[place]) < 2 for place in range(3)):
            told.clear()
            await told.wait()
    assert all(sorted(heard[place]) == ["aggregate:swarm 7", "hello ünï"] for place in range(3))


async def test_what_one_accepts_wakes_the_others(stores: Stores, clock: ManualClock) -> None:
    """Without waiting for the next look, for events, posts and settling alike."""
    one, two, _three = stores
    await two.settlement("root")
    waiting = [
        asyncio.create_task(wait)
        for wait in (two.wait_events(3600), two.wait_posts(3600), two.wait_settled("root", 3600))
    ]
    await asyncio.sleep(0)

    await do(one, clock, "root", outbox=(post("p"),))

    for task in waiting:
        await soon(task)


async def test_ledgers_of_all_add_up(stores: Stores, clock: ManualClock) -> None:
    """Each appends to the same chain and to its own; anchors among them; any of them finds the journals whole."""

    await stores[0].accept_many([event(f"e{n}", f"lane {n}") for n in range(30)])
    found = await claim(stores[0], clock)

    async def write(store: Store, place: int) -> None:
        for n, one in enumerate(found[place::3]):
            await store.commit(unit(one, entries=(entry("shared", f'"{n}"'), entry(f"own {place}", f'"{n}"'))))
            if n % 4 == 3:
                await store.anchor()

    await asyncio.gather(*(write(store, place) for place, store in enumerate(stores)))

    assert [one.seq for one in await stores[0].entries("shared")] == list(range(1, 31))
    for store in stores:
        assert not await store.verify()
