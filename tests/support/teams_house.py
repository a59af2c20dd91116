"""The whole server connected to the simulator, with the demo company's people at Teams clients.

`teams_house` runs it in a process of its own, to be killed; `teams_at_home` in the test's, which starts within a second.
"""

from __future__ import annotations

import asyncio
import json
import re
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from chatops.app import App
from chatops.core.clock import Clock
from chatops.demo import COMPANY
from chatops.settings import load
from migrated import migrated
from running import CHATOPS, Ran, chatops, environment
from teams_people import NETWORK, TeamsPerson, hired
from teams_simulator import TeamsSimulator

_SETTINGS = """
demo = true

[server]
port = 0

[people]
file = "people.toml"
pods = "{pods}"

[plugins]
enabled = [{plugins}]

[plugins.local_tickets]
name = "demo"
seed = "chatops.demo:company/tickets.toml"

{teams}

[operator]
acts_as = "agent-1"

[engine]
{engine}

[log]
level = "info"
format = "json"
"""

PLUGINS = ("console_network", "local_tickets", "teams_network")

STARTS_WITHIN = 60.0
"""Seconds."""

PAUSE = 0.02


class TeamsHouse:
    """A server on the data folder `folder`, and what it said. Started again, it knows what it knew.

    Wherever it serves, the simulator brings there what happens.
    """

    def __init__(self, folder: Path, simulator: TeamsSimulator) -> None:
        self.folder = folder
        self.simulator = simulator
        self._log = folder / "said.jsonl"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id. Raise AssertionError when it does not run."""
        assert self._process is not None
        return self._process.pid

    @property
    def said(self) -> str:
        """Everything it has logged so far, over all its lives."""
        return self._log.read_text(encoding="utf-8") if self._log.exists() else ""

    def start(self) -> str:
        """Start it and return its address, once it serves."""
        before = len(self.said)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*CHATOPS, "run"], env=environment(self.folder), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        deadline = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < deadline and self._process.poll() is None:
            if match := re.search(r'"(http://127\.0\.0\.1:\d+)", "event": "serving"', self.said[before:]):
                self.simulator.bot.endpoint = f"{match[1]}/api/messages"
                return match[1]
            time.sleep(PAUSE)
        message = f"the server did not start: {self.said[before:]}"
        raise AssertionError(message)

    def kill(self) -> None:
        """End it as a power cut would. Harmless when it does not run."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Let it drain and end. Harmless when it does not run."""
        self._end(signal.SIGTERM)

    def do(self, *words: str, person: str = "") -> Ran:
        """Run one command by the command line, answered as JSON."""
        return chatops("do", "--json", *(("--as", person) if person else ()), *words, folder=self.folder)

    def run(self, *words: str) -> Ran:
        """Run the command line on its folder."""
        return chatops(*words, folder=self.folder)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


def furnish(
    folder: Path,
    simulator: TeamsSimulator,
    people: Mapping[str, TeamsPerson],
    *,
    plugins: Sequence[str] = (),
    engine: str = "",
    teams: Mapping[str, object] | None = None,
) -> None:
    """Make a data folder. `people`: who of the demo company (`agent-1`) is who at Teams; `teams`: more settings of it."""
    folder.mkdir(parents=True, exist_ok=True)
    secret = folder / "teams-secret"
    secret.write_text(simulator.secret, encoding="utf-8")
    secret.chmod(0o600)
    settings = _SETTINGS.format(
        pods=COMPANY / "pods.toml",
        plugins=", ".join(f'"{name}"' for name in (*PLUGINS, *plugins)),
        teams=as_toml("plugins.teams_network", simulator.settings(client_secret_file=str(secret), **(teams or {}))),
        engine=engine,
    )
    (folder / "chatops.toml").write_text(settings, encoding="utf-8")
    (folder / "people.toml").write_text(_company(people), encoding="utf-8")
    migrated(folder)


@asynccontextmanager
async def teams_at_home(
    folder: Path,
    simulator: TeamsSimulator,
    people: Mapping[str, TeamsPerson],
    *,
    clock: Clock | None = None,
    engine: str = "",
    teams: Mapping[str, object] | None = None,
) -> AsyncIterator[App]:
    """Run a server in this process until the block ends. All of `people` have the app.

    The folder may be one that was used before: then the server knows what it knew.
    """
    if not (folder / "chatops.toml").exists():
        await asyncio.to_thread(furnish, folder, simulator, people, engine=engine, teams=teams)
    settings = await asyncio.to_thread(load, folder / "chatops.toml")
    app = await asyncio.to_thread(App.prepare, settings, folder, clock=clock)
    await app.start()
    simulator.bot.endpoint = f"{app.url}/api/messages"
    try:
        for one in people.values():
            await one.gets_the_app()
        yield app
    finally:
        await app.stop()


@asynccontextmanager
async def teams_house(
    folder: Path,
    simulator: TeamsSimulator,
    people: Mapping[str, TeamsPerson],
    *,
    engine: str = "",
    teams: Mapping[str, object] | None = None,
) -> AsyncIterator[TeamsHouse]:
    """Run a server on a fresh folder until the block ends. All of `people` have the app."""
    house = TeamsHouse(folder, simulator)
    await asyncio.to_thread(furnish, folder, simulator, people, engine=engine, teams=teams)
    await asyncio.to_thread(house.start)
    try:
        for one in people.values():
            await one.gets_the_app()
        yield house
    finally:
        await asyncio.to_thread(house.stop)


def staff(simulator: TeamsSimulator, *ids: str) -> dict[str, TeamsPerson]:
    """Return people for those of the demo company, who are called there what they are called here."""
    return dict(zip(ids, hired(simulator, *(f"Teams {id}" for id in ids)), strict=True))


def as_toml(name: str, table: Mapping[str, Any]) -> str:
    """Return a table of settings, with the tables in it."""
    simple = {key: value for key, value in table.items() if not isinstance(value, Mapping)}
    lines = [f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in simple.items())]
    inner = [as_toml(f"{name}.{key}", value) for key, value in table.items() if isinstance(value, Mapping)]
    return "\n\n".join(["\n".join(lines), *inner])


def _company(people: Mapping[str, TeamsPerson]) -> str:
    """Return the demo company's people, with their Teams accounts."""
    company = (COMPANY / "people.toml").read_text(encoding="utf-8")
    for name, person in people.items():
        known = f'identities = {{ console = "{name}"'
        assert known in company, f"{name} is not in the demo company"
        tenant = person.identity.tenant
        account = f'{NETWORK} = {{ tenant = "{tenant}", id = "{person.identity.id}" }}'
        company = company.replace(known, f'identities = {{ {account}, console = "{name}"')
    return company
