"""Profiles by command: what people say of themselves, and what becomes of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from people_stage import PeopleStage


@pytest_asyncio.fixture
async def house() -> AsyncIterator[PeopleStage]:
    """Yield the stage, running."""
    house = PeopleStage()
    async with house.stage:
        yield house


async def test_a_claimed_level_waits_for_the_pods_lead(house: PeopleStage) -> None:
    """The lead gets a card, finds it in `me`, and confirms with a press; the person hears of it."""
    answer = await house.asks("anna", "expert skill add k8s 3")
    assert "k8s 3 is in your profile as claimed. Lea can confirm it." in answer
    assert "k8s 3 · claimed, not confirmed yet" in await house.asks("max", "expert profile anna")
    assert "Anna: k8s 3, `expert confirm anna k8s`" in await house.asks("lea", "me")
    assert "k8s" not in await house.asks("max", "me")

    await house.stage.presses("lea", "Confirm")

    assert "Lea confirmed k8s 3. Thank you for offering it!" in house.told("anna")
    assert "k8s 3 · confirmed by Lea" in await house.asks("anna", "whoami")
    assert house.directory.profile("anna").evidence["k8s"].by == "lea"
    assert "Nothing waits for you" in await house.asks("lea", "me")


async def test_a_refusal_says_why(house: PeopleStage) -> None:
    """And what was relied on before still is."""
    await house.asks("anna", "expert skill add billing 5")
    await house.asks("lea", "expert refuse anna billing let us talk first")
    assert "Lea did not confirm billing 5: let us talk first" in house.told("anna")
    assert house.directory.profile("anna").skills == {"billing": 3}


async def test_who_confirms(house: PeopleStage) -> None:
    """A manager, or the lead of one of their pods; nobody else, and never oneself."""
    await house.asks("anna", "expert skill add k8s 3")
    refusal = await house.asks("max", "expert confirm anna k8s")
    assert "That is for: manager / lead of one of their pods." in refusal
    assert "Lea can confirm it." in refusal
    assert "That is for" in await house.asks("anna", "expert confirm anna k8s")
    assert "k8s 3 is confirmed" in await house.asks("mona", "expert confirm anna k8s")
    await house.asks("mona", "expert skill add k8s 3")
    assert "Nobody confirms their own level." in await house.asks("mona", "expert confirm mona k8s")
    assert "No level of tax waits" in await house.asks("mona", "expert confirm anna tax")


async def test_without_a_lead_the_managers_are_asked(house: PeopleStage) -> None:
    """Max is in no pod; and a manager without another one stays as claimed."""
    assert "Mona can confirm it." in await house.asks("max", "expert skill add k8s 2")
    assert "there is nobody to confirm it" in await house.asks("mona", "expert skill add k8s 2")


async def test_a_level_taken_back_changes_the_leads_card(house: PeopleStage) -> None:
    """Nobody is left with a question that is none any more."""
    await house.asks("anna", "expert skill add k8s 3")
    await house.asks("anna", "expert skill drop k8s")
    assert "They have taken it back." in house.told("lea")
    assert "No level of k8s waits" in await house.asks("lea", "expert confirm anna k8s")


async def test_times_and_limits_are_ones_own(house: PeopleStage) -> None:
    """Quiet hours, being away, load, interests: each is in the profile at once."""
    await house.asks("anna", "expert quiet 22-7")
    await house.asks("anna", "expert away until=tomorrow 09:00")
    await house.asks("anna", "expert load max=2")
    await house.asks("anna", "expert interest add Refund Loops")
    profile = house.directory.profile("anna")
    assert (profile.quiet_from, profile.quiet_to, profile.max_load) == ("22:00", "07:00", 2)
    assert profile.interests == ("refund-loops",)
    shown = await house.asks("max", "expert profile anna")
    assert "away until" in shown
    assert "at most 2 swarms" in shown
    await house.asks("anna", "expert back")
    await house.asks("anna", "expert quiet off")
    await house.asks("anna", "expert interest drop refund loops")
    shown = await house.asks("anna", "expert profile")
    assert "away" not in shown
    assert "quiet" not in shown
    assert "Would like to learn" not in shown


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("expert skill add k8s 9", "9 is no level: from 1 (learning) to 5"),
        ("expert skill add k8s 0", "0 is no level"),
        ("expert skill add billing 3", "stands in your profile already"),
        ("expert skill add *** 3", "is no name for a skill"),
        ("expert skill drop k8s", "k8s is not in your profile."),
        ("expert interest drop k8s", "is not among your interests"),
        ("expert load max=99", "from 0 to 20"),
        ("expert load", "How many swarms at a time?"),
        ("expert back", "You are not away."),
        ("expert quiet late", "late is no span of time."),
        ("expert quiet 22-22", "all day, or never"),
        ('expert away until="2020-01-01 09:00"', "over already"),
    ],
)
async def test_what_cannot_be_is_said_with_what_would(house: PeopleStage, typed: str, says: str) -> None:
    """Nothing changes then."""
    before = house.directory.profile("anna")
    assert says in await house.asks("anna", typed)
    assert house.directory.profile("anna") == before


async def test_undo_takes_it_back(house: PeopleStage) -> None:
    """Whatever one has just said of oneself."""
    before = house.directory.profile("anna")
    for line in ("expert skill add k8s 3", "expert quiet 22-7", "expert load max=1", "expert interest add tax"):
        await house.asks("anna", line)
        await house.asks("anna", "undo")
        now = house.directory.profile("anna")
        assert (now.skills, now.quiet_from, now.max_load, now.interests) == (
            before.skills,
            before.quiet_from,
            before.max_load,
            before.interests,
        ), line


async def test_guests_have_no_profile_of_their_own(house: PeopleStage) -> None:
    """Nor do they read others'."""
    assert "That is for" in await house.asks("gus", "expert skill add k8s 3")
    assert "That is for" in await house.asks("gus", "expert profile anna")


async def test_in_german_and_dutch(house: PeopleStage) -> None:
    """The same commands."""
    await house.asks("anna", "experte fähigkeit hinzufügen k8s 2")
    await house.asks("anna", "expert vaardigheid toevoegen tax 2")
    await house.asks("anna", "experte abwesend bis=tomorrow 09:00")
    profile = house.directory.profile("anna")
    assert {"k8s", "tax"} <= set(profile.skills)
    assert profile.away_until is not None


@pytest.mark.parametrize(
    "typed", ["expert away until=friday", "expert away until=next week friday", "experte abwesend bis=freitag"]
)
async def test_away_until_a_day_is_until_it_is_over(house: PeopleStage, typed: str) -> None:
    """Whoever is away until Friday is not asked on Friday; the answer says when they are."""
    told = await house.asks("anna", typed)
    until = house.directory.profile("anna").away_until

    assert until is not None
    anna = house.directory.by_id("anna")
    assert anna is not None
    back = until.astimezone(ZoneInfo(anna.zone))
    assert (back.strftime("%A %H:%M"), "You are away until" in told) == ("Saturday 00:00", True)
