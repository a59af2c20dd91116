"""The demo company on a simulated Microsoft Teams: everybody in it, a page to be them, and the chatops server among them.

    scripts/demo-teams [--port 8080] [--teams-port 8009]

Tokens are signed and judged as in production. The simulator keeps everything in memory, and so every start begins anew.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import signal
import sys
import tempfile
import threading
import tomllib
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from chatops.demo import COMPANY, FIRST_PERSON, SETTINGS, TRY
from chatops.errors import ChatopsError
from chatops.serving import serve
from chatops.settings import SETTINGS_NAME, Plugins, load
from chatops.settings_file import write
from teams_page_server import PageServer
from teams_simulator import TeamsSimulator
from teams_world import User

T = TypeVar("T")

WITHIN = 30.0
"""Seconds for anything that is asked of the simulator."""

AGAIN = 3.0
"""Seconds after which the connector brings again what was not taken; Teams waits longer."""


class DemoTeams:
    """The simulator with the company in it, in a thread of its own."""

    def __init__(self, people: Sequence[dict[str, Any]]) -> None:
        self.simulator = TeamsSimulator()
        self.simulator.deliveries.pause = AGAIN
        self.users = {person["handle"]: self._hire(person) for person in people}
        self._guests = {person["handle"] for person in people if "guest" in person["roles"]}
        self._page = PageServer(self.simulator)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="teams", daemon=True)

    @property
    def url(self) -> str:
        """Where the page is."""
        return self._page.url

    def start(self, port: int) -> None:
        """Serve. Raise OSError when the port is taken."""
        self._thread.start()
        self._wait(self.simulator.start())
        self._wait(self._page.start(port))

    def stop(self) -> None:
        """Stop. Harmless when it does not run."""
        if self._thread.is_alive():
            self._wait(self._page.stop())
            self._wait(self.simulator.stop())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(WITHIN)
        self._loop.close()

    def let_in(self, endpoint: str) -> None:
        """Give everybody the app, and put it into a team and a chat, while the server serves."""
        asyncio.run_coroutine_threadsafe(self._let_in(endpoint), self._loop)

    async def _let_in(self, endpoint: str) -> None:
        simulator, world = self.simulator, self.simulator.world
        simulator.bot.endpoint = endpoint
        staff = [user for handle, user in self.users.items() if handle not in self._guests]
        first = staff[0]
        team = world.team("Brightwater Support", staff)
        support = world.channel(team, "Refunds")
        chat = world.group_chat([user for user in staff if user.name in {"Grace Whitfield", "Daniel Okafor"}])
        chat.name = "Grace and Daniel"
        await simulator.people.install(team, first)
        await simulator.people.install(chat, first)
        for user in self.users.values():
            await simulator.people.install(world.personal(user, simulator.bot), user)
        await simulator.people.say(first, support, "Good morning! Whoever sees a refund loop: tell it here.")

    def _hire(self, person: dict[str, Any]) -> User:
        locale = {"de": "de-DE", "nl": "nl-NL"}.get(person["locale"], "en-US")
        user = self.simulator.world.user(person["name"], locale=locale, zone=person["zone"])
        user.upn = person["email"]
        user.type = "Guest" if "guest" in person["roles"] else "Member"
        return user

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(WITHIN)


def main(*words: str) -> int:
    """Run until Ctrl-C."""
    asked = _asked(words)
    people = tomllib.loads((COMPANY / "people.toml").read_text(encoding="utf-8"))["people"]
    # Until the server takes both over, and when the terminal is closed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    try:
        with running(people, asked.teams_port) as teams, tempfile.TemporaryDirectory(prefix="chatops-teams-") as kept:
            data = Path(kept)
            simulator = teams.simulator
            write_settings(
                data,
                simulator.settings(),
                simulator.secret,
                tenant=simulator.world.tenant,
                ids={handle: user.object_id for handle, user in teams.users.items()},
                port=asked.port,
            )

            def begin(url: str) -> str:
                teams.let_in(f"{url}/api/messages")
                return welcome(url, teams.url, data)

            serve(load(data / SETTINGS_NAME), data, welcome=begin)
    except (ChatopsError, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - to whoever started it
        return 1
    except KeyboardInterrupt:
        pass
    return 0


@contextmanager
def running(people: Sequence[dict[str, Any]], port: int) -> Iterator[DemoTeams]:
    """Run the simulator until the block ends."""
    teams = DemoTeams(people)
    try:
        teams.start(port)
        yield teams
    finally:
        teams.stop()


def write_settings(
    data: Path, table: dict[str, Any], secret: str, *, tenant: str, ids: Mapping[str, str], port: int
) -> None:
    """Write what `chatops` reads in `data`: the demo's settings with Teams, its people with their Teams identities.

    `table` is that of the plugin; `ids` are object ids by handle.
    """
    everybody, kept = data / "people.toml", data / "client.secret"
    company = (COMPANY / "people.toml").read_text(encoding="utf-8")
    everybody.write_text(with_teams_ids(company, tenant, ids), encoding="utf-8")
    kept.touch(mode=0o600)
    kept.write_text(f"{secret}\n", encoding="utf-8")
    demo = load(SETTINGS)
    plugins = Plugins.model_validate(
        {
            **demo.plugins.model_dump(),
            "enabled": (*demo.plugins.enabled, "teams_network"),
            "teams_network": {**table, "client_secret_file": str(kept)},
        }
    )
    settings = demo.model_copy(
        update={
            "server": demo.server.model_copy(update={"port": port}),
            "people": demo.people.model_copy(update={"file": everybody}),
            "plugins": plugins,
        }
    )
    (data / SETTINGS_NAME).write_text(write(settings, describe=False), encoding="utf-8")


def with_teams_ids(people: str, tenant: str, ids: Mapping[str, str]) -> str:
    """Return people.toml with a Teams identity beside each console id."""
    handle = ""

    def told(line: str) -> str:
        nonlocal handle
        if match := re.match(r'handle = "(.+)"$', line):
            handle = match[1]
        own = f'teams = {{ tenant = "{tenant}", id = "{ids.get(handle, "")}" }}'
        return line.replace("identities = { ", f"identities = {{ {own}, ")

    return "\n".join(told(line) for line in people.splitlines()) + "\n"


def welcome(url: str, teams_url: str, data: Path) -> str:
    """Return what to print once all serve."""
    commands = "\n".join(f"  !{command}" for command in TRY)
    return f"""
Brightwater is open on a simulated Teams: {teams_url}

You are Grace there; above the list of chats you become somebody else, also in a second tab. In the channel Refunds, or
in the chat of Grace and Daniel, say:

{commands}

In the chat with the bot, leave out the "!". The swarm's room is a new chat in the list: press Invite there, and name
Daniel Okafor, who knows refunds. Be Daniel, and answer in his chat with the bot.
The same company in the browser console: {url}/console/{FIRST_PERSON}/

Nothing is kept; until then it is in {data}. Stop with Ctrl-C.
"""


def _asked(words: tuple[str, ...]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/demo-teams", description="The demo company on a simulated Teams.")
    parser.add_argument("--port", type=int, default=8080, help="of the chatops server, on 127.0.0.1")
    parser.add_argument("--teams-port", type=int, default=8009, help="of the simulator's page, on 127.0.0.1")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
