"""Guests stay for a time, and learn nothing internal while they do."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatops.errors import BadArgument, Impossible, Refusal
from swarm_bench import Bench, words

QUESTION = 'swarm open fake:1001 refund loops tried="secret attempt"'
INTERNAL = ("Card charged twice", "fake:1001", "secret attempt")


async def guest_in(bench: Bench, how: str = "") -> None:
    """Open a swarm with a guest in it."""
    await bench.do("olga", QUESTION)
    await bench.do("olga", f"swarm invite SW-1 guest:gus {how}".strip())
    await bench.do("gus", "accept", direct=True)


async def members(bench: Bench) -> set[str]:
    """Return who is in the swarm."""
    return {one.person for one in (await bench.swarm()).members if one.left is None}


async def test_a_guest_is_out_when_the_time_is_over() -> None:
    """The invitation names the time; then the guest is removed, and the room and the guest are told."""
    bench = Bench()
    await guest_in(bench, "until=2d")
    await bench.later(hours=47)
    assert "gus" in await members(bench)
    await bench.later(hours=2)
    assert "gus" not in await members(bench)
    assert "Gus G was a guest until now" in "".join(words(one) for one in await bench.room())
    assert "Your time as a guest in SW-1 is over" in await bench.heard("gus")


async def test_without_a_time_it_is_a_week() -> None:
    """Nobody stays for ever because nobody named a time."""
    bench = Bench()
    await guest_in(bench)
    await bench.later(days=6)
    assert "gus" in await members(bench)
    await bench.later(days=2)
    assert "gus" not in await members(bench)


async def test_a_time_must_be_one() -> None:
    """Only guests are invited for a time, and for no longer than a quarter."""
    bench = Bench()
    await bench.do("olga", QUESTION)
    with pytest.raises(BadArgument):
        await bench.do("olga", "swarm invite SW-1 anna until=2d")
    with pytest.raises(Impossible):
        await bench.do("olga", "swarm invite SW-1 guest:gus until=300d")


LINES = (
    ("olga", "show"),
    ("gus", "show"),
    ("gus", "brief"),
    ("gus", "question is it ours?"),
    ("olga", "answer Q1 no"),
    ("olga", "hold customer"),
    ("olga", "resume"),
    ("gus", "solution restart the gateway"),
    ("olga", "invite anna you know it"),
    ("gus", "swarm list"),
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(LINES), max_size=7))
async def test_whatever_is_said_guests_read_nothing_internal(lines: list[tuple[str, str]]) -> None:
    """Every post into the guest's room or direct chat, in any order of commands, is in the guest layout."""
    bench = Bench()
    await bench.do("olga", QUESTION)
    before, refused = len(await bench.room()), ""
    await bench.do("olga", "swarm invite SW-1 guest:gus")
    await bench.do("gus", "accept", direct=True)
    for who, line in lines:
        try:
            await bench.do(who, line, room="1")
        except Refusal as no:
            refused += words(no.message) + words(no.hint) + repr(no.commands)
    read = refused + await bench.heard("gus") + "".join(words(one) + repr(one) for one in (await bench.room())[before:])
    assert not [word for word in INTERNAL if word in read]
