"""`make demo-teams`: the demo company on a simulated Teams, acted at its page as a browser does it."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import pytest

from synapse_server import free_port
from tree import ROOT

WITHIN = 20.0
"""Seconds until what was done is seen."""


class Tab:
    """A browser's tab at the page."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http = http
        self._url = url
        self._text = ""
        self.path = "/"

    async def open(self, path: str) -> str:
        """Go there; return what is shown."""
        async with self._http.get(f"{self._url}{path}") as response:
            return await self._shown(response)

    async def send(self, path: str, **form: str) -> str:
        """Submit a form; return what is shown then."""
        async with self._http.post(f"{self._url}{path}", data=form) as response:
            return await self._shown(response)

    async def is_somebody(self, name: str) -> None:
        """Choose somebody above the list."""
        found = re.search(rf'<option value="(\d+)"[^>]*>{name}</option>', self._text)
        assert found, self._text
        await self.send("/be", person=found[1], place=self.path.rpartition("/")[2])

    async def goes_to(self, name: str) -> None:
        """Choose a conversation once it is in the list."""
        await self.sees(f">{name} <small>")
        found = re.search(rf'<a href="([^"]+)"[^>]*>{re.escape(name)} <small>', self._text)
        assert found
        await self.open(found[1])

    async def presses(self, title: str, fields: Mapping[str, str] | None = None) -> None:
        """Press the newest button of that title once it is there, or the one in the form of that title."""
        await self.sees(title)
        form = re.findall(r'<form class="card" method="post" action="([^"]+)">(.*?)</form>', self._text, re.DOTALL)
        action, card = next(one for one in reversed(form) if title in one[1])
        (_before, _title, after) = card.partition(title if not fields else f"<summary>{title}")
        if fields:
            button = re.search(r'<button[^>]*value="([^"]+)"', after)
        else:
            button = re.search(rf'<button[^>]*value="([^"]+)">{re.escape(title)}', card)
        assert button, card
        await self.send(action, press=button[1], **(fields or {}))

    async def sees(self, text: str) -> None:
        """Wait until it is shown."""
        give_up = time.monotonic() + WITHIN
        while text not in await self.open(self.path):
            assert time.monotonic() < give_up, self._text
            await asyncio.sleep(0.05)

    async def _shown(self, response: aiohttp.ClientResponse) -> str:
        assert response.status == 200
        self._text = (await response.text()).partition("<body>")[2]
        self.path = response.url.path
        return self._text


@pytest.mark.faults
@pytest.mark.timeout(120)
async def test_a_swarm_from_a_command_to_somebody_who_helps() -> None:
    """Whoever does as the welcome says opens a swarm, invites Daniel, and he is in its room; Ctrl-C ends all of it."""
    with demo() as (url, said, data):
        assert "!swarm open demo:1001 refund loops" in said
        async with aiohttp.ClientSession() as http:
            tab = Tab(http, url)
            await tab.open("/")
            await tab.goes_to("Grace and Daniel")
            await tab.sees("Grace Whitfield, Daniel Okafor, chatops")
            await tab.send(f"{tab.path}/say", text="!swarm open demo:1001 refund loops")
            await tab.sees("SW-1 is open")
            await tab.goes_to("SW-1 refund loops")
            await tab.sees("ask somebody")
            await tab.presses("👥 Invite", {"who": "Daniel Okafor"})
            await tab.sees("asked: Daniel Okafor")
            await tab.is_somebody("Daniel Okafor")
            await tab.goes_to("chatops (bot)")
            await tab.presses("✅ I’ll help")
            await tab.sees("You are in SW-1")
            await tab.goes_to("SW-1 refund loops")
    assert not data.exists()


@contextmanager
def demo() -> Iterator[tuple[str, str, Path]]:
    """Run the demo on free ports until the block ends; give the page's address, what was printed, and its folder."""
    port, page = str(free_port()), str(free_port())
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CHATOPS_")}
    with subprocess.Popen(
        [sys.executable, "scripts/demo_teams.py", "--port", port, "--teams-port", page],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
        env=kept | {"PYTHONPATH": str(ROOT / "tests/simulators")},
    ) as process:
        assert process.stdout is not None
        said = ""
        try:
            for line in process.stdout:
                said += line
                if "Stop with Ctrl-C" in line:
                    break
            else:
                raise AssertionError(said)
            folder = re.search(r"it is in (\S+)\. Stop", said)
            assert folder, said
            yield f"http://127.0.0.1:{page}", said, Path(folder[1])
            process.send_signal(signal.SIGINT)
            rest, _ = process.communicate(timeout=20)
            assert (process.returncode, rest.strip()) == (0, "")
        finally:
            process.kill()
