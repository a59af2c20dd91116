"""Kills a server on a homeserver as often as wanted, and the homeserver twice; then hands over what the homeserver holds."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

import matrix_kill_company
from matrix_kill_history import History, history
from matrix_kill_lives import lives
from matrix_kill_people import Patient
from matrix_kill_script import Script
from matrix_kill_town import Town
from running import Ran, chatops
from synapse_server import Synapse

DOWN = 3.0
"""Seconds the homeserver stays down the second time."""


@dataclass(frozen=True)
class Killed:
    """What came of the kills."""

    deaths: Counter[str]
    """What the servers died of."""
    done: Counter[str]
    """What all of them together did: requests, gaps, events they brought (`back-filled`)."""
    found: dict[str, Any]
    """For `matrix_kill_ledger.Ledger`: what people did, and what the server says of itself."""
    rooms: History
    verified: Ran
    """What `chatops audit verify` said of the folder."""
    seconds: dict[str, float]
    """How long what took."""


async def kill(folder: Path, *, steps: Sequence[str], stories: int, commands: int, seed: int) -> Killed:
    """Let servers be killed at these steps, one after the other, then let one come to its end."""
    homeserver = Synapse(folder / "synapse")
    await asyncio.to_thread(homeserver.start)
    try:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
            return await _kill(folder, homeserver, http, steps, stories, commands, random.Random(seed))
    finally:
        await asyncio.to_thread(homeserver.stop)
        homeserver.let_go()


async def _kill(
    folder: Path,
    homeserver: Synapse,
    http: aiohttp.ClientSession,
    steps: Sequence[str],
    stories: int,
    commands: int,
    chance: random.Random,
) -> Killed:
    began = time.monotonic()
    bot, admin = homeserver.register("chatops"), homeserver.register("admin", admin=True)
    newcomers = [matrix_kill_company.newcomer(n) for n, step in enumerate(steps) if step in {"direct", "invite"}]
    names = matrix_kill_company.everybody(stories, newcomers)
    logins = await asyncio.to_thread(lambda: {name: homeserver.register(name) for name in names})
    users = {name: login.user for name, login in logins.items()}
    data = matrix_kill_company.found(folder, users)
    annexes = 1 + sum(step in {"enter", "reinvite"} for step in steps)
    people = {name: Patient(http, homeserver.url, login) for name, login in logins.items()}
    town = Town(people, bot.user, annexes=annexes, chance=chance)
    script = Script(town, stories=stories, newcomers=newcomers, steps=steps)
    async with lives(folder, data) as server:
        await server.log_in(homeserver=homeserver.url, user=bot.user, device=bot.device, access_token=bot.token)
        await server.until_done("begun", script.begin())
        ready = time.monotonic()
        for number, step in enumerate(steps):
            # What is said by the way is said while the server is down, or is starting.
            said = script.round(step, commands // len(steps))
            await asyncio.gather(server.until_killed(step, chance), said, _outage(homeserver, town, number, len(steps)))
        killed = time.monotonic()
        await server.until_done("ended", script.finish())
        deaths, done = await asyncio.to_thread(server.died)
    ended = time.monotonic()
    ledger = json.loads(await asyncio.to_thread((folder / "ledger.json").read_text))
    return Killed(
        deaths=deaths,
        done=done,
        found={"bot": bot.user, "people": users, "stories": stories, "told": town.told.facts(), **ledger},
        rooms=await history(homeserver, admin.token),
        verified=await asyncio.to_thread(chatops, "audit", "verify", folder=data),
        seconds={"beginning": ready - began, "killing": killed - ready, "ending": ended - killed},
    )


async def _outage(homeserver: Synapse, town: Town, number: int, kills: int) -> None:
    """Kill the homeserver after a third of the kills; stop it for a while after two thirds."""
    if number == kills // 3:
        async with town.steady:
            await asyncio.to_thread(homeserver.kill)
            await asyncio.to_thread(homeserver.start)
    if number == 2 * kills // 3:
        async with town.steady:
            await asyncio.to_thread(homeserver.stop)
            await asyncio.sleep(DOWN)
            await asyncio.to_thread(homeserver.start)
