"""Looking for helpers, and asking the best first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chatops.core.frozen import replace
from chatops.core.message import Card
from chatops.errors import BadArgument, NotFound
from chatops.people.changes import ProfileChanges
from chatops.people.directory import Member, Pod
from chatops.swarm.asked import LastAsked
from swarm_bench import START, Bench, company, words


def bench_with(**changes: dict[str, Any]) -> Bench:
    """Return a bench on which some people's profiles are different."""
    bench = Bench()
    members = []
    for person in company().everybody():
        profile = replace(company().profile(person.id), **changes.get(person.id, {}))
        members.append(Member(person=person, profile=profile))
    pods = (Pod(id="emea", lead="lea", members=("lea", "olga", "anna", "ben", "cem"), skills=("billing",)),)
    bench.directory.replace(members, pods, {"invoicing": "billing", "abrechnung": "billing"})
    return bench


async def order(bench: Bench, swarm: str = "1") -> list[str]:
    """Return who was asked, and who is still to be, in that order."""
    found = await bench.swarm(swarm)
    return [one.person for one in found.invitations] + list(found.calls[-1].candidates)


async def test_the_best_are_found_with_reasons() -> None:
    """Who, why, who not and why; nobody is asked by looking."""
    bench = Bench()
    answer = words(await bench.do("olga", "swarm find skill:billing n=2"))
    assert "3 people for billing" in answer
    assert "Anna A | billing 5, 14:00 there, free, not asked lately" in answer
    assert "Not now: Jan J: 02:00 there, in quiet hours" in answer
    assert "1 more" in answer
    assert "Cem" not in answer


async def test_what_nobody_has_is_named() -> None:
    """With the people who have the rest; several skills may take several people."""
    bench = bench_with(max={"skills": {"tax": 3}})
    answer = words(await bench.do("olga", "swarm find skill:billing skill:tax skill:billing>=9"))
    assert "Nobody has: billing>=9" in answer
    answer = words(await bench.do("olga", "swarm find billing tax"))
    assert "Together: Anna A, Max M" in answer
    with pytest.raises(BadArgument) as refusal:
        await bench.do("olga", "swarm find biling")
    assert refusal.value.commands == ("skill:billing",)
    with pytest.raises(NotFound):
        await bench.do("olga", "swarm find billing pod:nix")


async def test_languages_and_synonyms() -> None:
    """By code, by name, with and without the word before it."""
    bench = bench_with(ben={"languages": ("de",)}, anna={"languages": ("en",)}, cem={"languages": ("de",)})
    for typed in ("billing de", "skill:billing lang:de", "invoicing deutsch", "skill:Abrechnung lang=German"):
        answer = words(await bench.do("olga", f"swarm find {typed}"))
        assert "2 people for billing, de" in answer, typed
        assert "Anna A: does not speak de" in answer


async def test_in_a_swarm_each_can_be_invited_with_a_press() -> None:
    """Who is in it already is not offered."""
    bench = Bench()
    await bench.do("olga", "swarm open fake:1001 refund loops")
    await bench.do("anna", "swarm join SW-1")
    card = await bench.do("olga", "find skill:billing", room="1")
    assert isinstance(card, Card)
    assert [button.command for button in card.buttons] == ["swarm invite SW-1 ben", "swarm invite SW-1 cem"]
    await bench.press("olga", card, "Invite Ben B")
    assert await order(bench) == ["ben"]


async def test_words_behind_a_skill_belong_to_it() -> None:
    """When all of them are skills or languages; else they are the reason."""
    bench = bench_with(ben={"languages": ("de",)}, cem={"languages": ("de",)})
    await bench.do("olga", "swarm open fake:1001 refund loops")
    await bench.do("olga", "swarm invite SW-1 billing de ask=2 wait=3m")
    (call,) = (await bench.swarm()).calls
    assert (call.wanted, call.why, call.ask, call.wait) == ("skill:billing de", "", 2, 180)
    assert await order(bench) == ["ben", "cem"]
    await bench.do("olga", "swarm open fake:1001 another one")
    await bench.do("olga", "swarm invite SW-2 billing de klant wacht")
    (call,) = (await bench.swarm("2")).calls
    assert (call.wanted, call.why) == ("skill:billing", "de klant wacht")


async def test_who_was_asked_lately_is_asked_later() -> None:
    """A week on, all are equal again."""
    bench = bench_with(ben={"skills": {"billing": 5}}, cem={"skills": {"billing": 5}})
    for number, question in enumerate(("one", "two", "three"), 1):
        await bench.do("olga", f"swarm open fake:1001 {question}")
        await bench.do("olga", f"swarm invite SW-{number} skill:billing wait=3m")
    asked = [(await bench.swarm(str(number))).invitations[0].person for number in (1, 2, 3)]
    assert sorted(asked) == ["anna", "ben", "cem"]
    stored = await bench.store.get(LastAsked.kind, "anna")
    assert stored is not None
    assert bench.codec.decode_as(LastAsked, stored.body).at == START
    answer = words(await bench.do("olga", "swarm find skill:billing"), START)
    assert "last asked" in answer


async def test_who_is_away_is_not_even_paged() -> None:
    """They are passed over with the day they are back, and no button offers to page them."""
    bench = Bench()
    bench.directory.learn(ProfileChanges(id="anna", number=1, away_until=START + timedelta(days=2)))
    await bench.do("olga", "swarm open fake:1001 refund loops skills=billing")
    assert await order(bench) == ["ben", "cem", "anna", "jan"]
    card = await bench.do("olga", "swarm invite SW-1 anna page")
    assert "Anna A: away until Thu 5 Mar" in words(card)
    assert isinstance(card, Card)
    assert not any("page" in button.command for button in card.buttons)


async def test_nobody_asleep_is_asked_before_somebody_awake() -> None:
    """However much better they are."""
    bench = bench_with(jan={"skills": {"billing": 5}}, anna={"skills": {"billing": 1}})
    await bench.do("olga", "swarm open fake:1001 refund loops")
    await bench.do("olga", "swarm invite SW-1 skill:billing page ask=4")
    assert (await order(bench))[-1] == "jan"


async def test_a_pods_load_is_for_its_lead() -> None:
    """Others see the sum and themselves; of fewer than five not even the sum."""
    bench = bench_with()
    await bench.do("olga", "swarm open fake:1001 refund loops")
    await bench.do("anna", "swarm join SW-1")
    lead = words(await bench.do("lea", "pod load emea"))
    assert "Anna A | 1/3 | 0" in lead
    assert "2 of 15 places in swarms taken, 0 tasks open" in lead
    member = words(await bench.do("ben", "pod load emea"))
    assert "2 of 15 places" in member
    assert "Ben B | 0/3 | 0" in member
    assert "Anna" not in member
    few = Bench()
    shown = words(await few.do("max", "pod load emea"))
    assert "not shown" in shown
    assert "|" not in shown


async def test_solving_earns_the_skill_one_came_for() -> None:
    """Counted once for each swarm; who came by themselves, and the owner, earn nothing."""
    bench = Bench()
    await bench.do("olga", "swarm open fake:1001 refund loops skills=billing")
    await bench.do("anna", "accept", direct=True)
    await bench.do("max", "swarm join SW-1")
    await bench.do("olga", 'swarm done SW-1 "restarted it" article=none because="typo"')
    stored = await bench.store.get(ProfileChanges.kind, "anna")
    assert stored is not None
    changes = bench.codec.decode_as(ProfileChanges, stored.body)
    assert changes.skills["billing"].swarms == ("1",)
    assert await bench.store.get(ProfileChanges.kind, "max") is None
    assert await bench.store.get(ProfileChanges.kind, "olga") is None
