"""Graph: the app catalogue, and where the app is installed. Source: Graph reference v1.0, "teamsAppInstallation".

What comes of an installation is told to the bot as the connector does it: `installationUpdate` and `conversationUpdate`,
after the answer.
"""

from __future__ import annotations

import base64
from urllib.parse import unquote

from aiohttp import web

from teams_activities import Activities
from teams_connector import CALLER
from teams_delivery import Deliveries
from teams_graph_wire import GraphError, body, may, page, told, user
from teams_world import App, Conversation, Raw, User, World


class Installs:
    """Serves them."""

    def __init__(self, world: World, apps: list[App], activities: Activities, deliveries: Deliveries) -> None:
        self._world = world
        self._apps = apps
        self._activities = activities
        self._deliveries = deliveries

    def add_routes(self, app: web.Application, prefix: str) -> None:
        """Serve them below `prefix`."""
        app.router.add_get(f"{prefix}/appCatalogs/teamsApps", told(self._catalog))
        for where in ("/chats/{chat}", "/teams/{team}", "/users/{user}/teamwork"):
            app.router.add_get(f"{prefix}{where}/installedApps", told(self._list))
            app.router.add_post(f"{prefix}{where}/installedApps", told(self._install))
            app.router.add_delete(f"{prefix}{where}/installedApps/{{installation}}", told(self._uninstall))
        app.router.add_get(f"{prefix}/users/{{user}}/teamwork/installedApps/{{installation}}/chat", told(self._chat))

    def install(self, request: web.Request, where: Conversation, asked: Raw) -> None:
        """Install what `teamsApp@odata.bind` names. Raise GraphError."""
        id = str(asked.get("teamsApp@odata.bind", "")).rpartition("/")[2]
        app = request[CALLER]
        if not app.catalog_id or id != app.catalog_id:
            raise GraphError(404, "NotFound", f"App with id '{id}' is not found in the tenant app catalog.")
        if app.app_id in where.apps:
            raise GraphError(409, "Conflict", "The app is already installed in the resource scope.")
        consent = (asked.get("consentedPermissionSet") or {}).get("resourceSpecificPermissions") or []
        given = {str(one["permissionValue"]) for one in consent}
        if where.type == "groupChat":
            if not app.rsc <= given:
                raise GraphError(400, "BadRequest", "The app requires permissions that were not consented to.")
            where.hears_all = "ChatMessage.Read.Chat" in given
        if given and not app.roles & {one for one in app.roles if "AndConsent" in one}:
            raise GraphError(403, "Forbidden", "Missing role permissions on the request to consent.")
        where.consented |= given
        where.apps.add(app.app_id)
        who = self._somebody(where)
        bot: Raw = {"id": app.id, "name": app.name}
        self._deliveries.later(
            self._activities.members(where, who, added=[bot]), self._activities.installed(where, who, "add")
        )

    async def _catalog(self, request: web.Request) -> web.Response:
        may(request, "AppCatalog.Read.All", "AppCatalog.ReadWrite.All")
        found: list[Raw] = [
            {
                "id": app.catalog_id,
                "externalId": app.external_id,
                "displayName": app.name,
                "distributionMethod": "organization",
                "appDefinitions": [_definition(app)],
            }
            for app in self._apps
            if app.catalog_id
        ]
        return page(request, found)

    async def _list(self, request: web.Request) -> web.Response:
        where = self._where(request)
        app = request[CALLER]
        found: list[Raw] = []
        if app.app_id in where.apps:
            told: Raw = {"id": app.catalog_id, "externalId": app.external_id, "displayName": app.name}
            found = [{"id": _installation(where, app), "teamsApp": told}]
        return page(request, found)

    async def _install(self, request: web.Request) -> web.Response:
        where = self._where(request)
        self.install(request, where, await body(request))
        return web.Response(status=201, headers={"Location": f"{request.path}/{_installation(where, request[CALLER])}"})

    async def _uninstall(self, request: web.Request) -> web.Response:
        where, app = self._where(request), request[CALLER]
        if request.match_info["installation"] != _installation(where, app) or app.app_id not in where.apps:
            raise GraphError(404, "NotFound", "No such installation.")
        where.apps.discard(app.app_id)
        self._deliveries.later(self._activities.installed(where, self._somebody(where), "remove"))
        return web.Response(status=204)

    async def _chat(self, request: web.Request) -> web.Response:
        where, app = self._where(request), request[CALLER]
        if request.match_info["installation"] != _installation(where, app) or app.app_id not in where.apps:
            raise GraphError(404, "NotFound", "No such installation.")
        return web.json_response({"id": where.id, "chatType": "oneOnOne", "topic": None})

    def _where(self, request: web.Request) -> Conversation:
        scope = next(name for name in ("chat", "team", "user") if name in request.match_info)
        needed = f"TeamsAppInstallation.ReadWriteSelfFor{scope.capitalize()}.All"
        may(
            request,
            needed,
            f"TeamsAppInstallation.ReadWriteAndConsentSelfFor{scope.capitalize()}.All",
            f"TeamsAppInstallation.ReadWriteFor{scope.capitalize()}.All",
        )
        id = unquote(request.match_info[scope])
        if scope == "user":
            return self._world.personal(user(self._world, id), request[CALLER])
        if scope == "team" and id in self._world.teams:
            team = self._world.teams[id]
            return team.channels[team.id]
        if scope == "chat" and id in self._world.conversations:
            return self._world.conversations[id]
        raise GraphError(404, "NotFound", "NotFound")

    def _somebody(self, where: Conversation) -> User:
        if where.people:
            return where.people[0]
        return User(name="", id="", object_id="", upn="")


def _definition(app: App) -> Raw:
    asked = [{"permissionValue": name, "permissionType": "application"} for name in sorted(app.rsc)]
    return {
        "id": base64.urlsafe_b64encode(app.catalog_id.encode()).decode(),
        "teamsAppId": app.catalog_id,
        "displayName": app.name,
        "version": "1.0.0",
        "publishingState": "published",
        "authorization": {"requiredPermissionSet": {"resourceSpecificPermissions": asked}},
    }


def _installation(where: Conversation, app: App) -> str:
    return base64.urlsafe_b64encode(f"{where.id}##{app.catalog_id}".encode()).decode()
