"""The front of `make demo-cluster`: every request to a replica that is ready, streams as they come, nothing sent twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web

from demo_front import Front
from http_client import Browser, browsing
from synapse_server import free_port


@dataclass
class Fake:
    """A replica that says its name."""

    name: str
    port: int = field(default_factory=free_port)
    ready: bool = True
    asked: list[web.Request] = field(default_factory=list)
    more: asyncio.Event = field(default_factory=asyncio.Event)
    runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen."""
        app = web.Application()
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/stream", self._stream)
        app.router.add_route("*", "/dies", self._dies)
        app.router.add_route("*", "/{path:.*}", self._answer)
        self.runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", self.port).start()

    async def stop(self) -> None:
        """Listen no more."""
        if self.runner is not None:
            await self.runner.cleanup()

    async def _readyz(self, _request: web.Request) -> web.Response:
        return web.Response(status=200 if self.ready else 503)

    async def _answer(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        return web.Response(
            text=self.name, headers={"Set-Cookie": "a=1"}, status=201 if request.method == "POST" else 200
        )

    async def _dies(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b"data: 1\n\n")
        await self.more.wait()
        await response.write(b"data: 2\n\n")
        return response


@dataclass
class Street:
    """A front with two replicas, and a browser before it."""

    one: Fake
    two: Fake
    front: Front
    browser: Browser
    told: asyncio.Queue[tuple[str, bool]]

    async def until(self, name: str, *, ready: bool) -> None:
        """Return once the front has noticed."""
        async with asyncio.timeout(10):
            while await self.told.get() != (name, ready):
                pass


@pytest.fixture
async def street() -> AsyncIterator[Street]:
    """Both ready."""
    one, two = Fake("one"), Fake("two")
    await one.start()
    await two.start()
    async with _front(one, two) as street:
        await street.front.ready("one")
        await street.front.ready("two")
        yield street
    await one.stop()
    await two.stop()


@asynccontextmanager
async def _front(one: Fake, two: Fake) -> AsyncIterator[Street]:
    told: asyncio.Queue[tuple[str, bool]] = asyncio.Queue()
    front = Front(
        {fake.name: f"http://127.0.0.1:{fake.port}" for fake in (one, two)},
        port=free_port(),
        changed=lambda name, ready: told.put_nowait((name, ready)),
    )
    await front.start()
    try:
        async with browsing(front.url) as browser:
            yield Street(one, two, front, browser, told)
    finally:
        await front.stop()


async def test_requests_take_turns(street: Street) -> None:
    """Each replica has every second one; status, headers and body are the replica's."""
    said = [await street.browser.post("/a%2Fb?c=%20d", b"body") for _request in range(4)]

    assert sorted(answer.text for answer in said) == ["one", "one", "two", "two"]
    assert {answer.status for answer in said} == {201}
    assert said[0].headers["Set-Cookie"] == "a=1"
    assert street.one.asked[0].raw_path == "/a%2Fb?c=%20d"


async def test_the_replica_learns_who_asked_and_how(street: Street) -> None:
    """`Host` stays as it came; what a browser claims about forwarding is not believed."""
    await street.browser.get("/", headers={"Host": "chat.example", "X-Forwarded-For": "192.0.2.1"})
    (asked,) = [*street.one.asked, *street.two.asked]

    assert asked.headers["Host"] == asked.headers["X-Forwarded-Host"] == "chat.example"
    assert asked.headers.getall("X-Forwarded-For") == ["127.0.0.1"]
    assert asked.headers["X-Forwarded-Proto"] == "http"


async def test_what_could_not_be_sent_goes_to_the_other(street: Street) -> None:
    """Also before the front has noticed that a replica is gone."""
    await street.one.stop()
    said = [(await street.browser.post("/", b"x")).text for _request in range(4)]

    assert said == ["two"] * 4


async def test_what_was_sent_is_not_sent_again(street: Street) -> None:
    """A replica that ends in the middle may have done it: whoever asked is told."""
    answer = await street.browser.post("/dies", b"x")

    assert answer.status == 502
    assert len([*street.one.asked, *street.two.asked]) == 1


async def test_who_is_not_ready_is_left_alone_until_it_is(street: Street) -> None:
    """And when nobody is, the front says so itself."""
    street.one.ready = False
    await street.until("one", ready=False)
    assert [(await street.browser.get("/")).text for _request in range(3)] == ["two"] * 3

    street.two.ready = False
    await street.until("two", ready=False)
    assert (await street.browser.get("/")).status == 503

    street.one.ready = True
    await street.until("one", ready=True)
    assert (await street.browser.get("/")).text == "one"


async def test_a_stream_is_passed_on_as_it_comes(street: Street) -> None:
    """The first event arrives while the stream is still open."""
    async with aiohttp.ClientSession() as http, http.get(f"{street.front.url}/stream") as stream:
        assert stream.content_type == "text/event-stream"
        assert await stream.content.readuntil(b"\n\n") == b"data: 1\n\n"
        street.one.more.set()
        street.two.more.set()
        assert await stream.content.read() == b"data: 2\n\n"
