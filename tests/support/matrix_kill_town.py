"""The people on a homeserver, the rooms they talk in with the server, what they hear there, and what they have done."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from kill_company import NAMED
from matrix_kill_company import ALONE, CLICKERS, GROUPS, HALL, POWERLESS, cast
from matrix_kill_people import Ear, Patient, body_of
from matrix_people import Raw

ANYBODY = {"power_level_content_override": {"invite": 0}}


@dataclass(frozen=True)
class Click:
    """Somebody clicked a button."""

    event: str
    room: str
    offer: str
    button: str
    by: str


@dataclass
class Told:
    """What people did, for the ledger."""

    commands: list[str] = field(default_factory=list)
    later: dict[str, str] = field(default_factory=dict)
    """Who is to hear of which timer."""
    clicks: list[Click] = field(default_factory=list)
    moves: dict[str, str] = field(default_factory=dict)
    """Which room went on as which."""
    visitors: dict[str, bool] = field(default_factory=dict)
    """Newcomers who went into the hall, and whether they stayed."""

    def facts(self) -> dict[str, Any]:
        """All of it as JSON."""
        return asdict(self)


class Annex:
    """A small room that goes on as another one at some time. Of every other one anybody may come in."""

    def __init__(self, number: int) -> None:
        self.people = tuple(NAMED[(number + n) % len(NAMED)] for n in range(4))
        """The first made it."""
        self.open = number % 2 == 1
        self.room = ""
        self.moving = asyncio.Lock()


class Town:
    """All of them. `people` by name; `bot` is the server's account."""

    def __init__(self, people: Mapping[str, Patient], bot: str, *, annexes: int, chance: random.Random) -> None:
        self.people = people
        self.bot = bot
        self.chance = chance
        self.told = Told()
        self.steady = asyncio.Lock()
        """Held while something is done that cannot be repeated; the homeserver stays up."""
        self.rooms: dict[str, str] = {}
        """The groups, and the chats with the server of those who opened one, by name."""
        self.annexes = [Annex(number) for number in range(annexes)]
        self.hall = ""
        self.hall_name = ""
        self._ears: dict[str, Ear] = {}
        self._listening: list[asyncio.Task[None]] = []
        self._doing: list[asyncio.Task[None]] = []

    async def settle(self, friends: Sequence[str]) -> None:
        """Give everybody their rooms, with the server in them, and open the hall."""
        for name in GROUPS:
            await self._group(name, [each for each in self.people if name == POWERLESS or each in NAMED])
        await asyncio.gather(*(self._chat(name) for name in ALONE))
        for annex in self.annexes:
            await self._build(annex)
        groups = [self.rooms[name] for name in GROUPS]
        for name in (*NAMED, *friends):
            self._listen(name, Ear(self.people[name], self.bot, never=groups))
        self._listen("groups", Ear(self.people["agent-2"], self.bot, only=groups))
        for name, room in self.rooms.items():
            await self.people["agent-1" if name in GROUPS else name].sees_in(room, self.bot)
        for annex in self.annexes:
            await self.people[annex.people[0]].sees_in(annex.room, self.bot)
        await self._open_hall()

    def ear(self, name: str) -> Ear:
        """Return what somebody hears outside of the groups; what is heard in these is under `groups`."""
        return self._ears[name]

    async def say(self, name: str, where: str, text: str) -> str:
        """Say something in a group, or in one's own chat with the server; return the event."""
        return await self.people[name].say(self.rooms[where], text)

    async def count(self, name: str, room: str, *, prefix: str = "!", later: bool | None = None) -> str:
        """Say the next command, by default every fifth with a timer; return what it is called."""
        number = len(self.told.commands)
        command = f"c{number:04}"
        self.told.commands.append(command)
        if later or (later is None and number % 5 == 0):
            self.told.later[command] = name
        words = f"{prefix}count {command}{' later' if command in self.told.later else ''}"
        await self.people[name].say(room, words)
        return command

    async def swarm_name(self, person: str, room: str) -> str:
        """Return the name of the swarm whose room that is, once its card stands there."""
        card = await self.ear(person).reads(room, "SW-")
        return next(word for word in body_of(card).split() if word.startswith("SW-"))

    def closed(self, name: str, room: str) -> bool:
        """Whether nobody may write in a room any more, as somebody sees it."""
        levels = [event for event in self.ear(name).rooms[room] if event["type"] == "m.room.power_levels"]
        return bool(levels) and levels[-1]["content"].get("events_default") == 100

    # what goes on beside

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Let something go on beside the rest."""
        self._doing.append(asyncio.create_task(work))

    def check(self) -> None:
        """Raise what went wrong beside the rest."""
        for task in (*self._doing, *self._listening):
            if task.done():
                task.result()

    async def done(self, within: float) -> None:
        """Wait until everything has come to its end, so many seconds."""
        _done, under_way = await asyncio.wait(self._doing, timeout=within)
        self.check()
        assert not under_way, [task.get_stack()[-1] for task in under_way]

    async def leave(self) -> None:
        """Listen no more."""
        for task in self._listening:
            task.cancel()
        await asyncio.gather(*self._listening, return_exceptions=True)

    # before

    def _listen(self, name: str, ear: Ear) -> None:
        self._ears[name] = ear
        self._listening.append(asyncio.create_task(ear.listen()))

    async def _group(self, name: str, members: Sequence[str]) -> None:
        host, *others = (self.people[member] for member in members)
        power: Raw = {} if name == POWERLESS else {"power_level_content_override": {"users": {self.bot: 50}}}
        invited = [self.bot, *(other.id for other in others)]
        room = self.rooms[name] = await host.create_room(invite=invited, name=name, **power)
        await asyncio.gather(*(other.join(room) for other in others))

    async def _chat(self, name: str) -> None:
        body: Raw = {"is_direct": True, "preset": "trusted_private_chat"}
        self.rooms[name] = await self.people[name].create_room(invite=[self.bot], **body)

    async def _build(self, annex: Annex) -> None:
        owner, *others = (self.people[name] for name in annex.people)
        invited = [self.bot, *(other.id for other in others)]
        preset = "public_chat" if annex.open else "private_chat"
        annex.room = await owner.create_room(invite=invited, name="annex", preset=preset, **ANYBODY)
        await asyncio.gather(*(other.join(annex.room) for other in others))

    async def _open_hall(self) -> None:
        owner = cast(HALL)[0]
        await self.say(owner, POWERLESS, f"!swarm open demo:{HALL} hall")
        self.hall = await self.ear(owner).room(" hall")
        self.hall_name = await self.swarm_name(owner, self.hall)
        for name in CLICKERS:
            if name != owner:
                await self.say(name, name, f"swarm join {self.hall_name}")
                await self.ear(name).room(" hall")
                self.ear(name).ignore(self.hall)
