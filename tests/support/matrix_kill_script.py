"""What people on a homeserver say while the server is killed again and again, and what they do to bring it to a step."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from kill_company import CASES, NAMED
from matrix_kill_company import ALONE, CLICKERS, GROUPS, HALL, POWERLESS, cast, friend
from matrix_kill_counter import EACH, ONCE
from matrix_kill_stories import Stories
from matrix_kill_town import Annex, Click, Town
from matrix_people import Refused

TALK = 6
"""Things said to nobody in particular in one room, while the server is down: with the commands more than a sync tells."""

OPENS = {"create": "begin", "close": "done"}
"""What leads to a step: a story let through a gate."""

FINISHED_WITHIN = 90.0
ANSWERED_WITHIN = 60.0
"""Seconds."""


class Script:
    """Plays it. `newcomers`: people who come into play one by one; `steps`: to which the server will be brought."""

    def __init__(self, town: Town, *, stories: int, newcomers: Sequence[str], steps: Sequence[str]) -> None:
        self._town = town
        self._stories = Stories(town, CASES[:stories])
        self._early = {gate: stories - steps.count(step) for step, gate in OPENS.items()}
        """Stories that need not wait for such a step."""
        self._rounds = iter(range(1_000_000))
        self._offers = iter(range(1_000_000))
        self._newcomers = iter(newcomers)
        self._unmoved = iter(town.annexes)

    async def begin(self) -> None:
        """Come together."""
        await self._town.settle([friend(case) for case in self._stories.cases])
        self._stories.begin()

    async def round(self, step: str, commands: int) -> None:
        """Say so many commands, half of them in one room among other talk, and do what brings the server to `step`."""
        town, number = self._town, next(self._rounds)
        groups = [(town.rooms[name], NAMED) for name in GROUPS]
        room, crowd = [*groups, (town.hall, CLICKERS)][number % (len(groups) + 1)]
        here = ["talk"] * TALK + ["count"] * ((commands + 1) // 2)
        town.chance.shuffle(here)
        for gate, left in self._early.items():
            if number < left:
                self._stories.open_next(gate)
        self._urge(step)
        await asyncio.gather(
            *(self._speak(town.chance.choice(crowd), room, what) for what in here),
            *(self._elsewhere(number * 7 + n) for n in range(commands // 2)),
        )
        town.check()

    async def finish(self) -> None:
        """Bring everything to its end. Behind a last command's answer nothing in a room is left unanswered."""
        self._stories.open_all()
        await self._town.done(FINISHED_WITHIN)
        await asyncio.gather(*(self._last(name, room, prefix) for name, room, prefix in self._ends()))
        await self._town.leave()

    async def _speak(self, name: str, room: str, what: str) -> None:
        if what == "count":
            await self._town.count(name, room)
        else:
            await self._town.people[name].say(room, "we talk about the weather")

    async def _elsewhere(self, number: int) -> None:
        town = self._town
        annex = town.annexes[number % len(town.annexes)]
        if number % 3 == 0 and not annex.moving.locked():
            async with annex.moving:
                await town.count(annex.people[0], annex.room)
        else:
            name = ALONE[number % len(ALONE)]
            await town.count(name, town.rooms[name], prefix="")

    def _ends(self) -> Iterator[tuple[str, str, str]]:
        town = self._town
        yield from (("agent-1", town.rooms[name], "!") for name in GROUPS)
        yield cast(HALL)[0], town.hall, "!"
        yield from ((annex.people[0], annex.room, "!") for annex in town.annexes)
        yield from ((name, town.rooms[name], "") for name in ALONE)

    async def _last(self, name: str, room: str, prefix: str) -> None:
        town = self._town
        command = await town.count(name, room, prefix=prefix)
        ear = town.ear("groups" if room in (town.rooms[group] for group in GROUPS) else name)
        try:
            async with asyncio.timeout(ANSWERED_WITHIN):
                await ear.reads(room, f"{command} is number")
        except TimeoutError:
            message = f"{name} got no answer to {command} in {room}"
            raise AssertionError(message) from None

    # what leads to a step

    def _urge(self, step: str) -> None:
        match step:
            case "create" | "close":
                self._stories.open_next(OPENS[step])
            case "direct":
                self._town.begin(self._hear_first(next(self._newcomers)))
            case "invite":
                self._town.begin(self._visit(next(self._newcomers)))
            case "enter" | "reinvite":
                self._town.begin(self._move(next(self._unmoved)))
            case "card" | "seed" | "pin" | "edit" | "redact":
                self._town.begin(self._offer(next(self._offers)))

    async def _hear_first(self, name: str) -> None:
        """A timer rings for somebody who has no chat with the server."""
        await self._town.count(name, self._town.rooms[POWERLESS], later=True)
        await self._town.people[name].accept()

    async def _visit(self, name: str) -> None:
        """A newcomer comes into the hall; every other one goes again at once."""
        town = self._town
        stays = town.told.visitors[name] = len(town.told.visitors) % 2 == 1
        await town.say(name, POWERLESS, f"!swarm join {town.hall_name}")
        await town.people[name].insist(town.hall)
        if not stays:
            await town.people[name].leave(town.hall)

    async def _move(self, annex: Annex) -> None:
        """A room goes on as another one; where nobody may come in by themselves, its owner lets the server in."""
        town = self._town
        owner, *others = (town.people[name] for name in annex.people)
        async with annex.moving:
            before = annex.room
            async with town.steady:
                after = await owner.upgrade(before, "12")
            annex.room = town.told.moves[before] = after
            if not annex.open:
                await owner.invite(after, town.bot)
            await owner.sees_in(after, town.bot, *(other.id for other in others))

    async def _offer(self, number: int) -> None:
        """Two want the one thing, two click for each time, and one of them does so again."""
        town, offer = self._town, f"o{number:02}"
        where = (*GROUPS, "hall")[number % (len(GROUPS) + 1)]
        room = town.rooms.get(where, town.hall)
        ear = town.ear("groups" if where in GROUPS else CLICKERS[0])
        first, second, third = CLICKERS
        await town.people[first].say(room, f"!offer {offer}")
        card = (await ear.reads(room, f"offer {offer}"))["event_id"]
        *_others, last = await asyncio.gather(
            self._click(first, room, card, ONCE, offer),
            self._click(second, room, card, ONCE, offer),
            self._click(second, room, card, EACH, offer),
            self._click(third, room, card, EACH, offer),
        )
        await ear.reads(room, f"{offer}-each is number", times=2)
        while True:
            try:
                await town.people[third].redact(room, last)
                await self._click(third, room, card, EACH, offer)
                return
            except Refused:  # it stands there yet
                await asyncio.sleep(0.1)

    async def _click(self, name: str, room: str, card: str, button: str, offer: str) -> str:
        event = await self._town.people[name].react(room, card, button)
        self._town.told.clicks.append(Click(event=event, room=room, offer=offer, button=button, by=name))
        return event
