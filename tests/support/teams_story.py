"""Three people of the demo company at Teams in a story, with the whole server behind the simulator."""

from __future__ import annotations

import asyncio
import html
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import TypeVar

import aiohttp

from teams_cards import cards, elements, pressables
from teams_delivery import Delivery
from teams_house import TeamsHouse, furnish
from teams_people import Sight, TeamsPerson, hired
from teams_simulator import TeamsSimulator
from teams_world import Conversation, Team

COMPANY = {
    "grace": ("agent-1", "Grace Whitfield", "en-GB"),
    "tobias": ("expert-5", "Tobias Rösler", "de-DE"),
    "katrin": ("lead-1", "Katrin Vogel", "de-DE"),
}
"""An English agent, who owns cases; a German expert for webhooks; her pod's lead, German as well."""

WITHIN = 15.0
"""Seconds until what must happen has happened."""

Found = TypeVar("Found")


class House:
    """The server, the three of them, and the channel they are all in."""

    def __init__(self, server: TeamsHouse, people: Mapping[str, TeamsPerson], team: Team, lobby: Conversation) -> None:
        self.server = server
        self.simulator = server.simulator
        self.people = people
        self.team = team
        self.lobby = lobby
        self.grace, self.tobias, self.katrin = (people[name] for name in COMPANY)

    def chats(self, name: str) -> list[Conversation]:
        """Return the group chats with that in their name."""
        everywhere = self.simulator.world.conversations.values()
        return [one for one in everywhere if one.type == "groupChat" and name in one.name]

    async def room(self, name: str) -> Conversation:
        """Return the one group chat with that in its name, once it is there."""
        (found,) = await until(lambda: self.chats(name), f"a group chat {name}")
        return found

    async def swarm(
        self, *helpers: TeamsPerson, words: str = "swarm open demo:1001 refund loops"
    ) -> tuple[Sight, Conversation]:
        """Let Grace open a swarm in the channel, and these people come in by its card; return the card and the room."""
        await self.grace.says(words, self.lobby, to_bot=True)
        opened = await self.grace.sees("is open", self.lobby)
        room = await self.room("SW-")
        await self.grace.sees("SW-", room)  # The app is in the room once it has spoken there.
        for one in helpers:
            await clicks(one, "Join", opened, self.lobby)
            await comes_in(one, room)
        return opened, room

    async def case(self, number: str, *words: str) -> str:
        """Return the words of a case's page, what stands on the ticket, once all these are among them."""
        address = re.findall(r'"(http://127\.0\.0\.1:\d+)", "event": "serving"', self.server.said)[-1]
        give_up = time.monotonic() + WITHIN
        async with aiohttp.ClientSession() as http:
            while True:
                asked = http.get(f"{address}/tickets/demo/{number}", headers={"Accept-Language": "en"})
                async with asked as response:
                    page = await response.text()
                assert response.status == HTTPStatus.OK, page
                text = html.unescape(re.sub(r"\s*<[^>]+>\s*", "\n", page))
                if all(word in text for word in words):
                    return text
                assert time.monotonic() < give_up, text
                await asyncio.sleep(0.05)

    async def again(self, *, kill: bool) -> None:
        """Start the server anew, after a power cut or in peace."""
        await asyncio.to_thread(self.server.kill if kill else self.server.stop)
        await asyncio.to_thread(self.server.start)

    def print(self) -> None:
        """Show all conversations; for writing stories."""
        for one in self.simulator.world.conversations.values():
            print(transcript(self, one), end="\n\n")  # noqa: T201 - asked for by whoever writes a story


@asynccontextmanager
async def house(
    folder: Path,
    simulator: TeamsSimulator,
    *,
    outside: Sequence[str] = (),
    without_app: Sequence[str] = (),
    teams: Callable[[Team], Mapping[str, object]] = lambda _team: {},
) -> AsyncIterator[House]:
    """Run the server for Grace, Tobias and Katrin until the block ends.

    All but those `outside` are in a team's channel called Support, and all but those `without_app` have the app. `teams`
    gives further settings of the plugin, for that team.
    """
    people = {
        name: hired(simulator, full, locale=locale, zone="Europe/Berlin")[0]
        for name, (_id, full, locale) in COMPANY.items()
    }
    users = [one.user for name, one in people.items() if name not in outside]
    team = simulator.world.team("Payments", users)
    known = {COMPANY[name][0]: one for name, one in people.items()}
    async with served(folder, simulator, known, teams(team)) as server:
        for name, one in people.items():
            if name not in without_app:
                await one.gets_the_app()
        await simulator.people.install(team, users[0])
        yield House(server, people, team, simulator.world.channel(team, "Support"))


@asynccontextmanager
async def served(
    folder: Path, simulator: TeamsSimulator, people: Mapping[str, TeamsPerson], teams: Mapping[str, object]
) -> AsyncIterator[TeamsHouse]:
    """Run a server that knows these people, none of whom has the app yet."""
    server = TeamsHouse(folder, simulator)
    await asyncio.to_thread(furnish, folder, simulator, people, teams=teams)
    await asyncio.to_thread(server.start)
    try:
        yield server
    finally:
        await asyncio.to_thread(server.stop)


async def clicks(
    who: TeamsPerson, label: str, on: str | Sight, where: Conversation | None = None, **fields: str
) -> Delivery:
    """Click what these words stand on, under the newest message with those words or one that was read.

    Where that opens a form, it is sent with these fields.
    """
    sight = await who.sees(on, where) if isinstance(on, str) else on
    return await who.presses(reference(who, label, sight, where), sight.id, where, fields)


def reference(who: TeamsPerson, label: str, sight: Sight, where: Conversation | None = None) -> str:
    """Return what the button with these words carries, or the form behind it. Raise LookupError."""
    post = (where or who.personal).post(sight.id)
    shown = [post.shown[who.user.id]] if who.user.id in post.shown else cards(post.activity)
    for card in shown:
        for one in elements(card):
            if label in str(one.get("title", "")) and str(one.get("type")).startswith("Action."):
                (pressable,) = pressables({"actions": [one]})
                return str(pressable.data["ref"])
    message = f"nothing says {label!r} under {sight}"
    raise LookupError(message)


async def sends(who: TeamsPerson, ref: str, on: Sight, where: Conversation | None = None) -> Delivery:
    """Send a click with a reference, whatever stands under the message: what a client that is behind, or a liar, does.

    While the server is not there, Teams says so, and they click again.
    """
    place = where or who.personal
    acts = who.simulator.people
    value = {"action": {"type": "Action.Execute", "verb": "press", "data": {"ref": ref}}, "trigger": "manual"}
    give_up = time.monotonic() + WITHIN
    while True:
        delivery = await acts.invoke(who.user, place, "adaptiveCard/action", value, post=place.post(on.id))
        if delivery.taken or time.monotonic() > give_up:
            return delivery
        await asyncio.sleep(0.05)


def answer(delivery: Delivery) -> str:
    """Return what a click is answered with at once: its words, or the title and text of the card in its place."""
    told = delivery.answer or {}
    value = told.get("value", "")
    return value if isinstance(value, str) else str(value.get("fallbackText", value))


async def comes_in(who: TeamsPerson, room: Conversation) -> None:
    """Return once somebody is in a room."""
    await until(lambda: who.user in room.people, f"{who.user.name} in {room.name}")


async def until(look: Callable[[], Found], what: str) -> Found:
    """Return what `look` finds, as soon as it finds it."""
    give_up = time.monotonic() + WITHIN
    while not (found := look()):
        assert time.monotonic() < give_up, f"there is not {what}"
        await asyncio.sleep(0.02)
    return found


def transcript(home: House, where: Conversation) -> str:
    """What stands in a conversation, for people who read tests."""
    simulator = home.simulator
    names = {user.id: user.name for user in simulator.world.users.values()}
    reader = TeamsPerson(simulator, where.people[0])
    rows = [f"=== {where.type} {where.name} · {', '.join(user.name for user in where.people)}"]
    for sight in reader.reads(where):
        post = where.posts[sight.id]
        marks = [
            "(edited)" if post.edits else "",
            f"(in thread {post.root})" if post.root not in {"", post.id} else "",
            *(f"🔔{one['mentioned']['name']}" for one in post.activity.get("entities", ()) if one["type"] == "mention"),
        ]
        who = names.get(post.sender, "the bot")
        rows.append(f"<{who}> {' '.join(mark for mark in marks if mark)}")
        rows += [f"    {line}" for line in sight.text.splitlines()]
        if sight.buttons:
            rows.append(f"    [{'] ['.join(sight.buttons)}]")
    return "\n".join(rows)
