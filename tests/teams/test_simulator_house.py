"""A whole server lives on the simulator: it is spoken to, killed, and started again."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from teams_house import staff, teams_at_home, teams_house
from teams_simulator import TeamsSimulator


async def test_it_answers_in_the_same_process(simulator: TeamsSimulator, tmp_path: Path) -> None:
    """And knows what it knew when it is started again."""
    people = staff(simulator, "agent-1", "expert-1")
    grace = people["agent-1"]
    async with teams_at_home(tmp_path / "data", simulator, people):
        await grace.says("whoami")
        await grace.sees("Grace Whitfield")
    async with teams_at_home(tmp_path / "data", simulator, people):
        await grace.says("me")
        await grace.sees("For you, Grace Whitfield")


@pytest.mark.faults
async def test_a_killed_server_answers_once_it_is_back(simulator: TeamsSimulator, tmp_path: Path) -> None:
    """What it did not take is brought again."""
    people = staff(simulator, "agent-1")
    grace = people["agent-1"]
    async with teams_house(tmp_path / "data", simulator, people) as house:
        await grace.says("whoami")
        before = await grace.sees("Grace Whitfield")
        await asyncio.to_thread(house.kill)
        await grace.says("me")
        assert simulator.deliveries.log[-1].statuses == [0]
        await asyncio.to_thread(house.start)
        await simulator.redeliver()
        after = await grace.sees(lambda sight: sight.id > before.id)
        assert len(grace.bot_said()) == 2
        assert "For you, Grace Whitfield" in after.text


@pytest.mark.faults
async def test_it_brings_again_by_itself_to_a_server_that_comes_back(simulator: TeamsSimulator, tmp_path: Path) -> None:
    """Within the attempts there are."""
    simulator.deliveries.pause, simulator.deliveries.attempts = 0.2, 100
    people = staff(simulator, "agent-1")
    grace = people["agent-1"]
    async with teams_house(tmp_path / "data", simulator, people) as house:
        await asyncio.to_thread(house.kill)
        await grace.says("me")
        await asyncio.to_thread(house.start)
        await grace.sees("For you, Grace Whitfield")
        await simulator.deliveries.settled()
        assert len(grace.bot_said()) == 1
