"""The local ticket system on documents in memory, with a clock to move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from chatops import PluginContext
from chatops.core.catalogue import Catalogues, Reader
from chatops.core.message import Person
from chatops.core.text import Text
from chatops.people.directory import PeopleDirectory
from chatops.ports.records import Records
from chatops.ports.tickets import TicketSystem
from chatops.ports.web import Page
from chatops.testing.clock import ManualClock
from chatops.testing.records import MemoryRecords
from chatops.testing.secrets import MemorySecrets
from local_tickets.plugin import LocalTickets

STAFF = """
[[plans]]
id = "gold"
name = "Gold"
first_response = { urgent = "15m", high = "1h", normal = "4h", low = "8h" }
resolution = { urgent = "4h", high = "8h", normal = "1d", low = "3d" }

[[queues]]
id = "billing"
name = "Billing"

[[staff]]
id = "anna"
name = "Anna Example"
email = "anna@example.com"

[[staff]]
id = "ben"
name = "Ben Sample"
email = "ben@example.com"

[[customers]]
id = "acme"
name = "Acme"
segment = "Business"
plan = "gold"
"""
"""A small company without cases."""


class Systems:
    """Some ticket systems, by name."""

    def __init__(self, *systems: TicketSystem) -> None:
        self._systems = {system.name: system for system in systems}

    def names(self) -> list[str]:
        return sorted(self._systems)

    def system(self, name: str) -> TicketSystem:
        return self._systems[name]


class PlainWeb:
    """Pages without a shell; nobody is signed in."""

    def __init__(self, base_url: str = "http://127.0.0.1:8080", catalogues: Catalogues | None = None) -> None:
        self.base_url = base_url
        self._catalogues = catalogues or Catalogues({})

    def words(self, text: Text, locale: str, zone: str = "UTC") -> str:
        return self._catalogues.plain(text, Reader(locale=locale, zone=zone))

    def page(self, page: Page) -> web.Response:
        return web.Response(text=f"<title>{page.title}</title>{page.body}", content_type="text/html")

    def sign_in(self, response: web.StreamResponse, person: Person, *, path: str) -> None:
        raise NotImplementedError

    def sign_out(self, request: web.Request, response: web.StreamResponse, *, path: str) -> None:
        raise NotImplementedError

    def signed_in(self, request: web.Request, *, path: str) -> str | None:
        return None

    def csrf(self, request: web.Request, *, path: str) -> str:
        raise NotImplementedError


@dataclass(frozen=True)
class LocalDesk:
    """A plugin and what it stands on."""

    plugin: LocalTickets
    clock: ManualClock
    records: Records


def local_desk(
    folder: Path,
    settings: Mapping[str, Any] | None = None,
    *,
    seed: str | None = STAFF,
    records: Records | None = None,
    clock: ManualClock | None = None,
    demo: bool = True,
    catalogues: Catalogues | None = None,
) -> LocalDesk:
    """Make the plugin as the server would. Call it from a fixture that is not async: it writes the seed's file."""
    table = dict(settings or {})
    if seed is not None:
        (folder / "seed.toml").write_text(seed, encoding="utf-8")
        table.setdefault("seed", "seed.toml")
    clock, records = clock or ManualClock(), records or MemoryRecords()
    context = PluginContext(
        name="local_tickets",
        settings=table,
        clock=clock,
        records=records,
        secrets=MemorySecrets(),
        people=PeopleDirectory(),
        tickets=Systems(),
        web=PlainWeb(catalogues=catalogues),
        folder=folder,
        demo=demo,
    )
    return LocalDesk(plugin=LocalTickets(context), clock=clock, records=records)
