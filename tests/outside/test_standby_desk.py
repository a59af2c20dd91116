"""A plugin from outside, built and installed as its author would: a command, a listener and a ticket system."""

from __future__ import annotations

import ast
import asyncio
import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

import chatops
from chatops.demo import COMPANY
from http_client import Browser, browsing, token
from live_server import serving
from running import Ran, environment
from running import chatops as command_line

SOURCE = Path(__file__).parent / "standby_desk"

PUBLIC = re.compile(r"chatops|chatops\.core\.(message|text)|chatops\.ports(\..+)?|chatops\.errors")
"""The modules plugins may import."""

SETTINGS = """
demo = true

[server]
port = 0

[people]
file = "people.toml"

[plugins]
enabled = {enabled}

[log]
level = "info"
format = "text"
"""

pytestmark = [pytest.mark.timeout(120), pytest.mark.xdist_group("standby_desk")]


@dataclass(frozen=True)
class Server:
    """A running server with the plugin."""

    url: str
    folder: Path
    site: Path

    def do(self, words: str, *, person: str = "agent-1") -> Ran:
        """Run a command."""
        return command_line("do", "--json", "--as", person, words, folder=self.folder, PYTHONPATH=str(self.site))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the plugin's wheel was installed, reaching no index."""
    folder = tmp_path_factory.mktemp("standby")
    shutil.copytree(SOURCE, folder / "source", ignore=shutil.ignore_patterns("__pycache__"))
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=folder / "source", check=True, capture_output=True)
    [wheel] = folder.glob("*.whl")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-compile"]
    subprocess.run([*install, "--target", str(folder / "site"), str(wheel)], check=True, capture_output=True)
    return folder / "site"


def furnished(folder: Path, *plugins: str) -> Path:
    """Return a data folder with settings and the demo's people; the desk knows agent-1."""
    folder.mkdir(parents=True, exist_ok=True)
    enabled = ["console_network", *plugins]
    (folder / "chatops.toml").write_text(SETTINGS.format(enabled=enabled))
    people = (COMPANY / "people.toml").read_text()
    (folder / "people.toml").write_text(people.replace('demo = "agent-1" }', 'desk = "agent-1" }'))
    return folder


@pytest.fixture(scope="module")
def server(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The real server, with the plugin enabled."""
    folder = furnished(tmp_path_factory.mktemp("data"), "standby_desk")
    with serving(folder, PYTHONPATH=str(site)) as url:
        yield Server(url=url, folder=folder, site=site)


def imported(module: Path) -> Iterator[tuple[str, str]]:
    """Yield (module, name) of everything a module imports."""
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (("." * node.level + (node.module or ""), alias.name) for alias in node.names)


def test_it_uses_only_public_names() -> None:
    """What plugin authors are promised suffices for it."""
    found = [one for module in SOURCE.rglob("*.py") for one in imported(module) if one[0].startswith("chatops")]

    assert len(found) > 10
    assert [module for module, _name in found if not PUBLIC.fullmatch(module)] == []
    assert {name for module, name in found if module == "chatops"} <= set(chatops.__all__)


def test_its_command_works(server: Server) -> None:
    """Beside the server's own."""
    taken = server.do("standby take lunch")

    assert (taken.code, taken.json["error"]) == (0, None)
    assert taken.json["replies"][0]["text"] == "Grace Whitfield is on standby."
    assert "standby take" in server.do("help standby take").json["replies"][0]["text"]
    assert server.do("standby tkae lunch").json["error"]["code"] == "unknown_command"


async def test_a_swarm_on_its_ticket_and_its_listener_there(server: Server) -> None:
    """Opening writes the note on the desk's ticket; the question in the swarm's room, said to nobody, is answered."""
    opened = await asyncio.to_thread(server.do, "swarm open desk:1 the reader is blinking red")
    assert (opened.code, opened.json["error"]) == (0, None)
    assert "The badge reader is offline" in opened.json["replies"][0]["text"]
    taken = await asyncio.to_thread(server.do, "standby take lunch")
    assert taken.code == 0

    async with browsing(server.url) as browser:
        room = await found_room(browser, "SW-1")
        page = await browser.get(room)
        said = await browser.post(f"{room}/say", {"_csrf": token(page.text), "text": "Who is on standby?", "once": "1"})
        assert said.status == 303
        shown = await found_text(browser, room, "Grace Whitfield has the standby.")

    assert shown.count("Grace Whitfield has the standby.") == 1
    notes = await asyncio.to_thread(comments, server.folder)
    assert notes == ["Grace Whitfield opened SW-1: the reader is blinking red"]


async def found_room(browser: Browser, name: str) -> str:
    """Return the address of the room with that name."""
    while True:
        page = await browser.get("/console/agent-1/")
        for link, inside in re.findall(r'href="(/console/agent-1/r/[^"?]+)[^"]*"(.*?)</a>', page.text, re.DOTALL):
            if name in inside:
                return str(link)
        await asyncio.sleep(0.05)


async def found_text(browser: Browser, address: str, text: str) -> str:
    """Return a page, once it has that text."""
    while True:
        page = await browser.get(address)
        if text in page.text:
            return page.text
        await asyncio.sleep(0.05)


def comments(folder: Path) -> list[str]:
    """Return what stands on the desk's tickets."""
    with closing(sqlite3.connect(f"{(folder / 'chatops.db').as_uri()}?mode=ro", uri=True)) as database:
        rows = database.execute(
            "SELECT body FROM record WHERE namespace = 'standby_desk' AND kind = 'comment' ORDER BY number"
        )
        return [str(json.loads(body)["text"]) for (body,) in rows]


WHO_IS_LOADED = """
import sys
from pathlib import Path
from chatops.app import App
from chatops.settings import load
folder = Path(sys.argv[1])
App.prepare(load(folder / "chatops.toml"), folder, listen=False)
print(sorted(name for name in sys.modules if name.startswith(("standby", "local_tickets", "console_network."))))
"""


def test_a_plugin_not_named_is_not_imported(site: Path, tmp_path: Path) -> None:
    """Installed is not enabled: what the settings do not name costs no import."""
    seen = {}
    for plugins in ((), ("standby_desk",)):
        folder = furnished(tmp_path / ("with" if plugins else "without"), *plugins)
        ran = subprocess.run(
            [sys.executable, "-c", WHO_IS_LOADED, str(folder)],
            env=environment(folder, PYTHONPATH=str(site)),
            check=True,
            capture_output=True,
            text=True,
        )
        seen[plugins] = ran.stdout

    assert "standby_desk" not in seen[()]
    assert "local_tickets" not in seen[()]
    assert "console_network.plugin" in seen[()]
    assert "standby_desk.tickets" in seen[("standby_desk",)]


def test_it_is_listed_whether_or_not_it_is_enabled(site: Path, tmp_path: Path) -> None:
    """`chatops plugins list` names it."""
    folder = furnished(tmp_path)
    listed = command_line("plugins", "list", folder=folder, PYTHONPATH=str(site))
    assert re.search(r"^standby_desk +installed$", listed.out, re.MULTILINE)
