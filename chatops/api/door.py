"""The whole of REST, put together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from aiohttp import web

from chatops.api import hooks as incoming
from chatops.api import serving
from chatops.api.allowance import Allowance
from chatops.api.cases import CaseReads
from chatops.api.commands import Commands
from chatops.api.openapi import description
from chatops.api.operators import OperatorReads
from chatops.api.people import PeopleReads
from chatops.api.swarms import SwarmReads
from chatops.api.table import endpoints
from chatops.api.tokens import Tokens
from chatops.core.catalogue import Catalogues
from chatops.core.codec import Codec
from chatops.engine.engine import Engine
from chatops.ports.records import Records
from chatops.ports.roster import Directory
from chatops.ports.tickets import TicketSystems
from chatops.ports.web import Route
from chatops.settings import Api
from chatops.web.problems import REST
from chatops.webhooks.endpoints import Declared

OPENAPI = f"{REST}/openapi.json"


class Counts(serving.Counts, incoming.Counts, Protocol):
    """Counts whatever comes in."""


class RestDoor:
    """Makes every part once, and the routes from them."""

    def __init__(
        self,
        *,
        engine: Engine,
        codec: Codec,
        directory: Directory,
        tickets: TicketSystems,
        catalogues: Catalogues,
        records: Records,
        settings: Api,
        counts: Counts,
        declared: Declared,
        url: Callable[[], str],
    ) -> None:
        """`url` returns where people reach the server."""
        clock = engine.clock
        self.tokens = Tokens(records, directory, clock)
        self.commands = Commands(engine, records, codec)
        self.swarms = SwarmReads(engine.store, codec, directory, tickets, catalogues, clock)
        self.cases = CaseReads(tickets, directory)
        self.people = PeopleReads(directory)
        self.operators = OperatorReads(engine.store, self.commands, declared)
        self.hooks = incoming.Hooks(
            declared.hooks, store=engine.store, codec=codec, clock=clock, counts=counts, accepted=engine.ring
        )
        allowance = Allowance(clock, burst=settings.burst, per_second=settings.per_second)
        self._serving = serving.Serving(self.tokens, allowance, counts)
        self._url = url

    def routes(self) -> tuple[Route, ...]:
        """Return all routes below `/api/v1`."""
        own = Route(method="GET", path=OPENAPI, handler=self._described)
        return (*self._serving.routes(endpoints(self)), self.hooks.route(), own)

    def described(self, *, url: str = "") -> str:
        """Return the description of it all."""
        return description(endpoints(self), url=url)

    async def _described(self, _request: web.Request) -> web.Response:
        return web.Response(text=self.described(url=self._url()), content_type=serving.JSON)
