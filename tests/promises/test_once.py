"""Promise 3: the effect of an event happens exactly once, whatever goes on beside it."""

from __future__ import annotations

import asyncio

from tallies import Tally
from theatre import Theatre, said


async def test_two_rooms_raising_one_tally_lose_nothing(theatre: Theatre) -> None:
    """Two handlers read the same version; the second runs again on fresh facts."""
    stage = await theatre.stage()
    theatre.tallies.gate.clear()
    await stage.network.say(stage.identity("anna"), "tally raise a", "one")
    await stage.network.say(stage.identity("ben"), "tally raise a", "two")
    await stage.settle()
    theatre.tallies.gate.set()
    await stage.settle()

    assert sorted(said(stage.network.posted)) == ["a is 1", "a is 2"]
    assert len(theatre.tallies.runs) == 3


async def test_many_rooms_raising_one_tally_all_get_through_or_are_told(theatre: Theatre) -> None:
    """However many there are: what was answered as raised is what is stored."""
    stage = await theatre.stage()
    for number in range(12):
        await stage.network.say(stage.identity(["anna", "ben", "mia"][number % 3]), "tally raise a", f"room{number}")
    for _second in range(10):
        await stage.settle()
        await stage.advance_seconds(1)

    raised = [text for text in said(stage.network.posted) if text.startswith("a is ")]
    stored = await stage.store.get("tally", "a")
    assert stored is not None
    assert stage.codec.decode_as(Tally, stored.body).value == len(raised) == len(set(raised))
    assert len(stage.network.posted) == 12


async def test_a_name_is_taken_once(theatre: Theatre) -> None:
    """Two people claim one name at the same time: one of them holds it."""
    stage = await theatre.stage(patience=0.3)
    await asyncio.gather(
        stage.network.say(stage.identity("anna"), "tally make x", "one"),
        stage.network.say(stage.identity("ben"), "tally make x", "two"),
    )
    for _second in range(5):
        await stage.settle()
        await stage.advance_seconds(1)

    holders = [text for text in said(stage.network.posted) if text.startswith("Tally x")]
    assert len(holders) == 1
    assert len(stage.network.posted) == 2


async def test_a_told_fact_reaches_each_listener_once(theatre: Theatre) -> None:
    """Two listeners, one fact: each hears it once, in the same lane."""
    stage = await theatre.stage()

    await stage.says("anna", "tally raise a")

    assert sorted(theatre.heard.heard) == ["also a", "raised a"]


async def test_a_restart_in_the_middle_repeats_nothing_committed(theatre: Theatre) -> None:
    """What was committed stays; what was under way runs again."""
    stage = await theatre.stage()
    await stage.says("anna", "tally raise a")

    await stage.restart()
    posts = await stage.says("anna", "tally raise a")

    assert said(posts) == ["a is 2"]
    assert sorted(theatre.heard.heard) == ["also a", "also a", "raised a", "raised a"]


async def test_the_journals_verify(theatre: Theatre) -> None:
    """Timeline and audit of everything done are sealed and whole."""
    stage = await theatre.stage()
    for number in range(5):
        await stage.says("anna", f"tally raise t{number % 2}")

    assert list(await stage.store.verify()) == []
