"""The plugin: reads its settings, registers the system, and in the demo its pages.

::

    [plugins.local_tickets]
    name = "local"          # the prefix in `local:1001`
    seed = "cases.toml"     # fills empty records: a file in the data folder, or PACKAGE:PATH
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from chatops import PluginContext, hookimpl
from chatops.errors import SettingsError
from chatops.ports.tickets import TicketSystem
from chatops.ports.web import Route, Static
from local_tickets.addresses import Addresses
from local_tickets.pages import Pages
from local_tickets.seed import Seed
from local_tickets.shelf import Shelf
from local_tickets.system import LocalSystem


class LocalSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`[plugins.local_tickets]`."""

    name: str = "local"
    seed: str | None = None


class LocalTickets:
    """A ticket system on the server's own storage."""

    def __init__(self, context: PluginContext) -> None:
        settings = _settings(context.settings)
        shelf = Shelf(context.records)
        seed = Seed(shelf, settings.seed, folder=context.folder)
        web = context.web
        # The pages know no sign-in, so only the demo, where everybody may see everything, has them.
        addresses = Addresses(settings.name, base_url=(lambda: web.base_url) if context.demo else None)
        self.system = LocalSystem(
            shelf, addresses=addresses, now=context.clock.now, prepare=lambda: seed.sow(context.clock.now())
        )
        self._pages = Pages(self.system, shelf, web) if context.demo else None

    @hookimpl
    def chatops_register_ticket_systems(self, register: Callable[[TicketSystem], None]) -> None:
        """Register the system."""
        register(self.system)

    @hookimpl
    def chatops_register_routes(self, register: Callable[[Route | Static], None]) -> None:
        """Register the demo's read-only pages."""
        for route in self._pages.routes() if self._pages else ():
            register(route)


def _settings(table: Mapping[str, Any]) -> LocalSettings:
    try:
        settings = msgspec.convert(dict(table), LocalSettings)
    except msgspec.ValidationError as error:
        message = f"[plugins.local_tickets]: {error}. It knows name and seed."
        raise SettingsError(message) from error
    if re.fullmatch("[a-z][a-z0-9-]{0,31}", settings.name) is None:
        message = f"[plugins.local_tickets] name = {settings.name!r} must be lower-case letters, digits and dashes."
        raise SettingsError(message)
    return settings
