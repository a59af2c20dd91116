"""Kills a server on Teams as often as wanted; then hands over what Teams holds, and what the server says of itself."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import teams_kill_child
import teams_kill_company
from matrix_kill_lives import ENGINE, Kind, lives
from running import Ran, chatops
from teams_kill_history import History, history
from teams_kill_town import Town, cases
from teams_people import hired
from teams_simulator import TeamsSimulator

REDELIVERED_AFTER = 0.3
"""Seconds in place of Teams' 15. How often: until it is taken, for kills follow each other as no outages do."""

TEAMS = Kind(
    child=teams_kill_child.__file__,
    latest=dict.fromkeys(ENGINE, 3) | {"accept": 2},
    # Killed once the room is there: what may still be under way is waited for half a minute.
    sure=frozenset({"create"}),
    patience=8.0,
)

OPENS = frozenset({"create", "install", "invite", "edit"})
"""Steps to which a swarm leads, opened and joined."""

FINISHED_WITHIN = 120.0


@dataclass(frozen=True)
class Killed:
    """What came of the kills."""

    deaths: Counter[str]
    """What the servers died of."""
    found: dict[str, Any]
    """What people did, and what the server says of itself."""
    rooms: History
    deliveries: Counter[int]
    """How many activities were brought how often."""
    verified: Ran
    """What `chatops audit verify` said of the folder."""
    seconds: float


async def kill(folder: Path, *, steps: Sequence[str], stories: int, commands: int, seed: int) -> Killed:
    """Let servers be killed at these steps, one after the other, then let one come to its end."""
    simulator = TeamsSimulator()
    await simulator.start()
    simulator.deliveries.pause, simulator.deliveries.attempts = REDELIVERED_AFTER, 100_000
    try:
        return await _kill(folder, simulator, steps, stories, commands, random.Random(seed))
    finally:
        await simulator.stop()


async def _kill(
    folder: Path, simulator: TeamsSimulator, steps: Sequence[str], stories: int, commands: int, chance: random.Random
) -> Killed:
    began = time.monotonic()
    names = teams_kill_company.everybody(stories)
    people = dict(zip(names, hired(simulator, *names), strict=True))
    data = await asyncio.to_thread(teams_kill_company.found, folder, simulator, people)
    town = Town(simulator, people, chance)
    left = iter(cases(stories))
    places = itertools.cycle(town.rooms)
    async with lives(folder, data, TEAMS) as server:
        await server.until_done("begun", _begin(town))
        for number, step in enumerate(steps):
            for _n in range(commands // len(steps) + (number < commands % len(steps))):
                town.begin(town.count(next(places)))
            if step in OPENS and (case := next(left, None)):
                town.begin(town.story(case))
            if number % 5 == 0:
                town.begin(town.offer())
            await server.until_killed(step, chance)
        for case in left:
            town.begin(town.story(case))
        await server.until_done("ended", town.done(FINISHED_WITHIN))
        deaths, _done = await asyncio.to_thread(server.died)
    ledger = json.loads(await asyncio.to_thread((folder / "ledger.json").read_text))
    return Killed(
        deaths=deaths,
        found={"stories": list(cases(stories)), "told": town.told.facts(), **ledger},
        rooms=history(town),
        deliveries=Counter(len(one.statuses) for one in simulator.deliveries.log),
        verified=await asyncio.to_thread(chatops, "audit", "verify", folder=data),
        seconds=time.monotonic() - began,
    )


async def _begin(town: Town) -> None:
    await asyncio.sleep(0)
    await town.settle()
    await town.simulator.deliveries.settled()
