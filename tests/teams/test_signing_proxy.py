"""What stands between Microsoft's Playground and the bot: all that comes in is signed, all that goes back shows a token."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from chatops.core.clock import SystemClock
from chatops.testing.secrets import MemorySecrets
from teams_network.activity import decoded
from teams_network.buckets import Buckets
from teams_network.connector import Connector
from teams_network.http import Http
from teams_network.keys import Keys
from teams_network.settings import read
from teams_network.token_check import TokenCheck
from teams_network.tokens import Tokens
from teams_network.unauthorized import Unauthorized
from teams_payloads import TENANT
from teams_signing_proxy import SigningProxy

PERSONAL = "a:personal"


class Ends:
    """Both sides of a proxy: the Playground, and the bot's door."""

    def __init__(self) -> None:
        self.said: list[tuple[str, dict[str, object]]] = []
        """What reached the Playground."""
        self.brought: list[tuple[list[str], bytes]] = []
        """What reached the bot: authorizations and body."""

    async def playground(self, request: web.Request) -> web.Response:
        """Take a message, whoever it is from."""
        self.said.append((request.path, await request.json()))
        return web.json_response({"id": "17"}, status=201)

    async def door(self, request: web.Request) -> web.Response:
        """Keep what comes in."""
        self.brought.append((request.headers.getall("Authorization", []), await request.read()))
        return web.json_response({"statusCode": 200})


@asynccontextmanager
async def proxied() -> AsyncIterator[tuple[SigningProxy, Ends]]:
    """Run a proxy between two ends."""
    ends, app = Ends(), web.Application()
    app.router.add_post("/_connector/{rest:.*}", ends.playground)
    app.router.add_post("/api/messages", ends.door)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    proxy = SigningProxy(url, tenant=TENANT)
    proxy.bot.endpoint = f"{url}/api/messages"
    await proxy.start()
    try:
        yield proxy, ends
    finally:
        await proxy.stop()
        await runner.cleanup()


async def test_what_the_playground_brings_is_let_in() -> None:
    """It is signed so that our own check believes it; the answer goes back, and without the signature it is refused."""
    async with proxied() as (proxy, ends), aiohttp.ClientSession() as playground:
        activity = {
            "type": "message",
            "id": "1",
            "channelId": "msteams",
            "serviceUrl": proxy.service_url,
            "text": "help",
            "from": {"id": "29:grace", "aadObjectId": "grace"},
            "recipient": {"id": proxy.bot.id},
            "conversation": {"id": PERSONAL, "conversationType": "personal", "tenantId": TENANT},
            "channelData": {"tenant": {"id": TENANT}},
        }
        async with playground.post(f"{proxy.url}/api/messages", json=activity) as answer:
            assert await answer.json() == {"statusCode": 200}
        ((authorizations, body),) = ends.brought

        settings, clock = read("teams_network", proxy.settings()), SystemClock()
        http = Http(clock)
        keys = Keys(http, settings.where.openid_metadata_url, clock)
        check = TokenCheck(settings, keys, clock)
        await check.judge(authorizations, decoded(body))
        with pytest.raises(Unauthorized, match="no_token"):
            await check.judge([], decoded(body))
        await keys.close()
        await http.close()


async def test_what_the_bot_says_needs_a_token() -> None:
    """Our connector's messages reach the Playground; somebody without a token reaches nothing."""
    async with proxied() as (proxy, ends), aiohttp.ClientSession() as stranger:
        settings, clock, secrets = read("teams_network", proxy.settings()), SystemClock(), MemorySecrets()
        await secrets.write("client_secret", proxy.bot.secret)
        http = Http(clock)
        connector = Connector(http, Tokens(http, settings, secrets, clock), settings, Buckets(clock), clock)

        id = await connector.send(proxy.service_url, PERSONAL, {"type": "message", "text": "hello"}, tenant=TENANT)
        await http.close()
        async with stranger.post(f"{proxy.service_url}/v3/conversations/{PERSONAL}/activities", json={}) as answer:
            assert answer.status == 401

    assert id == "17"
    assert [body["text"] for _path, body in ends.said] == ["hello"]
