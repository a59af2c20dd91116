"""Our app, put where we are to speak: into a chat, or beside a person. Installing what is installed is harmless."""

from __future__ import annotations

from chatops import Clock, replace
from chatops.errors import Conflict, Forbidden, Missing, Unsupported
from teams_network.consents import consents
from teams_network.graph import Graph
from teams_network.graph_things import CatalogApp
from teams_network.settings import TeamsSettings

FRESH = 600.0
"""Seconds for which the catalogue is taken at its word: a new version of the package may ask for other permissions."""


class Installing:
    """Installs the app through Graph. Raises PortErrors; a Forbidden names the permission that is missing."""

    def __init__(self, graph: Graph, settings: TeamsSettings, clock: Clock) -> None:
        self._graph = graph
        self._settings = settings
        self._clock = clock
        self._app: CatalogApp | None = None
        self._until = float("-inf")

    async def app(self) -> CatalogApp:
        """Return the app as the catalogue has it. Raise Unsupported when it is not in.

        Where we may not read the catalogue and the setting `rooms.catalog_app` names the app, its package is taken to be
        the one we write ourselves.
        """
        if self._app is None or self._clock.monotonic() >= self._until:
            self._app = await self._looked_up()
            self._until = self._clock.monotonic() + FRESH
        return self._app

    async def in_chat(self, chat: str) -> None:
        """Install the app in a chat, and consent to what its package asks for."""
        try:
            await self._graph.install_in_chat(chat, await self.app())
        except Conflict:
            return

    async def for_user(self, user: str) -> bool:
        """Install the app for a person, by object id; return whether they did not have it. Raise Missing for nobody."""
        try:
            await self._graph.install_for_user(user, await self.app())
        except Conflict:
            return False
        return True

    async def _looked_up(self) -> CatalogApp:
        named = self._settings.rooms.catalog_app
        try:
            if named:
                found = await self._graph.catalog_app(by="id", value=named)
            else:
                value = self._settings.manifest.id or self._settings.app_id
                found = await self._graph.catalog_app(by="externalId", value=value)
        except Forbidden:
            if not named:
                raise
            return CatalogApp(id=named, permissions=consents(self._settings))
        except Missing:
            found = None
        if found is None:
            message = (
                "the app is not in the organisation's catalogue. Upload the package that `chatops teams manifest` writes: "
                "Teams admin centre, Teams apps, Manage apps, Upload new app"
            )
            raise Unsupported(message)
        return found if found.permissions else replace(found, permissions=consents(self._settings))
