"""The simplest bot there is: it writes down what it is sent, answers what it is told to, and calls the connector."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import aiohttp
from aiohttp import web

from teams_issuer import CONNECTOR
from teams_simulator import TeamsSimulator
from teams_world import Raw

Answer = Callable[[Raw], web.Response]


class PlainBot:
    """A bot for tests of the simulator, and of what people see when a bot answers so or so."""

    def __init__(self, simulator: TeamsSimulator) -> None:
        self.simulator = simulator
        self.heard: list[Raw] = []
        self.tokens: list[str] = []
        """The Authorization headers that came with it."""
        self.answer: Answer = lambda _activity: web.Response(status=200)
        self._runner: web.AppRunner | None = None
        self._http: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Listen, and tell the simulator where."""
        app = web.Application()
        app.router.add_post("/api/messages", self._hear)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._http = aiohttp.ClientSession()
        self.simulator.bot.endpoint = f"http://127.0.0.1:{self._runner.addresses[0][1]}/api/messages"

    async def stop(self) -> None:
        """Hear no more."""
        if self._http is not None:
            await self._http.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def token(self, scope: str = CONNECTOR, **form: str) -> tuple[int, Raw]:
        """Ask for a token; return the status and the answer."""
        bot, world = self.simulator.bot, self.simulator.world
        whole = {
            "grant_type": "client_credentials",
            "client_id": bot.app_id,
            "client_secret": bot.secret,
            "scope": scope,
        }
        url = f"{self.simulator.url}/login/{world.tenant}/oauth2/v2.0/token"
        async with self._session.post(url, data=whole | form) as response:
            return response.status, await response.json()

    async def call(self, method: str, path: str, body: object = None, *, token: str = "") -> tuple[int, Raw]:
        """Call the connector (`/v3/…`) or Graph (`/graph/…`), with a token of the right scope unless one is given."""
        graph = path.startswith("/graph/")
        if not token:
            scope = f"{self.simulator.url}/graph/.default" if graph else CONNECTOR
            _status, granted = await self.token(scope)
            token = granted["access_token"]
        root = self.simulator.url if graph else self.simulator.service_url.rstrip("/")
        headers = {"Authorization": f"Bearer {token}"}
        async with self._session.request(method, root + path, json=body, headers=headers) as response:
            raw = await response.read()
            answer: Raw = await response.json() if raw else {}
            found = {"Location": response.headers["Location"]} if "Location" in response.headers else {}
            again = {"Retry-After": response.headers["Retry-After"]} if "Retry-After" in response.headers else {}
            return response.status, {**answer, **found, **again}

    async def send(self, conversation: str, activity: object) -> tuple[int, Raw]:
        """Say something."""
        return await self.call("POST", f"/v3/conversations/{quote(conversation, safe='')}/activities", activity)

    @property
    def _session(self) -> aiohttp.ClientSession:
        assert self._http is not None
        return self._http

    async def _hear(self, request: web.Request) -> web.Response:
        activity: Raw = await request.json()
        self.heard.append(activity)
        self.tokens.append(request.headers.get("Authorization", ""))
        return self.answer(activity)
