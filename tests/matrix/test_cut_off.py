"""A running server whose login is revoked, and the operator who brings it back beside it."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from chatops import calling
from http_client import browsing
from matrix_ears import until
from matrix_people import MatrixPerson, Person
from matrix_running import MatrixServer, matrix_running
from running import chatops
from synapse_server import Login, Synapse


@pytest.mark.timeout(120)
@pytest.mark.faults
async def test_revoked_told_and_brought_back(synapse: Synapse, bot: Login, person: Person, tmp_path: Path) -> None:
    """The admin is told on the console, in Dutch; the command works beside the server and keeps the device."""
    anna = await person("anna")
    async with matrix_running(tmp_path, bot, {"agent-1": anna}) as server:
        room = await server.room(anna)
        before = await _device(server)
        await _log_out_everywhere(synapse, bot)

        await until(lambda: len(_told(server)) == 1)
        unready = await _network(server)
        await asyncio.to_thread(server.login)
        await until(lambda: len(_told(server)) == 2)
        await anna.say(room, "!case show demo:1001")
        await until(lambda: "werkt weer" in _told(server)[1])
        after, ready = await _device(server), await _network(server)
        answered = await _answered(anna, room)

    assert unready == (False, "credentials are wrong: chatops matrix login")
    assert "chatops matrix login" in _told(server)[0]
    assert (after, ready) == (before, (True, ""))
    assert answered
    assert bot.password not in server.said
    assert server.said.count("refuses our credentials") == 1


async def _device(server: MatrixServer) -> str:
    ran = await asyncio.to_thread(chatops, "matrix", "status", folder=server.folder)
    return ran.out.split(" at ", 1)[0]


async def _log_out_everywhere(synapse: Synapse, bot: Login) -> None:
    await asyncio.to_thread(synapse.call, "POST", "/_matrix/client/v3/logout/all", {}, token=bot.token)


def _told(server: MatrixServer) -> list[str]:
    """What the admin was told on the console."""
    with closing(sqlite3.connect(server.folder / "chatops.db")) as db:
        rows = db.execute("SELECT body FROM record WHERE kind = 'entry' ORDER BY number").fetchall()
    said = [json.loads(body) for (body,) in rows]
    return [one["said"]["plain"] for one in said if one.get("said") and "verbinding" in one["said"]["plain"]]


async def _network(server: MatrixServer) -> tuple[bool, str]:
    async with browsing(calling.serving(server.folder)) as browser:
        parts = json.loads((await browser.get("/readyz")).text)["parts"]
    (part,) = (part for part in parts if part["name"] == "network matrix")
    return part["ok"], part.get("detail", "")


async def _answered(anna: MatrixPerson, room: str) -> bool:
    async with asyncio.timeout(20):
        while True:
            events = await anna.messages(room)
            if any(event["sender"] != anna.id and event["type"] == "m.room.message" for event in events):
                return True
            await asyncio.sleep(0.1)
