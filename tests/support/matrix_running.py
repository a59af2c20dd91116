"""`chatops run` on a homeserver, in a process of its own, with the demo company's people at Matrix clients."""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from chatops.demo import COMPANY
from matrix_people import MatrixPerson
from running import CHATOPS, Ran, chatops, environment
from synapse_server import Login

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

[plugins.matrix_network]
{matrix}

[operator]
acts_as = "agent-1"

[engine]
{engine}

[log]
level = "info"
format = "json"
"""

PLUGINS = ("console_network", "local_tickets", "matrix_network")

STARTS_WITHIN = 20.0
"""Seconds."""

PAUSE = 0.02


class MatrixServer:
    """A server on the data folder `folder`, and what it said. Started again, it knows what it knew."""

    def __init__(self, folder: Path, homeserver: str, bot: Login, **more: str) -> None:
        self.folder = folder
        self.bot = bot
        self._homeserver = homeserver
        self._more = more
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

    def login(self) -> None:
        """Do what an operator does once: `chatops matrix login`, the password on standard input."""
        ran = subprocess.run(
            [*CHATOPS, "matrix", "login", "--homeserver", self._homeserver, "--user", self.bot.user],
            env=environment(self.folder, **self._more),
            input=self.bot.password + "\n",
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr + ran.stdout

    def start(self) -> str:
        """Start it and return its address, once it serves."""
        before = len(self.said)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*CHATOPS, "run"],
                env=environment(self.folder, **self._more),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < deadline and self._process.poll() is None:
            if match := re.search(r'"(http://127\.0\.0\.1:\d+)", "event": "serving"', self.said[before:]):
                return match[1]
            time.sleep(PAUSE)
        message = f"the server did not start: {self.said[before:]}"
        raise AssertionError(message)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Let it drain and end. Harmless when it does not run."""
        self._end(signal.SIGTERM)

    def do(self, *words: str, person: str = "") -> Ran:
        """Run one command by the command line, answered as JSON."""
        return chatops("do", "--json", *(("--as", person) if person else ()), *words, folder=self.folder)

    async def room(self, owner: MatrixPerson, *others: MatrixPerson, name: str = "Support") -> str:
        """Return a new room of `owner` that everybody named is in, and the server.

        The server has joined by then, so it has begun to sync: what is said from now on reaches it.
        """
        room = await owner.create_room(invite=[self.bot.user, *(other.id for other in others)], name=name)
        for other in others:
            await other.join(room)
        deadline = time.monotonic() + STARTS_WITHIN
        while (await owner.members(room)).get(self.bot.user) != "join":
            assert time.monotonic() < deadline, f"the server did not join: {self.said[-4000:]}"
            await asyncio.sleep(PAUSE)
        return room

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


def prepare(
    folder: Path,
    homeserver: str,
    bot: Login,
    people: Mapping[str, str],
    *,
    plugins: Sequence[str] = (),
    matrix: str = "",
    engine: str = "",
    **more: str,
) -> MatrixServer:
    """Make a data folder with everything but a running server, logged in.

    `people`: whom of the demo company (`agent-1`) which Matrix id belongs to. `plugins`: further ones. `matrix`, `engine`:
    further lines of these tables of the settings. `more`: further environment.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "people.toml").write_text(_company(people), encoding="utf-8")
    settings = _SETTINGS.format(
        pods=COMPANY / "pods.toml",
        plugins=", ".join(f'"{name}"' for name in (*PLUGINS, *plugins)),
        matrix=matrix,
        engine=engine,
    )
    (folder / "chatops.toml").write_text(settings, encoding="utf-8")
    server = MatrixServer(folder, homeserver, bot, **more)
    server.login()
    return server


@contextmanager
def running(server: MatrixServer) -> Iterator[MatrixServer]:
    """Run it until the block ends."""
    server.start()
    try:
        yield server
    finally:
        server.stop()


@asynccontextmanager
async def matrix_running(
    folder: Path, bot: Login, people: Mapping[str, MatrixPerson], *, matrix: str = "", engine: str = ""
) -> AsyncIterator[MatrixServer]:
    """Run a server on a fresh folder, for people of one homeserver, until the block ends."""
    homeserver = next(iter(people.values())).url
    known = {name: person.id for name, person in people.items()}
    server = await asyncio.to_thread(prepare, folder, homeserver, bot, known, matrix=matrix, engine=engine)
    await asyncio.to_thread(server.start)
    try:
        yield server
    finally:
        await asyncio.to_thread(server.stop)


def _company(people: Mapping[str, str]) -> str:
    """Return the demo company's people, with their Matrix ids."""
    company = (COMPANY / "people.toml").read_text(encoding="utf-8")
    for name, user in people.items():
        console = f'identities = {{ console = "{name}"'
        assert console in company, f"{name} is not in the demo company"
        company = company.replace(console, f'identities = {{ matrix = "{user}", console = "{name}"')
    return company
