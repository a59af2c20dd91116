"""`make demo-matrix`: the demo company on a homeserver of its own, twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import aiohttp
import pytest

from matrix_people import MatrixPerson
from synapse_server import Login, free_port, interpreter
from tree import ROOT

SERVER = "brightwater.example"
BOT = f"@chatops:{SERVER}"
ROOM = f"#support:{SERVER}"
PASSWORD = "brightwater"


@pytest.mark.faults
@pytest.mark.timeout(120)
async def test_a_swarm_is_opened_and_all_is_there_after_a_second_start(tmp_path: Path) -> None:
    """Whoever joins as told opens a swarm with the command shown; a second start on the folder goes on from there."""
    with demo(tmp_path) as (url, said):
        assert PASSWORD in said
        assert "!swarm open demo:1001 refund loops" in said
        async with grace(url) as person:
            await person.join(ROOM)
            room = (await person.call("GET", f"/directory/room/{ROOM.replace('#', '%23')}"))["room_id"]
            await person.sees(
                room, lambda event: event["sender"] == BOT and event["type"] == "m.room.member", within=30
            )
            await person.say(room, "!swarm open demo:1001 refund loops")
            await person.sees(room, lambda event: _says(event, "SW-1"), within=30)
    with demo(tmp_path) as (url, _):
        async with grace(url) as person:
            await person.say(room, "!case show demo:1001")
            await person.sees(room, lambda event: _says(event, "demo:1001") and _says(event, "SW-1"), within=30)


def _says(event: dict[str, object], text: str) -> bool:
    return event["sender"] == BOT and text in str(event["content"])


@contextmanager
def demo(folder: Path) -> Iterator[tuple[str, str]]:
    """Run the demo on free ports until the block ends; give the homeserver's URL and what was printed."""
    port, matrix_port = str(free_port()), str(free_port())
    command = ("scripts/demo_matrix.py", "--port", port, "--matrix-port", matrix_port, "--data", str(folder))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CHATOPS_")}
    with subprocess.Popen(
        [sys.executable, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
        env=kept | {"SYNAPSE_PYTHON": interpreter()},
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
            yield f"http://127.0.0.1:{matrix_port}", said
            process.send_signal(signal.SIGINT)
            rest, _ = process.communicate(timeout=20)
            assert (process.returncode, rest.strip()) == (0, "")
        finally:
            process.kill()


@asynccontextmanager
async def grace(url: str) -> AsyncIterator[MatrixPerson]:
    """Sign in as the welcome says."""
    body = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": "grace"},
        "password": PASSWORD,
    }
    async with aiohttp.ClientSession() as http:
        async with http.post(f"{url}/_matrix/client/v3/login", json=body) as response:
            told = await response.json()
        login = Login(user=told["user_id"], device=told["device_id"], token=told["access_token"], password=PASSWORD)
        yield MatrixPerson(http, url, login)
