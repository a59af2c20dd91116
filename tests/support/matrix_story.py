"""People at Matrix clients in a story: what each of them sees, in words, with edits and reactions applied.

A client of a few lines: it syncs, keeps what it is told, and knows nothing of our code.
"""

from __future__ import annotations

import asyncio
import html
import json
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

import aiohttp

from matrix_people import MatrixPerson, Person, Raw
from matrix_running import MatrixServer, matrix_running
from synapse_server import Login, Synapse

WITHIN = 15.0
"""Seconds until what must be seen is seen."""

COMPANY = {"grace": "agent-1", "tobias": "expert-5", "katrin": "lead-1"}
"""An English agent, who owns cases; a German expert for webhooks; her pod's lead, German as well."""

_SYNC = json.dumps({"presence": {"not_types": ["*"]}, "room": {"timeline": {"limit": 1000}}})


@dataclass
class Heard:
    """A message as a client shows it now."""

    id: str
    sender: str
    kind: str
    text: str
    html: str
    mentions: tuple[str, ...]
    """Whom it makes a sound at."""
    thread: str | None = None
    edited: bool = False
    reactions: dict[str, set[str]] = field(default_factory=dict)
    """Emoji → who."""

    @property
    def buttons(self) -> dict[str, str]:
        """What can be clicked: label → emoji, as the text explains them."""
        rows = (line.partition(" ") for line in self.text.splitlines())
        found = ((mark, re.sub(r": `.*`$", "", rest).strip("`")) for mark, _space, rest in rows)
        return {label: mark for mark, label in found if mark in self.reactions}


@dataclass
class Seen:
    """A room as one client knows it."""

    id: str
    name: str = ""
    topic: str = ""
    pinned: tuple[str, ...] = ()
    members: dict[str, str] = field(default_factory=dict)
    levels: Raw = field(default_factory=dict)
    replaced_by: str = ""
    messages: dict[str, Heard] = field(default_factory=dict)
    """By event id, oldest first."""
    joined: bool = True
    direct: bool = False
    parts: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """Reactions by event id: message, emoji, who."""

    def shown(self, title: str) -> str:
        """Return the newest message that begins so, or nothing."""
        return next((one.text for one in reversed(self.messages.values()) if one.text.startswith(title)), "")

    def text(self) -> str:
        """Everything that stands there."""
        return "\n".join(heard.text for heard in self.messages.values())


class Seat:
    """Somebody at their client."""

    def __init__(self, person: MatrixPerson) -> None:
        self.person = person
        self.rooms: dict[str, Seen] = {}
        self.invited: dict[str, Seen] = {}
        self._changed = asyncio.Event()

    @property
    def id(self) -> str:
        """The whole user id."""
        return self.person.id

    async def run(self) -> None:
        """Sync until cancelled."""
        query = {"filter": _SYNC, "timeout": "0"}
        while True:
            answer = await self.person.call("GET", "/sync", query=query)
            query |= {"since": answer["next_batch"], "timeout": "20000"}
            self._take(answer.get("rooms", {}))
            self._changed.set()

    async def until(self, true: Callable[[], Any], what: str) -> Any:
        """Return what `true` finds, as soon as it finds it."""
        try:
            async with asyncio.timeout(WITHIN):
                while not (found := true()):
                    self._changed.clear()
                    await self._changed.wait()
                return found
        except TimeoutError:
            message = f"{self.id} has not seen {what}:\n{self.everything()}"
            raise AssertionError(message) from None

    async def comes_into(self, name: str) -> str:
        """Accept the invitation into the room of that name (or part of it); return the room."""

        def wanted() -> Seen | None:
            return next((seen for seen in self.invited.values() if name in seen.name), None)

        seen = await self.until(wanted, f"an invitation into {name}")
        await self.person.join(seen.id)
        await self.until(lambda: seen.id in self.rooms, f"the room {name}")
        return str(seen.id)

    async def chat(self, bot: str) -> str:
        """Return the direct chat the server has made with us; the invitation is accepted."""

        def known() -> str | None:
            return next((seen.id for seen in self.rooms.values() if seen.direct and bot in seen.members), None)

        def wanted() -> str | None:
            return known() or next((seen.id for seen in self.invited.values() if seen.direct), None)

        room: str = await self.until(wanted, "a direct chat")
        if room not in self.rooms:
            await self.person.join(room)
            await self.until(lambda: room in self.rooms, "the direct chat")
            self.rooms[room].direct = True
        return room

    async def reads(self, room: str, *words: str, after: str = "") -> Heard:
        """Return the newest message of the room that has all these words; `after`: only behind that message."""

        def wanted() -> Heard | None:
            shown = list(self.rooms[room].messages.values()) if room in self.rooms else []
            if after:
                ids = [heard.id for heard in shown]
                shown = shown[ids.index(after) + 1 :] if after in ids else []
            return next((heard for heard in reversed(shown) if all(word in heard.text for word in words)), None)

        heard: Heard = await self.until(wanted, f"{words} in {room}")
        return heard

    async def says(self, room: str, text: str, **more: Any) -> str:
        """Say something; return its event id."""
        return await self.person.say(room, text, **more)

    async def asks(self, room: str, text: str, *words: str, **more: Any) -> Heard:
        """Say something and return the answer that has these words."""
        return await self.reads(room, *words, after=await self.says(room, text, **more))

    async def hears_nothing(self, room: str, *more: str, meanwhile: str) -> None:
        """Make sure that all said so far has been let pass: what is asked now is answered, and before it nothing is."""
        known = set(self.rooms[room].messages)
        await self.asks(room, meanwhile, *more)
        fresh = [heard for id_, heard in self.rooms[room].messages.items() if id_ not in known]
        answers = [heard.text for heard in fresh if _local(heard.sender) == "chatops"]
        assert len(answers) == 1, answers

    async def sees(self, room: str, true: Callable[[Seen], Any], what: str) -> Any:
        """Return what is true of a room, once it is."""
        return await self.until(lambda: room in self.rooms and true(self.rooms[room]), what)

    async def presses(self, room: str, heard: Heard, label: str) -> str:
        """Click the reaction that stands for a button, once it is there."""
        mark: str = await self.until(lambda: heard.buttons.get(label), f"a reaction for {label} under {heard.text}")
        return await self.person.react(room, heard.id, mark)

    def everything(self) -> str:
        """All this client shows, room by room."""
        return "\n\n".join(self.transcript(room) for room in self.rooms)

    def transcript(self, room: str) -> str:
        """What stands in a room, for people who read tests."""
        seen = self.rooms[room]
        members = ", ".join(f"{_local(who)} {how}" for who, how in seen.members.items())
        rows = [f"=== {_local(self.id)} reads {seen.name or room} · {seen.topic} · {members}"]
        for heard in seen.messages.values():
            signs = (
                "📌" if heard.id in seen.pinned else "",
                "(edited)" if heard.edited else "",
                "(in a thread)" if heard.thread else "",
                "".join(f" 🔔{_local(who)}" for who in heard.mentions),
            )
            rows.append(f"<{_local(heard.sender)}> {' '.join(sign for sign in signs if sign)}".rstrip())
            rows += [f"    {line}" for line in heard.text.splitlines()]
            if heard.reactions:
                told = (f"{mark} {', '.join(sorted(map(_local, who)))}" for mark, who in heard.reactions.items())
                rows.append(f"    [{'] ['.join(told)}]")
        return "\n".join(rows)

    # what a sync tells

    def _take(self, rooms: Raw) -> None:
        for room, told in rooms.get("invite", {}).items():
            seen = self.invited.setdefault(room, Seen(id=room))
            for event in told["invite_state"]["events"]:
                if event["type"] == "m.room.member" and event["state_key"] == self.id:
                    seen.direct = bool(event["content"].get("is_direct"))
                self._state(seen, event)
        for room, told in rooms.get("join", {}).items():
            was = self.invited.pop(room, None)
            seen = self.rooms.setdefault(room, Seen(id=room, direct=was.direct if was else False))
            seen.joined = True
            self._room(seen, told)
        for room, told in rooms.get("leave", {}).items():
            self.invited.pop(room, None)
            seen = self.rooms.setdefault(room, Seen(id=room))
            seen.joined = False
            self._room(seen, told)

    def _room(self, seen: Seen, told: Raw) -> None:
        for event in told.get("state", {}).get("events", []):
            self._state(seen, event)
        for event in told.get("timeline", {}).get("events", []):
            if "state_key" in event:
                self._state(seen, event)
            elif event["type"] == "m.room.redaction":
                self._redacted(seen, event)
            else:
                self._said(seen, event)

    def _state(self, seen: Seen, event: Raw) -> None:
        content = event["content"]
        match event["type"]:
            case "m.room.name":
                seen.name = content.get("name", "")
            case "m.room.topic":
                seen.topic = content.get("topic", "")
            case "m.room.pinned_events":
                seen.pinned = tuple(content.get("pinned", ()))
            case "m.room.member":
                seen.members[event["state_key"]] = content["membership"]
            case "m.room.power_levels":
                seen.levels = content
            case "m.room.tombstone":
                seen.replaced_by = content.get("replacement_room", "")

    def _said(self, seen: Seen, event: Raw) -> None:
        content = event["content"]
        relation = content.get("m.relates_to", {})
        if event["type"] == "m.reaction" and relation:
            target, mark = relation["event_id"], relation["key"]
            seen.parts[event["event_id"]] = (target, mark, event["sender"])
            if target in seen.messages:
                seen.messages[target].reactions.setdefault(mark, set()).add(event["sender"])
        elif relation.get("rel_type") == "m.replace":
            if (before := seen.messages.get(relation["event_id"])) and before.sender == event["sender"]:
                after = _heard(event, content["m.new_content"])
                before.text, before.html, before.edited = after.text, after.html, True
                before.mentions = (*before.mentions, *content.get("m.mentions", {}).get("user_ids", ()))
        elif content and event["type"] in {"m.room.message", "m.room.encrypted"}:
            heard = _heard(event, content)
            heard.thread = relation.get("event_id") if relation.get("rel_type") == "m.thread" else None
            seen.messages[heard.id] = heard

    def _redacted(self, seen: Seen, event: Raw) -> None:
        gone = event.get("redacts") or event["content"]["redacts"]
        seen.messages.pop(gone, None)
        if gone in seen.parts:
            target, mark, who = seen.parts.pop(gone)
            if heard := seen.messages.get(target):
                heard.reactions.get(mark, set()).discard(who)
                if not heard.reactions.get(mark):
                    heard.reactions.pop(mark, None)


def _heard(event: Raw, content: Raw) -> Heard:
    return Heard(
        id=event["event_id"],
        sender=event["sender"],
        kind=str(content.get("msgtype", event["type"])),
        text=content.get("body", ""),
        html=content.get("formatted_body", ""),
        mentions=tuple(content.get("m.mentions", {}).get("user_ids", ())),
    )


class House:
    """The server, and the three of them in one room."""

    def __init__(self, server: MatrixServer, bot: Login, seats: dict[str, Seat], lobby: str) -> None:
        self.server = server
        self.bot = bot.user
        self.lobby = lobby
        self.seats = seats
        self.grace, self.tobias, self.katrin = (seats[name] for name in COMPANY)

    async def case(self, number: str) -> str:
        """Return the words of a case's page: what stands on the ticket."""
        address = re.findall(r'"(http://127\.0\.0\.1:\d+)", "event": "serving"', self.server.said)[-1]
        async with (
            aiohttp.ClientSession() as http,
            http.get(f"{address}/tickets/demo/{number}", headers={"Accept-Language": "en"}) as response,
        ):
            page = await response.text()
        assert response.status == HTTPStatus.OK, page
        return html.unescape(re.sub(r"\s*<[^>]+>\s*", "\n", page))

    async def written(self, number: str, *words: str) -> str:
        """Return the words of a case's page, once all these are among them."""
        give_up = time.monotonic() + WITHIN
        page = await self.case(number)
        while not all(word in page for word in words):
            assert time.monotonic() < give_up, page
            await asyncio.sleep(0.05)
            page = await self.case(number)
        return page

    async def swarm(self, *helpers: Seat, words: str = "!swarm open demo:1001 refund loops") -> str:
        """Let Grace open a swarm in the lobby, and these people come in by its card; return its room."""
        opened = await self.grace.asks(self.lobby, words, "is open")
        room = await self.grace.comes_into("SW-")
        for one in helpers:
            await one.presses(self.lobby, await one.reads(self.lobby, opened.text.splitlines()[0]), "Join")
            await one.comes_into("SW-")
        return room

    def print(self) -> None:
        """Show all conversations; for writing stories."""
        for seat in self.seats.values():
            print(seat.everything(), end="\n\n")  # noqa: T201 - asked for by whoever writes a story


@asynccontextmanager
async def house(
    folder: Path, person: Person, bot: Login, *, on: Synapse | None = None, engine: str = ""
) -> AsyncIterator[House]:
    """Run the server for Grace, Tobias and Katrin, all in a room called Support, until the block ends."""
    people = {name: await person(name, on=on) for name in COMPANY}
    known = {COMPANY[name]: who for name, who in people.items()}
    seats = {name: Seat(who) for name, who in people.items()}
    async with matrix_running(folder, bot, known, engine=engine) as server:
        lobby = await server.room(*people.values())
        syncing = [asyncio.create_task(seat.run(), name=f"{name} syncs") for name, seat in seats.items()]
        try:
            for seat in seats.values():
                await seat.until(partial(seat.rooms.get, lobby), "the lobby")
            yield House(server, bot, seats, lobby)
        finally:
            for task in syncing:
                task.cancel()
            await asyncio.gather(*syncing, return_exceptions=True)


def _local(user: str) -> str:
    return re.sub(r"-[0-9a-f]{8}$", "", user.removeprefix("@").partition(":")[0])
