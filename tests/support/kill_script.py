"""What people say to a server that is killed again and again. Everything said has a key: saying it again is harmless."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from chatops.app import App
from chatops.errors import Refusal
from console_network.acts import Acts
from console_network.plugin import ConsoleNetwork
from kill_company import CASES, CONVERSATIONS, OWNERS, PEOPLE, ROOMS

AGAIN = 5
"""Commands said again after a restart, though they had been said."""

BREATH = 10
"""Commands said before the server gets a moment to answer them."""

PAUSE = 0.03
"""Seconds between looks at the console."""


def words(conversation: int, turn: int) -> str:
    """Return what is said in a conversation."""
    name = f"c{conversation:03}-{turn:03}"
    return f"count {name} later" if (conversation + turn) % 5 == 0 else f"count {name}"


def spoken(count: int) -> list[tuple[int, int]]:
    """Return (conversation, turn) of the first `count` commands."""
    return [(n % CONVERSATIONS, n // CONVERSATIONS) for n in range(count)]


def place(conversation: int, turn: int) -> tuple[str, str]:
    """Return who speaks, and in which room."""
    if conversation < len(ROOMS):
        return PEOPLE[(conversation * 97 + turn) % len(PEOPLE)], ROOMS[conversation]
    person = PEOPLE[conversation - len(ROOMS)]
    return person, f"d-{person}"


class Script:
    """Says it. `stories`: how many swarms are played; `begun`: how many of them by now."""

    def __init__(self, app: App, progress: Path, *, stories: int, begun: int) -> None:
        plugin = app.registry.plugins["console_network"]
        if not isinstance(plugin, ConsoleNetwork):
            raise TypeError(plugin)
        self._app = app
        self._plugin = plugin
        self._acts: Acts = plugin.acts
        self._records = app.database.records("console_network")
        self._progress = os.open(progress, os.O_RDWR | os.O_CREAT)
        self._said = int(os.pread(self._progress, 20, 0) or 0)
        self._cases = CASES[:stories]
        self._begun = begun
        self._stories: dict[str, asyncio.Task[None]] = {}

    async def begin(self) -> None:
        """Give everybody their direct chat."""
        await self._plugin.network.ready()
        for person in PEOPLE:
            await self._plugin.network.direct(person)

    async def forever(self) -> None:
        """Say one command after another."""
        number = max(0, self._said - AGAIN)
        while True:
            self._tell(self._begun)
            for n in range(number, number + BREATH):
                await self._count(n)
            number += BREATH
            for story in self._stories.values():
                if story.done():
                    story.result()
            await asyncio.sleep(PAUSE)

    async def finish(self, at_least: int) -> None:
        """Say what may have been cut off, and everything up to `at_least`; play all stories to their end."""
        for n in range(max(0, self._said - AGAIN), max(self._said + 1, at_least)):
            await self._count(n)
        self._tell(len(self._cases))
        await asyncio.gather(*self._stories.values())

    async def _count(self, n: int) -> None:
        conversation, turn = n % CONVERSATIONS, n // CONVERSATIONS
        person, room = place(conversation, turn)
        await self._say(person, room, words(conversation, turn), f"{conversation}-{turn}")
        if n >= self._said:
            self._said = n + 1
            os.pwrite(self._progress, str(self._said).encode(), 0)

    async def _say(self, person: str, room: str, text: str, once: str) -> None:
        known = self._app.directory.by_id(person)
        if known is None:
            raise LookupError(person)
        await self._acts.say(known, room, text if room.startswith("d-") else f"@chatops {text}", once=once)

    # stories

    def _tell(self, number: int) -> None:
        for case in self._cases[:number]:
            if case not in self._stories:
                self._stories[case] = asyncio.create_task(self._story(case))

    async def _story(self, case: str) -> None:
        """A swarm from its opening to an article, as three people play it."""
        owner, helper, friend = cast(case)
        room = self._room_of(case, owner)
        if room is not None and self._closed(owner, room):
            return
        await self._say(owner, "support", f"swarm open demo:{case} {title(case)}", f"{case}-open")
        room = await self._until(lambda: self._room_of(case, owner))
        name = self._acts.room(self._person(owner), room).title.split()[0]
        # People write in a room once they see its card; before that the server may not know yet what the room is for.
        await self._sought(lambda: self._written(room, f"{name} ·"))
        await self._say(owner, room, f"swarm invite {helper} you know it", f"{case}-invite")
        entry, ref = await self._sought(lambda: self._button(helper, f"swarm accept {name}", f"{case}-accept"))
        if entry:
            await self._acts.press(self._person(helper), entry, ref, {}, once=f"{case}-accept")
        await self._say(friend, f"d-{friend}", f"swarm join {name}", f"{case}-join")
        await self._until(lambda: self._inside(room, helper, friend))
        await self._say(helper, room, "swarm question which provider is it?", f"{case}-question")
        await self._say(friend, room, "swarm answer Q1 the new one", f"{case}-answer")
        await self._sought(lambda: self._written(room, "the new one"))
        await self._say(helper, room, "swarm solution release the lock", f"{case}-solution")
        await self._sought(lambda: self._written(room, "proposes a solution"))
        done = f'swarm done "released the lock" article=new because="{title(case)} article"'
        await self._say(owner, room, done, f"{case}-done")
        await self._until(lambda: self._closed(owner, room))

    def _person(self, id_: str) -> Any:
        return self._app.directory.by_id(id_)

    def _room_of(self, case: str, owner: str) -> str | None:
        for number in range(1, 100):
            try:
                room = self._acts.room(self._person(owner), f"r{number}")
            except Refusal:
                continue
            if room.title.endswith(title(case)):
                return room.id
        return None

    def _closed(self, owner: str, room: str) -> bool:
        return self._acts.room(self._person(owner), room).archived

    def _inside(self, room: str, *people: str) -> bool:
        return set(people) <= set(self._acts.room(self._person(people[0]), room).members)

    async def _button(self, person: str, command: str, once: str) -> tuple[str, str] | None:
        """Return entry and reference of a button; two empty words when it has been pressed already."""
        if await self._records.get("key", f"press:{person}:{once}") is not None:
            return "", ""
        async for body in self._entries(f"d-{person}"):
            for button in (body.get("said") or {}).get("buttons", ()):
                if button["command"] == command:
                    return body["id"], button["ref"]
        return None

    async def _written(self, room: str, part: str) -> bool:
        async for body in self._entries(room):
            if part in (body.get("said") or {}).get("plain", ""):
                return True
        return False

    async def _entries(self, room: str) -> AsyncIterator[dict[str, Any]]:
        for record in await self._records.find("entry", newest=True, limit=100, room=room):
            yield dict(record.body)

    async def _until(self, look: Callable[[], Any]) -> Any:
        while not (found := look()):  # noqa: ASYNC110 - the console rings for browsers only
            await asyncio.sleep(PAUSE)
        return found

    async def _sought(self, look: Callable[[], Awaitable[Any]]) -> Any:
        while not (found := await look()):  # noqa: ASYNC110 - as above
            await asyncio.sleep(PAUSE)
        return found


def title(case: str) -> str:
    """Return what a story is about."""
    return f"story-{case}"


def cast(case: str) -> Sequence[str]:
    """Return who owns the case, who helps, and who joins."""
    number = CASES.index(case)
    return OWNERS[case], f"expert-{number % 3 + 1}", f"clerk-{number:03}"
