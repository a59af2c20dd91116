"""Webhooks of a whole server: what a swarm tells reaches the program that wants it, tried again until it does."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from chatops.errors import StartError
from listening_program import Heard, ListeningProgram, listening
from live_house import until
from rest_house import KEY, RestHouse, furnish_rest, whsec

_WEBHOOK = """
[[webhooks]]
name = "crm"
url = "http://127.0.0.1:{port}/hook"
secret_file = "hook.secret"
events = ["{event}"]
allow_private = {private}
"""


@pytest.fixture
def port() -> int:
    """A port that is free."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def telling(tmp_path: Path, port: int) -> RestHouse:
    """A server that tells a program what happens."""
    return RestHouse(furnish_rest(tmp_path, _WEBHOOK.format(port=port, event="swarm.opened", private="true")))


async def test_a_swarm_is_told_of_until_it_was_heard(telling: RestHouse, port: int) -> None:
    """The first try fails; the next is the same message, and verifies. Nothing people wrote is in it."""
    async with listening((429, {"Retry-After": "1"}), port=port) as program, telling:
        came = await (await telling.client("agent-1")).run("swarm open demo:1001 refund loops")
        first, heard = await until(lambda: twice(program))

    told = json.loads(heard.body)
    assert came.status == 200
    assert first.headers["webhook-id"] == heard.headers["webhook-id"]
    assert (told["type"], told["data"]["swarm"], told["data"]["person"]) == ("swarm.opened", "1", "agent-1")
    assert b"refund loops" not in heard.body
    Webhook(whsec(KEY)).verify(heard.body, dict(heard.headers))


async def test_an_address_is_shown_without_its_path(telling: RestHouse, port: int) -> None:
    """Some programs know who calls by nothing else."""
    async with telling:
        came = await (await telling.client("admin-1")).get("/webhooks")
    assert [one["url"] for one in came.body["webhooks"]] == [f"http://127.0.0.1:{port}/…"]


@pytest.mark.parametrize(
    ("event", "private", "words"),
    [("swarm.eaten", "true", "there is no event swarm.eaten. Events are"), ("*", "false", "must begin with https://")],
)
def test_what_cannot_work_is_told_at_the_start(tmp_path: Path, event: str, private: str, words: str) -> None:
    """With the name of the setting."""
    data = furnish_rest(tmp_path, _WEBHOOK.format(port=9, event=event, private=private))

    with pytest.raises(StartError, match=words) as told:
        RestHouse(data)
    assert str(told.value).startswith("webhooks.crm: ")


async def twice(program: ListeningProgram) -> list[Heard]:
    """Return what came, once there are two."""
    return program.heard if len(program.heard) > 1 else []
