"""Linking identities, brought in through the same hooks as any plugin."""

from __future__ import annotations

from collections.abc import Callable

from chatops.core.frozen import Body
from chatops.core.unit import Unit
from chatops.errors import PluginError
from chatops.hookspecs import Listener, PluginContext, hookimpl
from chatops.people.addresses import Vouched
from chatops.people.book import ChangingDirectory
from chatops.people.link_commands import LinkCommands
from chatops.people.linking import Linking
from chatops.people.links import BODIES, KEEP_DAYS, IdentityChanged, LinkedIdentity, LinkOver


class LinkPlugin:
    """Registers `link` and `unlink`. E-mail addresses are linked only of domains that are vouched for."""

    def __init__(self, context: PluginContext) -> None:
        people = context.people
        if not isinstance(people, ChangingDirectory):
            message = "linking: the directory cannot hold linked identities"
            raise PluginError(message)
        self._people = people
        vouched = Vouched(domains=frozenset(context.settings.get("email_domains", ())))
        self._linking = Linking(people, vouched=vouched, keep_days=context.settings.get("keep_days", KEEP_DAYS))
        self._commands = LinkCommands(self._linking, people)

    @hookimpl
    def chatops_register_bodies(self, register: Callable[[type[Body]], None]) -> None:
        """Register what is stored."""
        for body in BODIES:
            register(body)

    @hookimpl
    def chatops_register_commands(self, register: Callable[[object], None]) -> None:
        """Register the commands."""
        register(self._commands)

    @hookimpl
    def chatops_register_listeners(self, register: Callable[[Listener], None]) -> None:
        """Register the one that makes a link hold, and the one that takes a code away in time."""
        register(Listener(name="people.links", of=IdentityChanged, handle=self._changed))
        register(Listener(name="people.link_over", of=LinkOver, handle=self._linking.over))

    async def _changed(self, unit: Unit, fact: IdentityChanged) -> None:
        link = await unit.get(LinkedIdentity, fact.link)
        if link is not None:
            self._people.learn_link(link)
