"""Asking people in, by command, by timer, by suggestion."""

from __future__ import annotations

import pytest

from chatops.core.effects import InviteToRoom
from chatops.core.message import Card
from chatops.errors import Ambiguous, Impossible, NotAllowed, NotFound
from chatops.swarm.model import Asked
from swarm_bench import Bench, words


async def opened() -> Bench:
    """Return a bench with one open swarm."""
    bench = Bench()
    await bench.do("olga", "swarm open fake:1001 refund loops")
    return bench


async def states(bench: Bench) -> dict[str, str]:
    """Return where each person's newest invitation stands."""
    return {one.person: one.state.value for one in (await bench.swarm()).invitations}


async def test_each_one_named_is_wanted() -> None:
    """Several names ask several people, and each may come."""
    bench = await opened()
    await bench.do("olga", "invite anna,ben you two know it", room="1")
    await bench.do("anna", "accept", direct=True)
    await bench.do("ben", "swarm accept SW-1")
    assert await states(bench) == {"anna": "joined", "ben": "joined"}


async def test_with_ask_the_first_to_accept_wins() -> None:
    """The others are let off kindly; who comes too late is welcome all the same."""
    bench = await opened()
    await bench.do("olga", "swarm invite SW-1 skill:billing ask=2 wait=3m")
    assert await states(bench) == {"anna": "sent", "ben": "sent"}
    await bench.do("ben", "accept", direct=True)
    assert await states(bench) == {"anna": "withdrawn", "ben": "joined"}
    assert "Ben B was quicker. Thank you for being there!" in await bench.heard("anna")
    with pytest.raises(Impossible) as refusal:
        await bench.do("anna", "swarm accept SW-1")
    assert refusal.value.commands == ("swarm join SW-1",)


async def test_silence_asks_the_next_and_then_tells_the_owner() -> None:
    """Each expiry asks the next candidate; when nobody is left, the owner is told whom a page would reach."""
    bench = await opened()
    await bench.do("olga", "swarm invite SW-1 skill:billing wait=3m")
    for person in ("anna", "ben", "cem"):
        assert (await states(bench))[person] == "sent"
        await bench.later(minutes=3)
        assert (await states(bench))[person] == "expired"
    assert "jan" not in await states(bench)
    told = await bench.heard("olga")
    assert "SW-1: nobody is left to ask (skill:billing)" in told
    assert "Jan J: 02:09 there" in told

    await bench.do("olga", "swarm invite SW-1 jan page")
    assert (await states(bench))["jan"] == "sent"
    assert bench.ledger["room.open swarm:1/main"] == 1


async def test_declining_passes_it_on() -> None:
    """The next one is asked; the reason and a better idea reach the owner."""
    bench = await opened()
    await bench.do("olga", "swarm invite SW-1 skill:billing")
    await bench.do("anna", "decline busy suggest=max", direct=True)
    assert await states(bench) == {"anna": "declined", "ben": "sent", "max": "suggested"}
    told = await bench.heard("olga")
    assert "Anna A suggests Max M for SW-1" in told
    assert "Anna A declined: busy." in await bench.timeline()
    assert "You said not now." in await bench.heard("anna")


async def test_a_member_suggests_and_the_owner_asks() -> None:
    """Members other than the owner put somebody forward; one press asks them."""
    bench = await opened()
    await bench.do("ben", "swarm join SW-1")
    await bench.do("ben", "invite cem knows the queue", room="1")
    assert await states(bench) == {"cem": "suggested"}
    [card] = [said for said in await bench.said_to("person:olga") if "suggests" in words(said)]
    assert "knows the queue" in words(card)
    await bench.press("olga", card, "Ask Cem C")
    assert await states(bench) == {"cem": "sent"}


async def test_who_may_invite() -> None:
    """Owner, pod lead and members; nobody else."""
    bench = await opened()
    with pytest.raises(NotAllowed):
        await bench.do("max", "swarm invite SW-1 anna")
    await bench.do("lea", "swarm invite SW-1 anna")
    assert await states(bench) == {"anna": "sent"}


async def test_whom_words_mean() -> None:
    """A word that is nobody's name may be a skill; a wrong name gets the nearest; a guest is named as one."""
    bench = await opened()
    await bench.do("olga", "swarm invite SW-1 linux")
    assert await states(bench) == {"cem": "sent"}
    with pytest.raises(NotFound) as refusal:
        await bench.do("olga", "swarm invite SW-1 annna")
    assert "swarm invite SW-1 anna" in refusal.value.commands
    with pytest.raises(NotFound, match="Nobody fits"):
        await bench.do("olga", "swarm invite SW-1 skill:cobol")
    assert "write guest: before the name" in words(await bench.do("olga", "swarm invite SW-1 gus"))
    await bench.do("olga", "swarm invite SW-1 guest:gus")
    assert (await states(bench))["gus"] == "sent"


async def test_a_busy_person_is_left_alone() -> None:
    """Load: who is in as many swarms as they can bear is passed over."""
    bench = Bench()
    for question in ("one", "two", "three", "four"):
        await bench.do("olga", f"swarm open fake:1001 {question}")
    for number in (1, 2, 3):
        await bench.do("anna", f"swarm join SW-{number}")
    answer = await bench.do("olga", "swarm invite SW-4 anna")
    assert "Anna A: is busy with other swarms" in words(answer)
    assert (await bench.swarm("4")).invitations == ()


async def test_bare_accept_means_the_one_that_waits() -> None:
    """With none it says so, with several it asks which."""
    bench = await opened()
    with pytest.raises(NotFound, match="No invitation"):
        await bench.do("anna", "accept", direct=True)
    await bench.do("olga", "swarm open fake:1001 another one")
    for number in (1, 2):
        await bench.do("olga", f"swarm invite SW-{number} anna")
    with pytest.raises(Ambiguous) as refusal:
        await bench.do("anna", "accept", direct=True)
    assert refusal.value.commands == ("swarm accept SW-1", "swarm accept SW-2")


async def test_joining_counts_as_accepting() -> None:
    """Who is asked and joins fills the place; a timer that comes later finds nothing to do."""
    bench = await opened()
    await bench.do("olga", "swarm invite SW-1 skill:billing wait=3m")
    await bench.do("anna", "swarm join SW-1")
    await bench.later(minutes=10)
    assert await states(bench) == {"anna": "joined"}
    assert bench.ledger["room.invite swarm:1/main anna"] == 1


async def test_leaving_and_coming_back() -> None:
    """Each coming and going is carried out once."""
    bench = await opened()
    for line in ("swarm join SW-1", "swarm leave SW-1 back later", "swarm join SW-1"):
        await bench.do("ben", line)
    assert bench.ledger["room.invite swarm:1/main ben"] == 2
    assert bench.ledger["room.remove swarm:1/main ben"] == 1
    assert "Ben B left: back later" in [words(said) for said in await bench.room()]


async def test_who_cannot_be_let_in_is_told() -> None:
    """Both learn why; the person stays a member and is briefed."""
    bench = await opened()
    reason = (
        "not in the team that this channel belongs to, and so not in it: an owner of the team has to add them by hand"
    )
    bench.refuse[InviteToRoom] = reason
    await bench.do("ben", "swarm join SW-1")
    for person in ("olga", "ben"):
        assert f"Ben B could not be let into the room of SW-1: {reason}" in await bench.heard(person)
    assert (await bench.swarm()).member("ben") is not None


async def test_the_end_calls_everything_off() -> None:
    """Cancelling withdraws invitations and forgets timers; nobody is woken later."""
    bench = await opened()
    await bench.do("olga", "swarm open fake:1001 another timebox=60m")
    await bench.do("olga", "swarm invite SW-2 anna wait=3m")
    await bench.do("olga", "swarm cancel SW-2 because it was a mistake")
    assert (await bench.store.depths()).timers == 0
    [one] = (await bench.swarm("2")).invitations
    assert one.state is Asked.WITHDRAWN
    assert "you are not needed any more" in await bench.heard("anna")
    assert bench.ledger["room.archive swarm:2/main"] == 1


async def test_a_surname_is_no_part_of_the_reason() -> None:
    """Full names are typed without quotes, and several of them with commas."""
    bench = await opened()
    await bench.do("olga", "swarm invite SW-1 Anna A, Ben B you two know it")
    calls = (await bench.swarm()).calls
    assert [(call.wanted, call.why) for call in calls] == [("Anna A", "you two know it"), ("Ben B", "you two know it")]
    await bench.do("olga", "swarm invite SW-1 cem because of the queue")
    assert (await bench.swarm()).calls[-1].why == "because of the queue"


async def test_a_next_one_is_promised_only_if_there_is_one() -> None:
    """Who asks one person by name hears when they will know, not of a next one."""
    bench = await opened()
    assert "the next one is asked" in words(await bench.do("olga", "swarm invite SW-1 skill:billing"))
    alone = words(await bench.do("olga", "swarm invite SW-1 max wait=3m"))
    assert "You hear by" in alone
    assert "next one" not in alone
    await bench.later(minutes=3)
    told = await bench.heard("olga")
    assert "nobody is left to ask (Max M)" in told
    assert "Max M did not answer in time" in told


async def test_a_guest_named_like_a_colleague_is_asked_with_a_press() -> None:
    """The refusal offers what would work."""
    bench = await opened()
    card = await bench.do("olga", "swarm invite SW-1 gus")
    await bench.press("olga", card, "Invite Gus G as a guest")
    assert (await states(bench))["gus"] == "sent"


async def test_nobody_is_given_longer_than_the_clocks_leave() -> None:
    """An invitation runs out with the time box at the latest."""
    bench = Bench()
    await bench.do("olga", "swarm open fake:1001 refund loops timebox=5m")
    await bench.do("olga", "swarm invite SW-1 anna wait=2h")
    await bench.later(minutes=5)
    assert await states(bench) == {"anna": "expired"}


async def test_the_briefing_offers_what_a_member_can_do() -> None:
    """Nobody who is in it is asked to join; helpers are offered to say what solves it."""
    bench = await opened()
    await bench.do("ben", "swarm join SW-1")
    [card] = [said for said in await bench.said_to("person:ben") if isinstance(said, Card)]
    assert [words(button.label) for button in card.buttons] == ["Question", "Solution", "Invite"]
    shown = await bench.do("olga", "swarm show SW-1")
    assert isinstance(shown, Card)
    assert [words(button.label) for button in shown.buttons] == ["Invite", "Question", "Solution", "Done"]
