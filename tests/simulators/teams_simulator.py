"""Microsoft Teams as a bot meets it, on loopback: the Bot Connector with its tokens and keys, Graph, and people.

It knows nothing of the bot but its endpoint. All state is in memory and may be looked at and changed by tests.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from teams_activities import Activities
from teams_acts import Acts
from teams_connector import CALLER, Connector
from teams_delivery import Deliveries
from teams_faults import Faults
from teams_graph_chats import Chats
from teams_graph_installs import Installs
from teams_graph_messages import Messages
from teams_graph_teams import Teams
from teams_issuer import CONNECTOR, ISSUER, Issuer
from teams_limits import Limits
from teams_world import App, Raw, World, secret

ROLES = (
    "AppCatalog.Read.All",
    "Channel.Create",
    "Channel.ReadBasic.All",
    "ChannelMessage.Read.All",
    "ChannelSettings.ReadWrite.All",
    "Chat.Create",
    "Chat.Read.All",
    "Chat.ReadWrite.All",
    "ChatMember.ReadWrite.All",
    "ChatMessage.Read.All",
    "OnlineMeetings.ReadWrite.All",
    "Team.ReadBasic.All",
    "TeamMember.ReadWrite.All",
    "TeamsAppInstallation.ReadWriteAndConsentSelfForChat.All",
    "TeamsAppInstallation.ReadWriteSelfForChat.All",
    "TeamsAppInstallation.ReadWriteSelfForTeam.All",
    "TeamsAppInstallation.ReadWriteSelfForUser.All",
    "User.Read.All",
)
"""Application permissions the bot has when nobody takes one away."""


@dataclass(frozen=True)
class Call:
    """Something the bot asked for."""

    method: str
    path: str
    """With the query, quoted as it came."""
    body: str
    authorization: str
    status: int
    """0: it got no answer."""


class TeamsSimulator:
    """All of it. `now` gives seconds since 1970."""

    def __init__(self, *, name: str = "chatops", now: Callable[[], float] = time.time) -> None:
        self.world = World(now)
        app_id = str(uuid.uuid4())
        self.bot = App(
            app_id=app_id,
            name=name,
            secret=secret(40),
            external_id=app_id,
            catalog_id=str(uuid.uuid4()),
            roles=set(ROLES),
        )
        self.issuer = Issuer(now)
        self.issuer.apps.append(self.bot)
        self.issuer.tenant = self.world.tenant
        self.activities = Activities(self.world, self.bot)
        self.deliveries = Deliveries(self.issuer, self.bot)
        self.people = Acts(self.world, self.bot, self.activities, self.deliveries)
        self.faults = Faults()
        self.limits = Limits(now)
        self.connector = Connector(self.world)
        installs = Installs(self.world, self.issuer.apps, self.activities, self.deliveries)
        self.teams = Teams(self.world, self.activities, self.deliveries, self.people)
        """Graph's teams: how long operations take, whether they fail."""
        self.chats = Chats(self.world, self.people, installs)
        """Graph's chats: who may be the organiser of meetings."""
        messages = Messages(self.world, self.activities, self.teams, self.chats)
        self._graph = (self.teams, self.chats, installs, messages)
        self.calls: list[Call] = []
        """Everything the bot asked for, tokens and keys included, oldest first."""
        self.url = ""
        self.files: dict[str, bytes] = {}
        """What people attached, by the last part of its address. Take one out, and its minutes are over."""
        self._runner: web.AppRunner | None = None

    async def start(self, port: int = 0) -> None:
        """Serve on loopback."""
        app = web.Application(middlewares=[self._around], client_max_size=2**22)
        self.issuer.add_routes(app)
        self.connector.add_routes(app, f"/amer/{self.world.tenant}")
        app.router.add_get("/files/{name}", self._download)
        for part in self._graph:
            part.add_routes(app, "/graph/v1.0")
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        found: int = self._runner.addresses[0][1]
        self.url = self.issuer.url = f"http://127.0.0.1:{found}"
        self.activities.service_url = f"{self.url}/amer/{self.world.tenant}/"
        await self.deliveries.start()

    async def stop(self) -> None:
        """Stop. Harmless when it does not run."""
        self.faults.clear()
        await self.deliveries.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def service_url(self) -> str:
        """The connector's address, as activities carry it."""
        return self.activities.service_url

    @property
    def secret(self) -> str:
        """The bot's client secret."""
        return self.bot.secret

    def settings(self, **more: object) -> Raw:
        """Return the table `[plugins.teams_network]`, which leads here. The secret is to be given separately."""
        return {
            "app_id": self.bot.app_id,
            "tenant": self.world.tenant,
            "endpoints": {
                "openid_metadata_url": f"{self.url}/v1/.well-known/openidconfiguration",
                "token_issuer": ISSUER,
                "authority": f"{self.url}/login",
                "connector_scope": CONNECTOR,
                "graph_url": f"{self.url}/graph",
                "service_hosts": [self.url.removeprefix("http://")],
                "file_hosts": [self.url.removeprefix("http://")],
            },
            **more,
        }

    def file(self, name: str, content: bytes) -> Raw:
        """Return a file as an attachment of a message."""
        key = f"{len(self.files)}-{len(content)}"
        self.files[key] = content
        info = {"downloadUrl": f"{self.url}/files/{key}", "uniqueId": key, "fileType": name.rpartition(".")[2]}
        return {"contentType": "application/vnd.microsoft.teams.file.download.info", "content": info, "name": name}

    async def _download(self, request: web.Request) -> web.Response:
        content = self.files.get(request.match_info["name"])
        return web.Response(status=404) if content is None else web.Response(body=content)

    async def redeliver(self) -> int:
        """Let the pause pass after which the connector brings again what was not taken; return how much it was."""
        return len(await self.deliveries.redeliver())

    def asked(self, part: str, method: str = "") -> list[Call]:
        """Return the bot's requests with `part` in their path."""
        return [call for call in self.calls if part in call.path and method in {"", call.method}]

    @web.middleware
    async def _around(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        body = (await request.read()).decode(errors="replace")
        status = 0
        try:
            response = await self.faults.around(request, body, lambda asked: self._answer(asked, handler))
            broken = request.transport is None or request.transport.is_closing()
            status = 0 if broken else response.status
            return response
        except web.HTTPException as error:
            status = error.status
            raise
        finally:
            bearer = request.headers.get("Authorization", "")
            self.calls.append(Call(request.method, request.path_qs, body, bearer, status))

    async def _answer(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        scope = self._scope(request.path)
        if scope:
            app = self.issuer.holder(request.headers.get("Authorization", ""), scope)
            if app is None:
                told = {"error": {"code": "Unauthorized", "message": "Authorization has been denied for this request."}}
                return web.json_response(told, status=401, headers={"WWW-Authenticate": "Bearer"})
            request[CALLER] = app
        wait = self.limits.wait(request.method, request.path)
        if wait:
            told = {"error": {"code": "TooManyRequests", "message": "Too many requests."}}
            return web.json_response(told, status=429, headers={"Retry-After": str(wait)})
        return await handler(request)

    def _scope(self, path: str) -> str:
        if path.startswith("/graph/"):
            return f"{self.url}/graph/.default"
        return CONNECTOR if path.startswith("/amer/") else ""
