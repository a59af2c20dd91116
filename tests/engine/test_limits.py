"""Allowances: so many at once, so many a second, something left for answers."""

from __future__ import annotations

from datetime import timedelta

from chatops.core.commit import OutboxRow
from chatops.core.frozen import replace
from chatops.engine.inbox import backoff, new_reference
from chatops.engine.limits import Allowance, Bucket
from chatops.engine.router import fit
from chatops.engine.settings import EngineSettings
from chatops.engine.superseded import Superseded
from chatops.errors import RateLimited
from chatops.ports.chat import Capabilities
from chatops.testing.clock import ManualClock
from chatops.testing.network import FakeNetwork, without
from theatre import Theatre, said


def test_a_bucket_refills() -> None:
    """Four at once, then four a second."""
    clock = ManualClock()
    bucket = Bucket(4.0, clock)
    for _number in range(4):
        assert bucket.wait() == 0
        bucket.take()

    assert bucket.wait() == 0.25
    clock.advance(timedelta(seconds=0.5))
    assert bucket.wait() == 0


def test_slow_networks_still_send() -> None:
    """One in five seconds is one in five seconds, not none."""
    clock = ManualClock()
    bucket = Bucket(0.2, clock)
    bucket.take()

    assert bucket.wait() == 5.0


def test_broadcasts_leave_something_for_answers() -> None:
    """A quarter of the allowance is never theirs."""
    clock = ManualClock()
    allowance = Allowance(Capabilities(per_second=9.0, room_per_second=9.0), clock, bulk_reserve=0.25)

    sent = 0
    while allowance.wait(None, bulk=True) == 0:
        sent += 1

    assert sent == 7
    assert allowance.wait(None, bulk=False) == 0


def test_rooms_have_limits_of_their_own() -> None:
    """One busy room, one quiet one."""
    allowance = Allowance(Capabilities(room_per_second=1.0), ManualClock(), bulk_reserve=0.25)

    assert allowance.wait("busy", bulk=False) == 0
    assert allowance.wait("busy", bulk=False) == 1.0
    assert allowance.wait("quiet", bulk=False) == 0


def test_after_a_no_broadcasts_rest() -> None:
    """Answers do not."""
    allowance = Allowance(Capabilities(), ManualClock(), bulk_reserve=0.25)
    allowance.limited(30.0)

    assert allowance.wait(None, bulk=True) == 30.0
    assert allowance.wait(None, bulk=False) == 0


def test_a_limit_in_a_room_rests_that_room() -> None:
    """For as long as it says; every other room goes on."""
    clock = ManualClock()
    allowance = Allowance(Capabilities(), clock, bulk_reserve=0.25)
    allowance.limited(30.0, "busy")

    assert allowance.wait("busy", bulk=False) == 30.0
    assert allowance.wait("quiet", bulk=False) == 0
    clock.advance(timedelta(seconds=30))
    assert allowance.wait("busy", bulk=False) == 0


async def test_a_limit_in_one_room_holds_up_no_other(theatre: Theatre) -> None:
    """Other rooms answer at once, broadcast or not; the room itself goes on exactly when it may, in order."""
    stage = await theatre.stage()
    stage.network.fail_in("busy", RateLimited("slow down", retry_after=30.0))
    for number in range(3):
        await stage.says("anna", f"tally echo {number}", room="busy")
    at_once = [said(await stage.says("ben", "tally echo hi", room=f"room{number}")) for number in range(20)]
    await stage.advance_seconds(29.5)
    early = said(stage.network.history("busy"))
    await stage.advance_seconds(0.5)

    assert at_once == [["hi"]] * 20
    assert early == []
    assert said(stage.network.history("busy")) == ["0", "1", "2"]
    assert [method for method, key in stage.network.calls if key == "fake:m1/0"] == ["post"] * 2


def test_backoff_doubles_up_to_a_limit() -> None:
    """Between half and the whole, so that not everybody comes back at once."""
    settings = EngineSettings(backoff=2.0, backoff_most=60.0)

    assert [backoff(tries, settings, 1.0) for tries in (0, 1, 2, 10, 10_000)] == [2.0, 4.0, 8.0, 60.0, 60.0]
    assert backoff(0, settings, 0.0) == 1.0


def test_long_keys_stay_unique() -> None:
    """Cut, with a digest of the whole."""
    long = [f"{'k' * 300}{number}" for number in range(3)]

    assert {len(fit(key)) for key in long} == {255}
    assert len({fit(key) for key in long}) == 3
    assert fit("short") == "short"


def test_references_can_be_read_out() -> None:
    """Two letters of ceremony, six that matter."""
    reference = new_reference()

    assert (reference[:2], len(reference)) == ("E-", 8)


def test_only_what_has_a_successor_is_superseded() -> None:
    """And what this process knows nothing of is not."""
    superseded = Superseded()
    superseded.learn(_row(key) for key in ("one", "two"))

    assert [superseded("room:x", "card", key) for key in ("one", "two", "unknown")] == [True, False, False]
    superseded.sent("room:x", "card", "two")
    assert not superseded("room:x", "card", "one")


def _row(key: str) -> OutboxRow:
    return OutboxRow(key=key, target="room:x", kind="post", body="{}", cause="c", lane="l", slot="card")


async def test_a_crowd_on_a_slow_network_gets_through_and_holds_up_nobody_else(theatre: Theatre) -> None:
    """More answers than it takes in minutes: each is sent once and known to be, and another network answers at once."""
    slow = FakeNetwork(capabilities=replace(without(native_keys=False), per_second=1.0))
    other = FakeNetwork("other")
    other.room("there")
    stage = await theatre.stage(network=slow, networks=[other], settings=EngineSettings(flood_burst=1000))
    for number in range(300):
        await slow.say(stage.identity("anna"), f"tally echo {number}", f"room{number}")
    await stage.settle()

    await other.say(stage.identity("mia"), "tally echo hi", "there")
    await stage.settle()
    at_once = said(other.posted)
    for _seconds in range(400):
        await stage.advance_seconds(1)

    assert at_once == ["hi"]
    assert sorted(said(slow.posted)) == sorted(str(number) for number in range(300))
    assert {sent.state for sent in await stage.store.sent()} == {"sent"}
