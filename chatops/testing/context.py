"""What a plugin is made with, for a test of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from aiohttp import web

from chatops.core.catalogue import Catalogues, Reader
from chatops.core.message import Person
from chatops.core.text import Text
from chatops.hookspecs import PluginContext
from chatops.ports.alone import LocalSignals
from chatops.ports.records import Records
from chatops.ports.roster import Directory
from chatops.ports.secrets import Secrets
from chatops.ports.signals import Signals
from chatops.ports.tickets import TicketSystem
from chatops.ports.web import Page
from chatops.testing.clock import ManualClock
from chatops.testing.directory import FakeDirectory
from chatops.testing.records import MemoryRecords
from chatops.testing.secrets import MemorySecrets


class FakeTicketSystems:
    """Implements `chatops.ports.tickets.TicketSystems`: the systems a test connects."""

    def __init__(self, systems: Iterable[TicketSystem] = ()) -> None:
        self._systems = {system.name: system for system in systems}

    def names(self) -> Sequence[str]:
        """Return the names, sorted."""
        return sorted(self._systems)

    def system(self, name: str) -> TicketSystem:
        """Return one. Raise KeyError."""
        return self._systems[name]


class FakeWeb:
    """Implements `chatops.ports.web.Web` without a server: pages are their bodies, nobody is signed in."""

    base_url = "http://chatops.example"

    def words(self, text: Text, locale: str, zone: str = "UTC") -> str:
        """Return the English words."""
        return Catalogues({}).plain(text, Reader(locale=locale, zone=zone))

    def page(self, page: Page) -> web.Response:
        """Return the body as it is."""
        return web.Response(text=page.body, content_type="text/html")

    def sign_in(self, response: web.StreamResponse, person: Person, *, path: str) -> None:
        """Do nothing."""

    def sign_out(self, request: web.Request, response: web.StreamResponse, *, path: str) -> None:
        """Do nothing."""

    def signed_in(self, request: web.Request, *, path: str) -> str | None:
        """Return None: nobody is."""
        return None

    def csrf(self, request: web.Request, *, path: str) -> str:
        """Return a token of no session."""
        return ""


def plugin_context(
    settings: Mapping[str, Any] | None = None,
    *,
    name: str = "plugin",
    clock: ManualClock | None = None,
    records: Records | None = None,
    secrets: Secrets | None = None,
    people: Directory | None = None,
    tickets: Iterable[TicketSystem] = (),
    folder: Path = Path(),
    signals: Signals | None = None,
) -> PluginContext:
    """Return a context of fakes. `settings` is the plugin's own table, `[plugins.NAME]`; with `signals` it is one replica
    of several."""
    return PluginContext(
        name=name,
        settings=settings or {},
        clock=clock or ManualClock(),
        records=records or MemoryRecords(),
        secrets=secrets or MemorySecrets(),
        people=people or FakeDirectory(),
        tickets=FakeTicketSystems(tickets),
        web=FakeWeb(),
        folder=folder,
        signals=signals or LocalSignals(),
        shared=signals is not None,
    )
