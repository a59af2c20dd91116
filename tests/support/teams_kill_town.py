"""The people on Teams while the server is killed: each conversation goes on when what was said has been taken."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from kill_company import CASES, NAMED
from teams_cards import cards, pressables
from teams_kill_company import GROUPS, friend, owner, title
from teams_people import TeamsPerson
from teams_simulator import TeamsSimulator
from teams_world import Conversation, Post

PAUSE = 0.02
"""Seconds between looks."""


@dataclass
class Told:
    """What people did, for the ledger."""

    commands: dict[str, list[str]] = field(default_factory=dict)
    """By conversation, in order."""
    later: dict[str, str] = field(default_factory=dict)
    """Who is to hear of which timer."""
    offers: list[str] = field(default_factory=list)
    takes: list[str] = field(default_factory=list)
    """Offers that somebody took, with an answer to the click or without."""
    stories: list[str] = field(default_factory=list)
    """Cases whose swarm was asked for."""

    def facts(self) -> dict[str, Any]:
        """All of it as JSON."""
        return asdict(self)


class Town:
    """All of them."""

    def __init__(self, simulator: TeamsSimulator, people: Mapping[str, TeamsPerson], chance: random.Random) -> None:
        self.simulator = simulator
        self.people = people
        self.chance = chance
        self.told = Told()
        self.rooms: dict[str, Conversation] = {name: people[name].personal for name in NAMED}
        """Where commands are said: personal chats and groups, by name."""
        users = [person.user for person in people.values()]
        self.rooms |= {name: simulator.world.group_chat(users, topic=name) for name in GROUPS}
        self._turns = {name: asyncio.Lock() for name in self.rooms}
        self._doing: list[asyncio.Task[None]] = []
        self._number = 0

    async def settle(self) -> None:
        """Let the app in everywhere."""
        for person in self.people.values():
            await person.gets_the_app()
        for name in GROUPS:
            await self.simulator.people.install(self.rooms[name], self.rooms[name].people[0])

    async def count(self, where: str) -> None:
        """Say a command, and let nobody speak there until the server has taken it."""
        async with self._turns[where]:
            self._number += 1
            name = f"k{self._number:04}"
            who = where if where in self.people else self.chance.choice(NAMED)
            later = self.chance.random() < 0.2
            if later:
                self.told.later[name] = who
            self.told.commands.setdefault(where, []).append(name)
            await self.say(who, where, f"count {name}{' later' if later else ''}")

    async def say(self, who: str, where: str, text: str) -> None:
        """Say something to the server; return once it is taken."""
        room = self.rooms[where]
        post = await self.people[who].says(text if room.type == "personal" else f"!{text}", room)
        await self.taken(room, post.id)

    async def taken(self, room: Conversation, id: str) -> None:
        """Return once the server has taken a message."""
        delivery = next(
            one
            for one in reversed(self.simulator.deliveries.log)
            if one.id == id and one.activity["conversation"]["id"] == room.id
        )
        while not delivery.taken:  # noqa: ASYNC110 - the simulator rings for nobody
            await asyncio.sleep(PAUSE)

    async def offer(self) -> None:
        """Somebody offers something, two want it, and click until they are answered."""
        name = f"o{len(self.told.offers):03}"
        self.told.offers.append(name)
        where = GROUPS[0]
        async with self._turns[where]:
            await self.say(NAMED[0], where, f"offer {name}")
        card = await self._within(12.0, lambda: self._offered(where, name))
        if card is None:  # Its sending was cut off: the ledger judges whether that is told.
            return
        self.told.takes.append(name)
        await asyncio.gather(*(self._take(who, where, card) for who in NAMED[1:3]))

    async def story(self, case: str) -> None:
        """Somebody opens a swarm, and somebody else joins it."""
        self.told.stories.append(case)
        async with self._turns[GROUPS[0]]:
            await self.say(owner(case), GROUPS[0], f"swarm open demo:{case} {title(case)}")
        room = await self._within(90.0, lambda: self.chat(case))
        assert room is not None, f"{case} has no room"
        name = room.name.split()[0]
        who = friend(case)
        post = await self.people[who].says(f"swarm join {name}")
        await self.taken(self.people[who].personal, post.id)
        inside = await self._within(60.0, lambda: self.people[who].user in room.people or None)
        assert inside, f"{who} is not in {room.name}"

    def chat(self, case: str) -> Conversation | None:
        """Return the room of a case's swarm."""
        return next((one for one in self.chats() if one.name.endswith(f" {title(case)}")), None)

    def chats(self) -> list[Conversation]:
        """All group chats."""
        return [one for one in self.simulator.world.conversations.values() if one.type == "groupChat"]

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Let something go on beside the rest."""
        self._doing.append(asyncio.create_task(work))

    async def done(self, within: float) -> None:
        """Wait until everything has come to its end, so many seconds."""
        if not self._doing:
            return
        done, under_way = await asyncio.wait(self._doing, timeout=within)
        for task in done:
            task.result()
        assert not under_way, [task.get_stack()[-1] for task in under_way]
        await self.simulator.deliveries.settled()

    async def _take(self, who: str, where: str, card: Post) -> None:
        ref = next(one.data["ref"] for one in pressables(cards(card.activity)[0]))
        value = {"action": {"type": "Action.Execute", "verb": "press", "data": {"ref": ref}}, "trigger": "manual"}
        while True:
            acts = self.simulator.people
            clicked = await acts.invoke(
                self.people[who].user, self.rooms[where], "adaptiveCard/action", value, post=card
            )
            if clicked.taken:
                return
            await asyncio.sleep(0.2)

    def _offered(self, where: str, name: str) -> Post | None:
        bot = self.simulator.bot.id
        posts = (post for post in self.rooms[where].posts.values() if post.sender == bot and cards(post.activity))
        return next((post for post in posts if f"offer {name}" in str(post.activity)), None)

    async def _within(self, seconds: float, look: Any) -> Any:
        """Return what `look` finds, or None after so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                while (found := look()) is None:  # noqa: ASYNC110 - the simulator rings for nobody
                    await asyncio.sleep(PAUSE)
                return found
        except TimeoutError:
            return None


def cases(count: int) -> tuple[str, ...]:
    """Return the cases of so many stories."""
    return CASES[:count]
