"""Who comes in by another door has answered what they were asked; when sleepers can answer at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from chatops.core.message import Person
from chatops.ports.roster import Profile
from chatops.swarm.packet import first_awake
from chatops.testing.directory import FakeDirectory
from swarm_bench import Bench

NIGHT = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
"""Midnight in Singapore."""


async def test_taking_over_answers_the_invitation() -> None:
    """Whoever is asked to help and takes the whole swarm over is not asked any more."""
    bench = Bench()
    await bench.do("olga", "swarm open fake:1001 refund loops")
    await bench.do("olga", "swarm invite SW-1 anna")
    await bench.do("olga", "swarm handover SW-1 anna")
    await bench.do("anna", "swarm accept-handover SW-1 read")
    swarm = await bench.swarm()
    assert swarm.owner == "anna"
    assert [str(one.state) for one in swarm.invitations if one.person == "anna"] != ["sent"]


def test_the_first_of_them_to_wake_counts() -> None:
    """By their quiet hours, else by the clock where they are; whoever is awake now can answer now."""
    directory = FakeDirectory()
    directory.add(Person(id="mei", name="Mei", zone="Asia/Singapore"), Profile(quiet_from="22:00", quiet_to="06:30"))
    directory.add(Person(id="jun", name="Jun", zone="Asia/Tokyo"), Profile())
    assert first_awake(("mei",), directory, NIGHT) == NIGHT + timedelta(hours=6, minutes=30)
    assert first_awake(("mei", "jun"), directory, NIGHT) == NIGHT + timedelta(hours=6)
    assert first_awake(("mei",), directory, NIGHT + timedelta(hours=10)) == NIGHT + timedelta(hours=10)


def test_whoever_never_wakes_is_not_waited_for() -> None:
    """Where nobody is, or is ever awake, nothing is put off."""
    assert first_awake((), FakeDirectory(), NIGHT) == NIGHT
