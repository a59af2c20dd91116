"""Each rule acts once per case, whatever happens between two looks."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from chatops.errors import RateLimited, Unreachable
from rules_house import RulesHouse

STEPS = ("look", "look", "case", "outage", "limit", "recover", "restart", "crash")


@pytest.mark.parametrize("seed", range(4))
async def test_every_case_is_offered_exactly_once(seed: int) -> None:
    """Looks, outages, restarts and handlers that die, in any order."""
    chance = random.Random(seed)
    dying: list[str] = []

    def probe(step: str) -> None:
        if dying and step == dying[0]:
            dying.clear()
            message = "it dies here"
            raise RuntimeError(message)

    house = RulesHouse(probe=probe)
    async with house.stage as stage:
        for number in range(3):
            await house.case(f"subject-{number}x")
        await stage.wait(5.9 * 3600)
        cases = 3
        for step in chance.choices(STEPS, k=25):
            match step:
                case "look":
                    await stage.advance(timedelta(seconds=60))
                case "case" if cases < 8:
                    house.tickets.recover()
                    await house.case(f"subject-{cases}x")
                    cases += 1
                case "outage":
                    house.tickets.fail(Unreachable("down"), when="always")
                case "limit":
                    house.tickets.fail(RateLimited("slower", retry_after=90))
                case "recover":
                    house.tickets.recover()
                case "restart":
                    await stage.restart(away=timedelta(minutes=chance.choice([0, 5])))
                case "crash":
                    dying[:] = ["handler"]
                    await stage.advance(timedelta(seconds=60))
                    dying.clear()
        house.tickets.recover()
        await stage.wait(8 * 3600)
        await stage.advance(timedelta(minutes=5))
        told = house.read("pod-two")
        assert [told.count(f"subject-{number}x") for number in range(cases)] == [1] * cases
