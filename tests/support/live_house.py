"""The real server in the test's own process: SQLite, console, demo cases, and people who say things."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from chatops.app import App
from chatops.core.clock import Clock
from chatops.core.message import Person
from chatops.settings import load
from console_network.model import Entry
from console_network.plugin import ConsoleNetwork
from migrated import migrated

T = TypeVar("T")

PEOPLE = ("agent-1", "expert-1", "lead-1", "manager-1", *(f"clerk-{n}" for n in range(1, 41)))

_ROLES = {"lead-1": "pod_lead", "manager-1": "manager", "expert-1": "expert"}

_PERSON = """
[[people]]
id = "{id}"
name = "{id}"
roles = ["{role}"]
identities = {{ console = "{id}", demo = "{id}" }}
"""

_SETTINGS = """
demo = true

[server]
port = 0

[people]
file = "people.toml"

[plugins]
enabled = {enabled}

[plugins.local_tickets]
name = "demo"
seed = "chatops.demo:company/tickets.toml"

[operator]
acts_as = "agent-1"

[engine]
flood_burst = 1000000

[log]
level = "error"
format = "text"
"""


def furnish(folder: Path, *plugins: str) -> Path:
    """Make a data folder with settings and people; return it."""
    data = folder / "data"
    data.mkdir(parents=True)
    enabled = ["console_network", "local_tickets", *plugins]
    (data / "chatops.toml").write_text(_SETTINGS.format(enabled=enabled))
    (data / "people.toml").write_text("".join(_PERSON.format(id=id_, role=_ROLES.get(id_, "agent")) for id_ in PEOPLE))
    migrated(data)
    return data


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, home: str) -> None:
    """Make a class known as a plugin, as an installed package would: `home` is `module:Class`."""
    metadata = folder / "site" / f"{name}-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[chatops.plugins]\n{name} = {home}\n")
    monkeypatch.syspath_prepend(str(folder / "site"))


class House:
    """The server. Make it outside of coroutines; `async with` it."""

    def __init__(self, data: Path, *, clock: Clock | None = None, listen: bool = False) -> None:
        self.data = data
        self.app = App.prepare(load(data / "chatops.toml"), data, listen=listen, clock=clock)
        plugin = self.app.registry.plugins["console_network"]
        if not isinstance(plugin, ConsoleNetwork):
            raise TypeError(plugin)
        self.console = plugin
        self._records = self.app.database.records("console_network")

    async def __aenter__(self) -> House:
        await self.app.start()
        await self.console.network.ready()
        for person in PEOPLE:
            await self.console.network.direct(person)
        return self

    async def __aexit__(self, *_told: object) -> None:
        await self.app.stop()

    def person(self, id_: str) -> Person:
        """Return somebody."""
        found = self.app.directory.by_id(id_)
        if found is None:
            raise LookupError(id_)
        return found

    async def say(self, who: str, text: str, *, room: str = "") -> Entry:
        """Let somebody say something, by default in their direct chat."""
        return await self.console.acts.say(self.person(who), room or f"d-{who}", text)

    async def answers(self, room: str) -> list[str]:
        """Return what the server said in a room, oldest first."""
        found = await self._records.find("entry", newest=True, limit=10_000, room=room)
        bodies = sorted((record.body for record in found if record.body.get("said")), key=lambda body: body["seq"])
        return [body["said"]["plain"] for body in bodies]

    async def everything_said(self) -> list[str]:
        """Return everything the server said anywhere."""
        found = await self._records.find("entry", limit=100_000)
        return [record.body["said"]["plain"] for record in found if record.body.get("said")]

    async def answer(self, room: str, number: int = 1) -> str:
        """Return the server's newest words in a room, once it has said `number` things there."""
        found = await until(lambda: self._said(room, number))
        return found[-1]

    async def quiet(self) -> None:
        """Return once nothing waits and nothing runs."""
        calm = 0
        while calm < 3:
            depths = await self.app.store.depths()
            waiting = await self._records.find("happening", limit=1)
            idle = self.app.engine.quiet and not (depths.inbox or depths.outbox or waiting)
            calm = calm + 1 if idle else 0
            await asyncio.sleep(0.01)

    async def _said(self, room: str, number: int) -> list[str]:
        said = await self.answers(room)
        return said if len(said) >= number else []


async def until(look: Callable[[], Awaitable[T]]) -> T:
    """Return what `look` finds, once it finds something. The test's timeout is the limit."""
    while not (found := await look()):  # noqa: ASYNC110 - the console rings for browsers only
        await asyncio.sleep(0.01)
    return found
