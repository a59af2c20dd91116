"""People at Matrix clients whose homeserver is killed now and then: they try again, and miss nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

import aiohttp

from matrix_people import MatrixPerson, Raw, Refused

T = TypeVar("T")

PAUSE = 0.2
"""Seconds before a request is tried again, and between looks at what is new."""


class Patient(MatrixPerson):
    """Repeats a request, with the same transaction id, until it is answered."""

    async def call(self, method: str, path: str, body: object = None, *, query: dict[str, str] | None = None) -> Raw:
        """One request. Raise Refused, but not for what is the homeserver's own trouble."""
        while True:
            try:
                return await super().call(method, path, body, query=query)
            except (aiohttp.ClientError, TimeoutError, OSError):
                pass
            except Refused as refused:
                if refused.status < 500:
                    raise
            await asyncio.sleep(PAUSE)

    async def insist(self, room: str) -> None:
        """Join as soon as that is possible."""
        while True:
            try:
                await self.join(room)
                return
            except Refused:
                await asyncio.sleep(PAUSE)

    async def accept(self) -> None:
        """Accept the first invitation that comes."""
        while True:
            rooms = (await self.call("GET", "/sync", query={"timeout": "0"})).get("rooms", {})
            for room in rooms.get("invite", {}):
                await self.insist(room)
                return
            await asyncio.sleep(PAUSE)

    async def sees_in(self, room: str, *users: str) -> None:
        """Wait until all of them are in a room."""
        there: set[str] = set()
        while not there.issuperset(users):
            await asyncio.sleep(PAUSE)
            there = {user for user, how in (await self.members(room)).items() if how == "join"}


class Ear:
    """What a person's client shows: rooms with their events, oldest first. It accepts every invitation."""

    def __init__(self, person: Patient, bot: str, *, only: Sequence[str] = (), never: Sequence[str] = ()) -> None:
        self.person = person
        self._bot = bot
        self.rooms: dict[str, list[Raw]] = {}
        self._only, self._never = list(only), list(never)
        self._changed = asyncio.Event()

    def ignore(self, room: str) -> None:
        """Hear nothing of a room from now on."""
        self._never.append(room)

    def _filter(self) -> str:
        nothing = {"not_types": ["*"]}
        rooms: Raw = {"not_rooms": self._never, "timeline": {"limit": 100}, "ephemeral": nothing}
        if self._only:
            rooms["rooms"] = self._only
        return json.dumps({"presence": nothing, "account_data": nothing, "room": rooms})

    async def listen(self) -> None:
        """Listen until cancelled."""
        query = {"timeout": "0"}
        while True:
            answer = await self.person.call("GET", "/sync", query={"filter": self._filter(), **query})
            rooms = answer.get("rooms", {})
            for room in rooms.get("invite", {}):
                with suppress(Refused):
                    await self.person.join(room)
            for room, told in rooms.get("join", {}).items():
                if told["timeline"]["limited"]:
                    self.rooms[room] = await self.person.messages(room)
                else:
                    known = self.rooms.setdefault(room, [])
                    known += told["state"]["events"] + told["timeline"]["events"]
            self._changed.set()
            self._changed = asyncio.Event()
            await asyncio.sleep(PAUSE)  # one look at many events costs the homeserver less than many looks
            query = {"since": answer["next_batch"], "timeout": "20000"}

    async def until(self, look: Callable[[], T | None]) -> T:
        """Return what `look` finds, as soon as it finds something."""
        while True:
            changed = self._changed
            found = look()
            if found:
                return found
            await changed.wait()

    async def room(self, name: str) -> str:
        """Return the room whose name ends so."""

        def look() -> str | None:
            for room, events in self.rooms.items():
                if any(event["type"] == "m.room.name" and event["content"]["name"].endswith(name) for event in events):
                    return room
            return None

        return await self.until(look)

    async def reads(self, room: str, part: str, *, times: int = 1) -> Raw:
        """Return the newest message of the server in a room that has `part` in it, once there are so many."""

        def look() -> Raw | None:
            said = (event for event in self.rooms.get(room, ()) if event["sender"] == self._bot)
            found = [event for event in said if part in body_of(event)]
            return found[-1] if len(found) >= times else None

        return await self.until(look)


def body_of(event: Raw) -> str:
    """Return a message's text."""
    return str(event["content"].get("body", ""))
