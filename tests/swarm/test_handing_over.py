"""The baton: offered, read, and only then accepted."""

from __future__ import annotations

import pytest

from chatops.core.message import Card
from chatops.errors import Ambiguous, Impossible, NotAllowed, NotFound
from swarm_bench import Bench, words


async def opened() -> Bench:
    """Return a bench with one open swarm of olga's in which anna helps."""
    bench = Bench()
    await bench.do("olga", "swarm open fake:1001 refund loops tried=restart")
    await bench.do("anna", "swarm join SW-1")
    return bench


async def case_owner(bench: Bench) -> str:
    """Return who owns the case in the ticket system."""
    ticket = await bench.tickets.get((await bench.swarm()).case.ref)
    assert ticket.owner is not None
    return ticket.owner.ref.id


async def packet(bench: Bench, person: str) -> Card:
    """Return the newest packet somebody got."""
    found = [
        card
        for card in await bench.said_to(f"person:{person}")
        if isinstance(card, Card) and "hands SW-1 over to you" in words(card)
    ]
    return found[-1]


async def test_until_it_is_accepted_nothing_has_changed() -> None:
    """The owner owns, the case belongs to them; after it, both are the new one's, and everybody hears it."""
    bench = await opened()
    await bench.do("anna", "swarm question SW-1 which provider?")
    offered = await bench.do("olga", "swarm handover SW-1 anna you know it best")
    assert "Until somebody accepts, Olga O owns it." in words(offered)
    assert ((await bench.swarm()).owner, await case_owner(bench)) == ("olga", "t-olga")
    card = await packet(bench, "anna")
    for expected in ("refund loops", "you know it best", "tried: restart", "Q1: which provider?", "fake:1001"):
        assert expected in words(card)

    taken = await bench.press("anna", card, "I have read it, I take over")

    assert "SW-1 is yours now" in words(taken)
    assert ((await bench.swarm()).owner, await case_owner(bench)) == ("anna", "t-anna")
    assert "SW-1 passes from Olga O to Anna A." in "\n".join([words(said) for said in await bench.room()])
    assert "passes from Olga O to Anna A" in await bench.heard("olga")
    assert (await bench.swarm()).member("olga") is not None


async def test_what_was_not_read_is_not_taken_over() -> None:
    """A typed yes shows the packet first; the next one counts."""
    bench = await opened()
    await bench.do("olga", "swarm handover SW-1 lea")
    shown = await bench.do("lea", "accept", direct=True)
    assert "hands SW-1 over to you" in words(shown)
    assert (await bench.swarm()).owner == "olga"
    await bench.do("lea", "accept", direct=True)
    assert (await bench.swarm()).owner == "lea"


async def test_the_packet_says_who_is_awake_when_the_clock_runs_out() -> None:
    """By their quiet hours, or the clock where they are."""
    bench = Bench()
    await bench.do("olga", "swarm open fake:1001 refund loops timebox=11h")
    await bench.do("olga", "swarm handover SW-1 jan")
    clock = next(line for line in words(await packet(bench, "jan")).split("\n") if line.startswith("Clock"))
    assert "awake then: Jan J (13:00 there)" in clock
    assert "Olga" not in clock


async def test_the_first_of_a_pod_has_it() -> None:
    """The others are told who was quicker; too late is too late."""
    bench = await opened()
    await bench.do("olga", "swarm handover SW-1 pod:emea")
    await bench.do("lea", "swarm accept-handover SW-1 read")
    assert (await bench.swarm()).owner == "lea"
    assert "Lea L was quicker" in await bench.heard("anna")
    with pytest.raises((Impossible, NotAllowed)):
        await bench.do("anna", "swarm accept-handover SW-1 read")


async def test_a_no_leaves_it_where_it_was() -> None:
    """The owner hears it, and may offer it to somebody else."""
    bench = await opened()
    await bench.do("olga", "swarm handover SW-1 anna")
    await bench.do("anna", "decline", direct=True)
    assert "Anna A cannot take SW-1 over." in await bench.heard("olga")
    assert (await bench.swarm()).owner == "olga"
    await bench.do("olga", "swarm handover SW-1 lea")
    with pytest.raises(Impossible, match="offered to somebody already"):
        await bench.do("olga", "swarm handover SW-1 anna")


async def test_an_offer_lapses_and_is_told() -> None:
    """After an hour the owner knows that nobody took it."""
    bench = await opened()
    await bench.do("olga", "swarm handover SW-1 lea")
    await bench.later(minutes=61)
    assert "Nobody took SW-1 over in time." in await bench.heard("olga")
    with pytest.raises(NotAllowed):
        await bench.do("lea", "swarm accept-handover SW-1 read")
    assert (await bench.swarm()).owner == "olga"


async def test_it_is_offered_when_it_was_to_be() -> None:
    """Nobody is asked before; the owner may change their mind."""
    bench = await opened()
    planned = await bench.do("olga", "swarm handover SW-1 lea at=17:00")
    assert "SW-1 will be offered to Lea L" in words(planned)
    assert "hands SW-1 over" not in await bench.heard("lea")
    await bench.later(hours=3, minutes=1)
    assert "hands SW-1 over to you" in await bench.heard("lea")
    await bench.do("olga", "swarm handover SW-1 stop")
    assert "It is no longer offered." in await bench.heard("lea")
    with pytest.raises(NotAllowed):
        await bench.do("lea", "swarm accept-handover SW-1 read")


async def test_who_has_no_account_there_is_told_so() -> None:
    """The swarm passes all the same; the ticket system says why the case does not."""
    bench = await opened()
    await bench.do("olga", "swarm handover SW-1 ben")
    await bench.do("ben", "swarm accept-handover SW-1 read")
    swarm = await bench.swarm()
    assert swarm.owner == "ben"
    assert await case_owner(bench) == "t-olga"
    assert "new owner of the ticket failed" in await bench.heard("ben")


async def test_several_things_waiting_are_not_guessed() -> None:
    """An invitation and a handing over: both are named, as commands that work."""
    bench = await opened()
    await bench.do("olga", "swarm open fake:1001 another one")
    await bench.do("olga", "swarm invite SW-2 lea")
    await bench.do("olga", "swarm handover SW-1 lea")
    with pytest.raises(Ambiguous) as asked:
        await bench.do("lea", "accept", direct=True)
    assert asked.value.commands == ("swarm accept-handover SW-1", "swarm accept SW-2")
    assert "Olga O hands SW-1 over to you" in words(await bench.do("lea", "me"))
    await bench.do("lea", asked.value.commands[1])
    assert (await bench.swarm("2")).member("lea") is not None


async def test_only_members_of_the_house_own_swarms() -> None:
    """A guest is refused; nothing is handed over to nobody, and nobody accepts what was not offered."""
    bench = await opened()
    with pytest.raises(Impossible, match="Guests cannot own"):
        await bench.do("olga", "swarm handover SW-1 gus")
    with pytest.raises(NotAllowed):
        await bench.do("anna", "swarm handover SW-1 lea")
    with pytest.raises(NotFound):
        await bench.do("anna", "swarm accept-handover")
