"""Swarms played by three people on a homeserver, from their opening to an article."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from matrix_kill_company import POWERLESS, cast, title
from matrix_kill_town import Town
from matrix_network.render import CARD

ACCEPT = "✅"

GATES = ("begin", "done")
"""Where stories wait until they are let through."""


class Stories:
    """All of them."""

    def __init__(self, town: Town, cases: Sequence[str]) -> None:
        self.cases = tuple(cases)
        self._town = town
        self._gates = {gate: asyncio.Semaphore(0) for gate in GATES}

    def begin(self) -> None:
        """Wait for the first gate."""
        for case in self.cases:
            self._town.begin(self._story(case))

    def open_next(self, gate: str) -> None:
        """Let one story through."""
        self._gates[gate].release()

    def open_all(self) -> None:
        """Let all through."""
        for gate in self._gates.values():
            for _case in self.cases:
                gate.release()

    async def _story(self, case: str) -> None:
        await self._gates["begin"].acquire()
        town = self._town
        owner, helper, friend = cast(case)
        await town.say(owner, POWERLESS, f"!swarm open demo:{case} {title(case)}")
        room = await town.ear(owner).room(title(case))
        name = await town.swarm_name(owner, room)
        await town.people[owner].say(room, f"!swarm invite {helper} you know it")
        await self._accept(helper, case)
        await town.say(friend, POWERLESS, f"!swarm join {name}")
        await town.ear(helper).room(title(case))
        await town.ear(friend).room(title(case))
        await town.people[helper].say(room, "!swarm question which provider is it?")
        await town.ear(helper).reads(room, "which provider")
        await town.people[friend].say(room, "!swarm answer Q1 the new one")
        await town.count(friend, room)
        await town.ear(owner).reads(room, "the new one")
        if int(case) % 2:
            await town.people[friend].leave(room)
        await town.count(owner, room)
        await town.people[helper].say(room, "!swarm solution release the lock")
        await town.ear(owner).reads(room, "proposes a solution")
        await self._gates["done"].acquire()
        done = f'!swarm done "released the lock" article=new because="{title(case)} article"'
        await town.people[owner].say(room, done)
        await town.ear(owner).until(lambda: town.closed(owner, room))

    async def _accept(self, helper: str, case: str) -> None:
        """Click on the letter."""
        ear = self._town.ear(helper)

        def letter() -> tuple[str, str] | None:
            for room, events in ear.rooms.items():
                for event in events:
                    buttons = event["content"].get(CARD, {}).get("buttons", {})
                    if ACCEPT in buttons and title(case) in event["content"]["body"]:
                        return room, event["event_id"]
            return None

        room, event = await ear.until(letter)
        await self._town.people[helper].react(room, event, ACCEPT)
