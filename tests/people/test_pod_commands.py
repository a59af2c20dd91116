"""Pods by command."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from people_stage import PeopleStage


@pytest_asyncio.fixture
async def house() -> AsyncIterator[PeopleStage]:
    """Yield the stage, running."""
    house = PeopleStage()
    async with house.stage:
        yield house


async def test_a_pod_is_shown(house: PeopleStage) -> None:
    """By id, by name, with the word before it, and one's own without a word."""
    for typed in ("pod show emea", "pod show EMEA One", "pod show pod:emea"):
        shown = await house.asks("max", typed)
        assert "EMEA One (emea)" in shown
        assert "nearshore, of a partner, calendar eu" in shown
        assert "There for: billing, sepa" in shown
        assert "4 people" in shown
    assert "EMEA One (emea)" in await house.asks("anna", "pod show")
    assert "Which pod?" in await house.asks("jan", "pod show")
    assert "You are in no pod." in await house.asks("max", "pod show")
    assert "There is no pod nix." in await house.asks("max", "pod show nix")


async def test_the_roster_tells_who_is_there_now(house: PeopleStage) -> None:
    """Local time, quiet hours, being away; those who are there come first, guests are marked."""
    await house.asks("anna", "expert away until=tomorrow 09:00")
    rows = (await house.asks("max", "pod roster emea")).splitlines()[2:]
    assert rows[0] == "Lea (lead) · 10:00 · there"
    assert rows[1] == "Gus · 09:00 · there, guest"
    assert rows[2].startswith("Anna · 10:00 · away until Tue 3 Mar")
    assert rows[3] == "Jan · 22:00 · quiet until 07:00"


async def test_what_a_pod_can_do(house: PeopleStage) -> None:
    """What it is there for first, with what nobody can yet; the claimed behind the confirmed."""
    await house.asks("jan", "expert skill add billing 5")
    shown = await house.asks("max", "pod skills emea")
    assert "billing · Anna 3, Jan (5 claimed)" in shown
    assert "nobody yet: sepa" in shown


async def test_all_pods_are_listed(house: PeopleStage) -> None:
    """With who leads them."""
    listed = await house.asks("max", "pod list")
    assert "emea · EMEA One · Lea · 4 people" in listed
    assert "apac · APAC · nobody · 1 person" in listed


async def test_a_manager_names_the_lead_at_once(house: PeopleStage) -> None:
    """Old and new lead hear of it, it stands in the audit, and can be taken back."""
    await house.asks("mona", "pod lead anna")
    assert (found := house.directory.pod("emea")) is not None
    assert found.lead == "anna"
    assert "Anna leads EMEA One now, says Mona." in house.told("anna")
    assert "Anna leads EMEA One now, says Mona." in house.told("lea")
    await house.asks("anna", "expert skill add k8s 2")
    assert "Mona can confirm it." in house.told("anna")
    await house.asks("mona", "undo")
    assert (found := house.directory.pod("emea")) is not None
    assert found.lead == "lea"
    await house.asks("mona", "pod lead nobody pod:emea")
    assert "Lead: nobody" in await house.asks("max", "pod show emea")


@pytest.mark.parametrize(
    ("who", "typed", "says"),
    [
        ("lea", "pod lead anna", "That is for: manager"),
        ("mona", "pod lead jan", "Which pod?"),
        ("mona", "pod lead gus", "is a guest"),
        ("mona", "pod lead max", "Max is in no pod."),
        ("mona", "pod lead anna pod:apac", "Anna is not in APAC."),
        ("mona", "pod lead anna pod:nix", "There is no pod nix."),
        ("mona", "pod lead lea", "Lea leads EMEA One already."),
        ("mona", "pod lead nobody", "Say which pod."),
        ("mona", "pod lead nobody pod:apac", "Nobody leads APAC already."),
        ("mona", "pod lead role:agent", "led by one person"),
        ("mona", "pod lead anna skill:tax", "is no pod"),
        ("gus", "pod show emea", "That is for"),
    ],
)
async def test_what_cannot_be(house: PeopleStage, who: str, typed: str, says: str) -> None:
    """Said with the reason; nobody leads another pod then."""
    assert says in await house.asks(who, typed)
    assert (found := house.directory.pod("emea")) is not None
    assert found.lead == "lea"
