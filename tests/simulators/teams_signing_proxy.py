"""Stands between Microsoft's Playground and a bot, and does what the Playground leaves out: it signs, and wants tokens.

The Playground brings activities without a token and takes messages without one. Here both have one, as with Teams.
"""

from __future__ import annotations

import json
import time
import uuid

import aiohttp
from aiohttp import web

from teams_issuer import CONNECTOR, ISSUER, Issuer
from teams_world import App, Raw, secret

CONNECTOR_PATH = "/_connector"


class SigningProxy:
    """Serves on loopback: the bot's endpoint for the Playground, and everything but Graph for the bot."""

    def __init__(self, playground: str, *, tenant: str) -> None:
        """`playground` is its address; `tenant` the one of its settings."""
        self._playground = playground
        self._tenant = tenant
        app_id = str(uuid.uuid4())
        self.bot = App(app_id=app_id, name="chatops", secret=secret(40), external_id=app_id, catalog_id="")
        self._issuer = Issuer(time.time)
        self._issuer.apps.append(self.bot)
        self._issuer.tenant = tenant
        self._runner: web.AppRunner | None = None
        self._session: aiohttp.ClientSession | None = None
        self.url = ""

    async def start(self, port: int = 0) -> None:
        """Serve. Raise OSError when the port is taken."""
        app = web.Application(client_max_size=2**22)
        self._issuer.add_routes(app)
        app.router.add_post("/api/messages", self._brought)
        app.router.add_route("*", CONNECTOR_PATH + "/{rest:.*}", self._said)
        self._session = aiohttp.ClientSession()
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.url = self._issuer.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stop. Harmless when it does not run."""
        if self._session is not None:
            await self._session.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def service_url(self) -> str:
        """What the Playground is to tell the bot: `--service-url`."""
        return f"{self.url}{CONNECTOR_PATH}"

    def settings(self, **more: object) -> Raw:
        """Return the table `[plugins.teams_network]`. The secret is to be given separately."""
        return {
            "app_id": self.bot.app_id,
            "tenant": self._tenant,
            "endpoints": {
                "openid_metadata_url": f"{self.url}/v1/.well-known/openidconfiguration",
                "token_issuer": ISSUER,
                "authority": f"{self.url}/login",
                "connector_scope": CONNECTOR,
                "graph_url": f"{self.url}/graph",
                "service_hosts": [self.url.removeprefix("http://")],
            },
            **more,
        }

    async def _brought(self, request: web.Request) -> web.Response:
        """Sign what the Playground brings, and hand it over; return what the bot says."""
        body = await request.read()
        token = self._issuer.sign(self.bot, str(json.loads(body).get("serviceUrl", "")))
        return await self._passed(request.method, self.bot.endpoint, body, {"Authorization": f"Bearer {token}"})

    async def _said(self, request: web.Request) -> web.Response:
        """Hand over what the bot says, if it shows a token of ours."""
        if self._issuer.holder(request.headers.get("Authorization", ""), CONNECTOR) is None:
            return web.json_response({"error": {"code": "Unauthorized"}}, status=401)
        return await self._passed(request.method, f"{self._playground}{request.path_qs}", await request.read(), {})

    async def _passed(self, method: str, url: str, body: bytes, headers: dict[str, str]) -> web.Response:
        if self._session is None:
            return web.Response(status=503)
        kind = {"Content-Type": "application/json"} if body else {}
        try:
            async with self._session.request(method, url, data=body or None, headers={**headers, **kind}) as answer:
                told = await answer.read()
                return web.Response(status=answer.status, body=told, content_type=answer.content_type)
        except aiohttp.ClientError:
            return web.Response(status=502)
