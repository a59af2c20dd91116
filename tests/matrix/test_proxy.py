"""The proxy that stands for a bad connection to the homeserver."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

import matrix_proxy
from matrix_people import MatrixPerson, Person, Refused
from matrix_proxy import MatrixProxy


async def test_each_trouble_comes_once_and_only_where_it_was_planned(person: Person, proxy: MatrixProxy) -> None:
    """Refusals come as planned and nothing is lost by them; what was planned is over afterwards."""
    anna = proxied(await person("anna"), proxy)
    room, other = await anna.create_room(), await anna.create_room()
    proxy.plan(matrix_proxy.limited(1500), method="PUT", path=room)
    proxy.plan(matrix_proxy.unknown_token(soft_logout=True), path=room)
    await anna.say(other, "not that room")
    with pytest.raises(Refused) as refused:
        await anna.say(room, "too fast")
    assert refused.value.body["retry_after_ms"] == 1500
    with pytest.raises(Refused) as refused:
        await anna.say(room, "unknown")
    assert refused.value.body["soft_logout"]
    await anna.say(room, "through")
    assert [event["content"]["body"] for event in await anna.messages(room) if "body" in event["content"]] == [
        "through"
    ]
    assert len(proxy.asked(f"{room}/send", method="PUT")) == 3
    assert not any(anna.token in repr(seen) for seen in proxy.seen)


async def test_a_web_page_in_place_of_an_answer(person: Person, proxy: MatrixProxy) -> None:
    """A bad gateway answers in HTML."""
    anna = proxied(await person("anna"), proxy)
    proxy.plan(matrix_proxy.bad_gateway())
    with pytest.raises(aiohttp.ContentTypeError) as failed:
        await anna.create_room()
    assert failed.value.status == 502


async def test_a_lost_answer_is_not_a_lost_request(person: Person, proxy: MatrixProxy) -> None:
    """The connection is cut when the homeserver has done what it was asked."""
    anna = proxied(await person("anna"), proxy)
    room = await anna.create_room()
    # aiohttp itself asks a second time when a kept connection is cut under a PUT.
    proxy.plan(matrix_proxy.lost(), times=2, path="/send/")
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await anna.say(room, "said all the same")
    said = [event["content"]["body"] for event in await anna.messages(room) if "body" in event["content"]]
    assert said == ["said all the same"]


async def test_what_hangs_and_what_is_late(person: Person, proxy: MatrixProxy) -> None:
    """A hanging request is never answered, a delayed one when it is told to."""
    anna = proxied(await person("anna"), proxy)
    room, other = await anna.create_room(), await anna.create_room()
    proxy.plan(matrix_proxy.hanging(), path="/send/")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await anna.say(room, "never")
    now = asyncio.Event()
    proxy.plan(matrix_proxy.delayed(now), path=f"{room}/send/")
    async with asyncio.TaskGroup() as tasks:
        late = tasks.create_task(anna.say(room, "late"))
        await anna.say(other, "in time")
        assert not late.done()
        now.set()
    assert (await anna.event(room, late.result()))["content"]["body"] == "late"


def proxied(somebody: MatrixPerson, proxy: MatrixProxy) -> MatrixPerson:
    """Somebody who reaches the homeserver through the proxy."""
    somebody.url = proxy.url
    return somebody
