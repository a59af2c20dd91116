"""Networks read by one replica at a time: who it is, who is next, and what an old one cannot do any more."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from chatops.core.frozen import replace
from chatops.core.message import Identity
from chatops.engine.one_reader import LEASE, RENEWAL
from chatops.ports.chat import Accept
from chatops.ports.store import Checkpoint
from chatops.testing.network import EVERYTHING, FakeNetwork
from chatops.testing.replicas import ReplicaStore, together
from chatops.testing.stage import Stage
from replica_pair import Pair
from theatre import Theatre

ONE_READER = replace(EVERYTHING, one_reader=True)
MIA = Identity(network="fake", id="mia")


async def pass_time(seconds: float, *stages: Stage) -> None:
    """Let time pass in small steps for all."""
    for _step in range(int(seconds / RENEWAL) + 1):
        stages[0].clock.advance(timedelta(seconds=RENEWAL))
        await together(*stages)


def listening(*stages: Stage) -> list[bool]:
    """Which of them receive."""
    return [stage.network.listening for stage in stages]


async def test_one_listens_and_the_other_stands_by(theatre: Theatre) -> None:
    """Both are well, and both send."""
    one, two = await Pair(theatre, ONE_READER).two()
    await together(one, two)
    assert listening(one, two) == [True, False]
    assert [stage.engine.health()["network fake"].detail for stage in (one, two)] == [
        "",
        "standing by: another replica listens",
    ]
    assert all(stage.engine.health()["network fake"].ok for stage in (one, two))
    await pass_time(3 * LEASE, one, two)
    assert listening(one, two) == [True, False]


async def test_the_next_begins_at_once_when_one_ends(theatre: Theatre) -> None:
    """A replica that is stopped gives its turn back."""
    one, two = await Pair(theatre, ONE_READER).two()
    await together(one, two)
    await one.stop()
    await together(two)
    assert listening(one, two) == [False, True]


async def test_who_loses_the_store_stops_before_the_next_begins(theatre: Theatre) -> None:
    """At no time do two of them listen."""
    one, two = await Pair(theatre, ONE_READER).two()
    await together(one, two)
    assert isinstance(one.store, ReplicaStore)
    one.store.broken = True
    seen = []
    for _second in range(int(2 * LEASE)):
        one.clock.advance(timedelta(seconds=1))
        await settled()
        seen.append(listening(one, two))
    assert [True, True] not in seen
    assert [False, False] in seen
    assert seen[-1] == [False, True]
    one.store.broken = False
    await pass_time(LEASE, two)
    assert listening(one, two) == [False, True]


async def settled() -> None:
    """Let everything that can go on go on."""
    for _turn in range(50):
        await asyncio.sleep(0)


class Stream(FakeNetwork):
    """Hands over what a test says, with a checkpoint, as whoever is reading."""

    accept: Accept | None = None

    async def run(self, accept: Accept) -> None:
        """Receive."""
        self.accept = accept
        await super().run(accept)


async def test_a_reader_that_slept_stores_no_old_checkpoint(theatre: Theatre) -> None:
    """It wakes up after its lease, hands over what it had read, and nothing moves back."""
    pair = Pair(theatre, ONE_READER)
    first, second = (Stream(clock=pair.clock, capabilities=ONE_READER) for _number in range(2))
    one = await pair.stage(network=first)
    two = await pair.stage(network=second)
    assert first.accept is not None
    await first.accept([], Checkpoint(name="fake", value="1"))
    assert isinstance(one.store, ReplicaStore)
    one.store.broken = True
    await one.engine.networks.stop()
    await pass_time(LEASE, two)
    assert second.accept is not None
    await second.accept([], Checkpoint(name="fake", value="2"))

    one.store.broken = False
    late = asyncio.ensure_future(first.accept([], Checkpoint(name="fake", value="1b")))
    await settled()
    assert not late.done()
    assert await two.store.checkpoint("fake") == "2"
    late.cancel()


async def test_only_the_reader_remembers_direct_chats(theatre: Theatre) -> None:
    """The others ask the network each time: they would not hear who comes into it."""
    one, two = await Pair(theatre, ONE_READER).two()
    await together(one, two)
    anna = Identity(network="fake", id="anna")
    room = one.network.room("direct-anna", anna, direct=True).ref
    for stage in (one, two):
        stage.engine.rooms.met(anna, room)
    assert one.engine.rooms.direct(anna) == room
    assert two.engine.rooms.direct(anna) is None

    await one.stop()
    await together(two)
    two.engine.rooms.met(anna, room)
    assert one.engine.rooms.direct(anna) is None
    assert two.engine.rooms.direct(anna) == room


async def test_who_slept_over_its_turn_trusts_nothing_it_remembers(theatre: Theatre) -> None:
    """Also before anything in it has noticed that its turn is over."""
    one, _two = await Pair(theatre, ONE_READER).two()
    anna = Identity(network="fake", id="anna")
    room = one.network.room("direct-anna", anna, direct=True).ref
    one.engine.rooms.met(anna, room)
    one.clock.advance(timedelta(seconds=LEASE))
    assert one.engine.rooms.direct(anna) is None


async def test_direct_chats_of_other_networks_end_everywhere(theatre: Theatre) -> None:
    """Where every replica receives, one tells the others that somebody else came in."""
    one, two = await Pair(theatre).two()
    anna = Identity(network="fake", id="anna")
    room = one.network.room("direct-anna", anna, direct=True).ref
    for stage in (one, two):
        stage.engine.rooms.met(anna, room)
    await one.network.member(MIA, "direct-anna", "joined", by=anna)
    await together(one, two)
    assert [stage.engine.rooms.direct(anna) for stage in (one, two)] == [None, None]


async def test_a_name_that_cannot_be_given_back_runs_out(theatre: Theatre) -> None:
    """Stopping without the store ends well, and the next begins when the lease is over."""
    one, two = await Pair(theatre, ONE_READER).two()
    await together(one, two)
    assert isinstance(one.store, ReplicaStore)
    one.store.broken = True
    await one.engine.stop()
    assert listening(one, two) == [False, False]
    await pass_time(LEASE, two)
    assert listening(one, two) == [False, True]
    one.store.broken = False
